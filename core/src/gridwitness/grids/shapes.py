"""Outlines of grids as shapes to compute with, in millionths of a degree: whole numbers stay exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.validation import explain_validity

from gridwitness.grids.areas import Polygons

_VALID = "Valid Geometry"


def shape_of(polygons: Polygons) -> shapely.MultiPolygon:
    """The area's shape; x is the longitude."""
    return shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in polygons])


def fault_of(polygons: Polygons) -> str | None:
    """Why this is no area: an outline crosses itself, a hole lies outside; None where it is one."""
    found = explain_validity(shape_of(polygons))
    return None if found == _VALID else found


class ShapeTree:
    """Which of many areas hold a point; a border belongs to both sides."""

    def __init__(self, areas: Sequence[Polygons]) -> None:
        self._shapes = np.array([shape_of(area) for area in areas], dtype=object)
        shapely.prepare(self._shapes)  # a point is asked for again and again
        self._tree = shapely.STRtree(self._shapes)

    def at(self, lat_e6: int, lon_e6: int) -> list[int]:
        """Places in the sequence of those that hold the point."""
        near = self._tree.query(shapely.Point(lon_e6, lat_e6))
        held = near[shapely.intersects_xy(self._shapes[near], lon_e6, lat_e6)]
        return [int(place) for place in held]
