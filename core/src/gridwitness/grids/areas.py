"""Outlines of grids (docs/format.md section 23): polygons in millionths of a degree, longitude first."""

from __future__ import annotations

from typing import Any

from gridwitness.errors import InvalidInput

Ring = list[list[int]]
Polygons = list[list[Ring]]

MOST_POINTS = 2_000
"""In all rings together: what fits into one disclosure (section 2)."""
_EAST, _NORTH = 180_000_000, 90_000_000


def check_area(value: Any) -> Polygons:
    """The polygons of an `area`. Raises InvalidInput `area`, `coordinate-range`."""
    if not isinstance(value, dict) or value.keys() != {"polygons"}:
        raise _wrong('`area` is not {"polygons": [[ring, hole, …], …]}')
    polygons = _full_list(value["polygons"], "`polygons`")
    count = 0
    for polygon in polygons:
        for ring in _full_list(polygon, "a polygon"):
            points = _full_list(ring, "a ring")
            count += len(points)
            if count > MOST_POINTS:
                raise _wrong(f"the area has more than {MOST_POINTS} points", "simplify it")
            for point in points:
                _check_point(point)
            if len(points) < 4 or points[0] != points[-1]:
                raise _wrong("a ring is not closed", "end it with its first point")
    found: Polygons = polygons
    _check_shape(found)
    return found


def _full_list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _wrong(f"{name} is no list, or empty")
    return value


def _check_point(point: Any) -> None:
    if not isinstance(point, list) or len(point) != 2 or not all(type(part) is int for part in point):
        raise _wrong("a point is not [longitude, latitude] in whole millionths of a degree")
    longitude, latitude = point
    if abs(longitude) > _EAST or abs(latitude) > _NORTH:
        raise InvalidInput(
            "coordinate-range",
            f"There is no place at longitude {longitude / 1e6}, latitude {latitude / 1e6}.",
            "the longitude comes first",
        )


def _check_shape(polygons: Polygons) -> None:
    """Rings cross nothing, holes lie inside: else what is inside would be a matter of opinion."""
    from gridwitness.grids.shapes import fault_of  # noqa: PLC0415 - a geometry library loads slowly

    fault = fault_of(polygons)
    if fault is not None:
        raise _wrong(f"the outline crosses itself or is no area: {fault}", "give each outline once around")


def _wrong(what: str, hint: str = "see docs/format.md section 23") -> InvalidInput:
    return InvalidInput("area", f"{what[0].upper()}{what[1:]}.", hint)
