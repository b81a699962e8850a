"""Real tracks of vehicles as terminals that report them: a file of fixes becomes registers and arrivals.

The file is CSV (also .gz) with `vehicle, unix_time, lat, lon` and perhaps `occupied`, told as full load.
Nothing in it says what was permitted: the first day of each vehicle is taken as its permitted way, and where
it stood longest as its site and dump: what deviates later, deviates from the vehicle's own first day.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from gridwitness.coordinates import distance_m
from gridwitness.errors import InvalidInput
from shapely import LineString

from gridwitness_cli.simulate.arrivals import Arrival, Fix, Record

CARRIER = "TRACKS"
_WEEKS = timedelta(weeks=939)
"""Added to every time: 18 years to the day of the week, so that calendars are there."""
_COLUMNS: dict[str, Any] = {
    "vehicle": pl.String,
    "unix_time": pl.Int64,
    "lat": pl.Float64,
    "lon": pl.Float64,
    "occupied": pl.Int64,
}
_OLDEST = 1_262_304_000
"""Fixes from before 2010 are moved by `_WEEKS`."""
_GAP_S = 600
_DAY_S = 86_400
_SITE_M = 150.0
_LINE_POINTS = 1_900
_KNOT = 3.6


@dataclass(frozen=True)
class Tracks:
    """Registers and arrivals of a file. `moved`: what was added to its times."""

    fixes: pl.DataFrame
    registers: list[Record]
    plates: dict[str, str]
    moved: timedelta
    begin: datetime

    def arrivals(self) -> Iterator[Arrival]:
        """Each fix as it is told; those of each fourth hour in batches of ten minutes."""
        rows = self.fixes.with_columns(
            hour=pl.col("time").dt.epoch("s") // 3600,
            window=pl.col("time").dt.epoch("s") // 600,
        )
        found: list[Arrival] = []
        for (terminal, hour, _), part in rows.group_by("terminal", "hour", "window", maintain_order=True):
            fixes = tuple(_fix(row) for row in part.iter_rows(named=True))
            if int(str(hour)) % 4 == 0:
                found.append(Arrival(fixes[-1].fixed_at, "jt808", str(terminal), fixes, backfill=True))
            else:
                found += [Arrival(fix.fixed_at, "jt808", str(terminal), (fix,)) for fix in fixes]
        yield from sorted(found, key=lambda arrival: arrival.at)


def read_tracks(file: Path) -> Tracks:
    """Raises InvalidInput `tracks-unreadable`."""
    try:
        told = pl.read_csv(file)
        if "occupied" not in told.columns:
            told = told.with_columns(occupied=pl.lit(1))
        told = told.select(pl.col(name).cast(kind) for name, kind in _COLUMNS.items())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput(
            "tracks-unreadable", f"{file} holds no tracks: {error}.", "columns: vehicle, unix_time, lat, lon"
        ) from None
    if told.is_empty():
        raise InvalidInput("tracks-unreadable", f"{file} holds no fix.", None)
    first = told["unix_time"].min()
    assert isinstance(first, int)
    moved = _WEEKS if first < _OLDEST else timedelta(0)
    vehicles = told["vehicle"].unique(maintain_order=True).to_list()
    terminals = {vehicle: f"0139700{number:05d}" for number, vehicle in enumerate(vehicles, 1)}
    plates = {terminal: f"浙A{9_000 + number:05d}" for number, terminal in enumerate(terminals.values(), 1)}
    seconds = int(moved.total_seconds())
    fixes = _moving(
        told.with_columns(
            terminal=pl.col("vehicle").replace_strict(terminals),
            time=pl.from_epoch(pl.col("unix_time") + seconds).dt.replace_time_zone("UTC"),
        ).sort("terminal", "time")
    )
    begin = datetime.fromtimestamp(first, UTC) + moved
    registers = [*_registers(fixes, plates, begin - timedelta(days=1))]
    return Tracks(fixes, registers, plates, moved, begin)


def _moving(fixes: pl.DataFrame) -> pl.DataFrame:
    """With speed and direction, which a terminal tells: from the fix before, unless that is long ago."""
    lat, lon = fixes["lat"].to_numpy(), fixes["lon"].to_numpy()
    metres = pl.Series(distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))
    step = pl.concat([pl.Series([0.0]), metres])
    seconds = (pl.col("time").diff().dt.total_seconds()).over("terminal")
    north = pl.col("lat").diff().over("terminal")
    east = (pl.col("lon").diff() * (pl.col("lat") * (math.pi / 180)).cos()).over("terminal")
    known = seconds.is_between(1, _GAP_S)
    return fixes.with_columns(_step=step).with_columns(
        speed=pl.when(known).then((pl.col("_step") / seconds * _KNOT).clip(0, 250)).otherwise(0.0),
        direction=pl.when(known)
        .then((pl.arctan2(east, north) * (180 / math.pi) + 360) % 360)
        .otherwise(0.0)
        .fill_null(0.0)
        .cast(pl.Int64),
    )


def _fix(row: dict[str, object]) -> Fix:
    time, speed = row["time"], float(row["speed"])  # type: ignore[arg-type]
    assert isinstance(time, datetime)
    return Fix(
        terminal=str(row["terminal"]),
        fixed_at=time,
        lat=float(row["lat"]),  # type: ignore[arg-type]
        lon=float(row["lon"]),  # type: ignore[arg-type]
        speed_kmh=speed,
        direction=int(row["direction"]) % 360,  # type: ignore[call-overload]
        alarms=0,
        status=0x303 if row["occupied"] else 0x003,
        mileage_km=0.0,
        cover=0,
        lift=0,
        load=100 if row["occupied"] else 0,
        weight_kg=0,
    )


def _registers(fixes: pl.DataFrame, plates: dict[str, str], since: datetime) -> Iterator[Record]:
    period = {"valid_from": _text(since), "valid_to": None}
    yield Record(
        "carrier.registered.v1", {"carrier": CARRIER, "name": "真实轨迹车队", "licence": None, **period}
    )
    for terminal, plate in plates.items():
        own = fixes.filter(pl.col("terminal") == terminal)
        yield Record("truck.registered.v1", {
            "plate": plate, "plate_color": "yellow", "carrier": CARRIER, "vehicle_class": None,
            "brand": None, "color": None, "rated_kg": None, **period,
        })  # fmt: skip
        yield Record("terminal.bound.v1", {"terminal": terminal, "plate": plate, **period})
        places = _stands(own)
        for category, (lat, lon) in zip(("construction", "dump"), places, strict=True):
            name = f"{category}-{terminal[-5:]}"
            site = {"site": name, "category": category, "name": name, "area": {"ring": _ring(lat, lon)}}
            yield Record("site.registered.v1", {**site, **period})
        yield Record("permit.issued.v1", {
            "permit": f"TRACK-{terminal[-5:]}", "version": 1, "carrier": CARRIER, "plates": [plate],
            "site": f"construction-{terminal[-5:]}", "dumps": [f"dump-{terminal[-5:]}"],
            "checkpoints": None, "corridor": {"line": _line(own)}, "windows": {"windows": []},
            "valid_from": _text(since), "valid_to": _text(since + timedelta(days=365)), "state": "valid",
        })  # fmt: skip


def _stands(own: pl.DataFrame) -> list[tuple[float, float]]:
    """The two places, of some 300 m, in which the vehicle stood longest."""
    longest = (
        own.filter(pl.col("speed") < 3)
        .with_columns(y=(pl.col("lat") / 0.003).round(), x=(pl.col("lon") / 0.003).round())
        .group_by("y", "x")
        .agg(pl.len(), pl.col("lat").median(), pl.col("lon").median())
        .sort("len", "y", "x", descending=[True, False, False])
    )
    return [*longest.head(2).select("lat", "lon").iter_rows()]


def _ring(lat: float, lon: float) -> list[list[int]]:
    up = _SITE_M / 111_320
    aside = up / math.cos(math.radians(lat))
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return [[round((lon + x * aside) * 1e6), round((lat + y * up) * 1e6)] for x, y in corners]


def _line(own: pl.DataFrame) -> list[list[int]]:
    """The first day's way, with as few points as the corridor may have."""
    begin = own["time"][0]
    day = own.filter(pl.col("time") < begin + timedelta(seconds=_DAY_S))
    line = LineString(day.select("lon", "lat").to_numpy())
    tolerance = 0.00005
    points = line.simplify(tolerance).coords
    while len(points) > _LINE_POINTS:
        tolerance *= 2
        points = line.simplify(tolerance).coords
    return [[round(x * 1e6), round(y * 1e6)] for x, y in points]


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
