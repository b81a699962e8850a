"""Datums: published vectors, inverses, places that are none, floats and arrays alike."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest
from gridwitness.coordinates import (
    DATUMS,
    bd09_to_gcj02,
    distance_m,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    is_place,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from gridwitness.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

WGS_TO_GCJ = [  # googollee/eviltransform, go/transform_test.go
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    (22.543847, 113.912316, 22.540796131694766, 113.9171774808363),
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
]
china_lat, china_lon = st.floats(4.0, 53.0), st.floats(75.0, 134.0)
any_lat, any_lon = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(("lat", "lon", "gcj_lat", "gcj_lon"), WGS_TO_GCJ)
def test_published_vectors(lat: float, lon: float, gcj_lat: float, gcj_lon: float) -> None:
    assert wgs84_to_gcj02(lat, lon) == pytest.approx((gcj_lat, gcj_lon), abs=1e-6)
    back = to_wgs84(gcj_lat, gcj_lon, "GCJ02")
    assert distance_m(*back, lat, lon) < 0.5


def test_reference_vectors() -> None:
    folder = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
    if not folder:
        pytest.skip("GRIDWITNESS_REFERENCE_DATA is not set")
    vectors = Path(folder, "coordinates", "eviltransform_vectors.csv")
    with vectors.open(encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == 9
    for row in rows:
        lat, lon, there_lat, there_lon = (float(row[name]) for name in list(row)[1:5])
        if row["kind"] == "distance_m":
            assert distance_m(lat, lon, there_lat, there_lon) == pytest.approx(1_078_164, abs=1)
            continue
        expected = (there_lat, there_lon)
        if row["kind"] == "wgs2gcj":
            assert wgs84_to_gcj02(lat, lon) == pytest.approx(expected, abs=1e-6), row
        elif row["kind"] == "gcj2wgs":
            assert distance_m(*to_wgs84(lat, lon, "GCJ02"), *expected) < 0.5, row
        else:
            # Made with a flaw of that library (its issue 43: pi where BD-09 has pi * 3000 / 180), these two
            # are 10 and 42 m away from what Baidu says; see the test below.
            assert 5 < distance_m(*to_wgs84(lat, lon, "BD09"), *expected) < 45, row


def test_bd09_is_what_baidu_itself_answers() -> None:
    """Answers of Baidu's own conversion service, as others published them (hujiulong/gcoord, issue 231)."""
    baidu = (31.29222496103614, 121.19272701709394)
    wgs = (31.287874444444444, 121.18180305555556)
    assert distance_m(*wgs84_to_bd09(*wgs), *baidu) < 1
    assert distance_m(*to_wgs84(*baidu, "BD09"), *wgs) < 1


@given(china_lat, china_lon)
def test_the_inverses_lead_back_within_a_centimetre(lat: float, lon: float) -> None:
    for datum in DATUMS:
        assert distance_m(*to_wgs84(*from_wgs84(lat, lon, datum), datum), lat, lon) < 0.01
    assert distance_m(*bd09_to_gcj02(*gcj02_to_bd09(lat, lon)), lat, lon) < 0.01


@given(st.floats(18.0, 50.0), st.floats(80.0, 130.0))
def test_a_mixed_up_datum_moves_a_place_in_china_by_some_hundred_metres(lat: float, lon: float) -> None:
    assert 20 < distance_m(*wgs84_to_gcj02(lat, lon), lat, lon) < 1_500


@pytest.mark.parametrize(
    ("lat", "lon"), [(48.85, 2.35), (-33.87, 151.2), (37.77, -122.42), (56.0, 100.0), (30.0, 71.9)]
)
def test_outside_china_nothing_is_shifted(lat: float, lon: float) -> None:
    assert wgs84_to_gcj02(lat, lon) == (lat, lon)
    assert gcj02_to_wgs84(lat, lon) == (lat, lon)


@given(st.lists(st.tuples(any_lat, any_lon), min_size=1, max_size=20), st.sampled_from(DATUMS))
def test_arrays_say_what_floats_say(places: list[tuple[float, float]], datum: str) -> None:
    lats, lons = (np.array(axis) for axis in zip(*places, strict=True))
    found_lat, found_lon = to_wgs84(lats, lons, datum)
    for index, (lat, lon) in enumerate(places):
        found = (found_lat[index], found_lon[index])
        try:
            assert found == pytest.approx(to_wgs84(lat, lon, datum), abs=1e-9)
        except InvalidInput:
            assert all(math.isnan(part) for part in found)
    here, there = (lats[0], lons[0]), (lats[-1], lons[-1])
    many = distance_m(lats[:1], lons[:1], lats[-1:], lons[-1:])
    assert many[0] == pytest.approx(distance_m(*map(float, (*here, *there))), abs=1e-6)


@pytest.mark.parametrize(
    ("lat", "lon", "code", "words"),
    [
        (119.552894, 40.058359, "coordinate-range", "swapped"),
        (90.0001, 120.0, "coordinate-range", "beyond"),
        (30.0, 180.5, "coordinate-range", "beyond"),
        (math.nan, 120.0, "coordinate-range", "beyond"),
        (30.0, math.inf, "coordinate-range", "beyond"),
        (0.0, 0.0, "coordinate-null", "no fix"),
        (0.00001, -0.00001, "coordinate-null", "no fix"),
    ],
)
def test_what_is_no_place_is_refused_by_code(lat: float, lon: float, code: str, words: str) -> None:
    for datum in DATUMS:
        with pytest.raises(InvalidInput, match=words) as refused:
            to_wgs84(lat, lon, datum)
        assert refused.value.code == code
    assert not is_place(np.array([lat]), np.array([lon]))[0]


def test_edges_of_the_world_and_an_unknown_datum() -> None:
    assert to_wgs84(90.0, -180.0, "BD09") is not None
    assert to_wgs84(0.0, 110.0, "WGS84") == (0.0, 110.0)
    with pytest.raises(InvalidInput) as refused:
        to_wgs84(30.0, 120.0, "Beijing54")
    assert refused.value.code == "datum-unknown"
