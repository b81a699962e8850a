"""Track rules on 110,714 fixes of real taxis: occupied is loaded, the way in from the airport is the route.

What a city's receivers do is in there as it came: gaps of hours, jumps, times that lag behind the place.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
import shapely
from gridwitness.trucks.detection.findings import SCENE_POSITIONS, Scene
from gridwitness.trucks.detection.rules_document import bundled_rules
from gridwitness.trucks.detection.tracks import TRACK_RULES
from gridwitness.trucks.detection.tracks.episodes import runs
from gridwitness.trucks.detection.tracks.places import distance_m
from gridwitness.trucks.detection.tracks.track import Limits, clean, metres
from gridwitness.trucks.frames import INSTANT
from gridwitness_cli.simulate.arrivals import Record
from gridwitness_cli.simulate.memory import book_of

DATA = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="GRIDWITNESS_REFERENCE_DATA is not set: no taxi tracks")

AIRPORT, DOWNTOWN, DEPOT = (37.6165, -122.3865), (37.788, -122.408), (37.7525, -122.3945)
SINCE = "2008-01-01T00:00:00Z"
_EAST, _NORTH = 87_970.0, 111_194.93  # metres a degree


@pytest.fixture(scope="module")
def positions():
    text = gzip.decompress(Path(DATA, "tracks", "cabs_5_taxis.csv.gz").read_bytes())
    told = pl.read_csv(text).with_row_index("serial")
    told = told.with_columns(
        feed=pl.lit("taxis"),
        item=pl.lit(0),
        ref=pl.format("taxis:{}:0", "serial"),
        plate=pl.col("vehicle"),
        terminal=pl.col("vehicle"),
        fixed_at=pl.from_epoch("unix_time").cast(INSTANT),
        lat_e6=(pl.col("lat") * 1e6).round(),
        lon_e6=(pl.col("lon") * 1e6).round(),
        load=pl.col("occupied") * 100,
        backfill=pl.lit(True),
    )
    return told.select(
        (pl.col(name) if name in told.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in SCENE_POSITIONS.items()
    )


@pytest.fixture(scope="module")
def track(positions):
    return clean(positions, Limits())


@pytest.fixture(scope="module")
def fares(track):
    """Runs of occupied fixes: a fare, or a part of one that a silence cuts."""
    return runs(track, track.loaded, 600)


def near(track, rows, place, metres_off):
    return metres(track.lat[rows], track.lon[rows], *place) < metres_off


@pytest.fixture(scope="module")
def from_airport(track, fares):
    return near(track, fares.first, AIRPORT, 1_200) & near(track, fares.last, DOWNTOWN, 1_500)


@pytest.fixture(scope="module")
def road(track, fares, from_airport):
    """The freeway as most fares drove it: the middle of their fixes each 150 m along the one with most."""
    chosen = fares.only(from_airport)
    ways = [
        np.c_[track.lon[a : b + 1] * _EAST, track.lat[a : b + 1] * _NORTH]
        for a, b in zip(chosen.first, chosen.last, strict=True)
    ]
    line, points = shapely.LineString(max(ways, key=len)), np.concatenate(ways)
    for within in (400, 200, 120):
        dots = shapely.points(points)
        kept = shapely.distance(line, dots) < within
        bins = (shapely.line_locate_point(line, dots[kept]) // 150).astype(int)
        line = shapely.LineString([np.median(points[kept][bins == n], axis=0) for n in np.unique(bins)])
    return line


def square(place, half_m):
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    lat, lon = place
    return {
        "ring": [
            [round((lon + a * half_m / _EAST) * 1e6), round((lat + b * half_m / _NORTH) * 1e6)]
            for a, b in corners
        ]
    }


@pytest.fixture(scope="module")
def found(positions, road):
    """What each rule finds, by code: airport to downtown is allowed, at any time, by the freeway."""
    always = {"valid_from": SINCE, "valid_to": None}
    plates = positions["plate"].unique().sort().to_list()
    sites = (
        ("S1", "construction", AIRPORT, 900),
        ("D1", "dump", DOWNTOWN, 1_500),
        ("S2", "construction", DEPOT, 400),
    )
    line = [[round(east / _EAST * 1e6), round(north / _NORTH * 1e6)] for east, north in road.coords]
    permit = {"permit": "P1", "version": 1, "carrier": "C1", "plates": plates, "site": "S1", "dumps": ["D1"]}
    permit |= {"checkpoints": None, "corridor": {"line": line}, "windows": {"windows": []}, "state": "valid"}
    point = {"checkpoint": "K1", "device": "K1", "latitude": "37.7", "longitude": "-122.4", **always}
    book = book_of(
        [
            Record("carrier.registered.v1", {"carrier": "C1", **always}),
            Record("checkpoint.registered.v1", point),
            *(Record("terminal.bound.v1", {"terminal": plate, "plate": plate, **always}) for plate in plates),
            *(
                Record("truck.registered.v1", {"plate": plate, "rated_kg": None, **always})
                for plate in plates
            ),
            *(
                Record("site.registered.v1", {"site": n, "category": c, "area": square(at, half), **always})
                for n, c, at, half in sites
            ),
            Record("permit.issued.v1", permit | {"valid_from": SINCE, "valid_to": "2009-01-01T00:00:00Z"}),
        ]
    )
    scene = Scene(book, bundled_rules(), ZoneInfo("America/Los_Angeles"), {}, positions=positions)
    return {rule.code: rule.find(scene) for rule in TRACK_RULES}


def test_cleaning_takes_out_few_fixes_and_no_gap_is_closed(positions, track):
    assert len(positions) == 110_714
    assert len(track) == 110_622
    assert int(((track.step_s > 600) & ~track.first).sum()) == 573


def test_fares_over_the_freeway_keep_to_it_but_for_those_that_took_the_other(
    track, fares, from_airport, found
):
    rows = fares.only(from_airport)
    assert len(rows) == 76
    off = found["ROUTE_DEV"].select("plate", "at", "lat_e6", "lon_e6")
    deviating = 0
    for a, b in zip(rows.first.tolist(), rows.last.tolist(), strict=True):
        frame = track.frame
        within = (pl.col("plate") == frame["plate"][a]) & pl.col("at").is_between(
            frame["fixed_at"][a], frame["fixed_at"][b]
        )
        deviating += int(not off.filter(within).is_empty())
    assert 40 <= deviating <= 60  # most leave where I-280 branches off, a kilometre from US-101
    branch = distance_m(shapely.Point(-122.398, 37.743), off["lat_e6"] / 1e6, off["lon_e6"] / 1e6) < 700
    assert branch.sum() >= 40


def test_other_fares_are_off_the_route_about_once_each(fares, found):
    assert len(fares) == pytest.approx(3_903, abs=40)
    assert len(found["ROUTE_DEV"]) == pytest.approx(2_675, rel=0.05)
    levels = dict(found["ROUTE_DEV"]["level"].value_counts().iter_rows())
    assert levels["flag"] > 5 * levels["event"] > levels["serious"]


def test_stops_with_a_passenger_are_rare_and_short(found):
    stops = found["STOP_ABN"]
    assert len(stops) == pytest.approx(44, abs=8)
    assert len(stops.filter(pl.col("level") == "event")) == pytest.approx(4, abs=3)
    assert len(found["DUMP_SUS"]) == pytest.approx(
        75, abs=15
    )  # passengers who get out in a stop of 3 min and more
    assert set(found["DUMP_SUS"]["level"]) == {"event"}


def test_silence_speed_and_the_rest(found):
    assert len(found["OFFLINE"]) == pytest.approx(46, abs=5)  # of 573 gaps those that begin with a passenger
    assert len(found["OVERSPEED"]) == pytest.approx(769, rel=0.1)  # freeways, against a limit of 80 km/h
    assert len(found["WRONG_SITE"]) <= 5
    for code in (
        "NO_PERMIT",
        "EXPIRED",
        "TIME_WIN",
        "UNCOVERED",
        "OVERLOAD",
        "TERMINAL_TWICE",
        "GATE_MISMATCH",
    ):
        assert found[code].is_empty()
