"""Outlines as they are published: districts of three cities in GCJ-02, two of which cross themselves."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from gridwitness.coordinates import to_wgs84
from gridwitness.grids.areas import check_area
from gridwitness.grids.shapes import ShapeTree
from gridwitness_cli.grid.geojson import outlines
from gridwitness_ingest.row import Row


def test_published_districts_are_areas_and_hold_their_centres() -> None:
    given = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
    if not given:
        pytest.skip("GRIDWITNESS_REFERENCE_DATA names no reference data")
    folder = Path(given) / "boundaries" / "districts"
    mended: list[str] = []
    counted = 0
    for city in ("370200", "440300", "130100"):
        file = folder / f"{city}_full.json"
        rows = [row for row in outlines(file, "GCJ02", mended) if isinstance(row, Row)]
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        assert len(rows) == len(features)
        areas = [check_area(row.values["area"]) for row in rows]
        tree = ShapeTree(areas)
        for place, (row, feature) in enumerate(zip(rows, features, strict=True)):
            assert row.values["parent"] == city[:4]
            lon, lat = feature["properties"]["centroid"]
            north, east = to_wgs84(lat, lon, "GCJ02")
            counted += place in tree.at(round(north * 1e6), round(east * 1e6))
    assert sorted(mended) == ["井陉县", "新乐市"]
    assert counted == 41, "each district holds its own centroid"
