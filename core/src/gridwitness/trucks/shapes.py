"""Areas and corridors of the registers (docs/format.md section 20): millionths of a degree, longitude first.

Exact integer arithmetic; nothing here needs a geometry library, so that a record can be refused anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from gridwitness.errors import InvalidInput

Point = tuple[int, int]

_RING = range(4, 501)
_LINE = range(2, 2001)
_EAST, _NORTH = 180_000_000, 90_000_000


def check_area(value: Any) -> list[Point]:
    """The ring of an `area`. Raises InvalidInput `area`, `coordinate-range`, `coordinate-null`."""
    ring = _points(value, "area", "ring", _RING)
    if ring[0] != ring[-1]:
        raise InvalidInput("area", "The ring is not closed.", "end it with its first point")
    if not is_simple(ring):
        raise InvalidInput("area", "The ring crosses or touches itself.", "give the outline once around")
    return ring


def check_corridor(value: Any) -> list[Point]:
    """The line of a `corridor`. Raises InvalidInput `corridor`, `coordinate-range`, `coordinate-null`."""
    return _points(value, "corridor", "line", _LINE)


def is_simple(ring: Sequence[Point]) -> bool:
    """Whether a closed ring of at least 4 points has an inside and touches itself nowhere."""
    sides = [*pairwise(ring)]
    last = len(sides) - 1
    for first, (a, b) in enumerate(sides):
        if a == b:
            return False
        for second in range(first + 1, len(sides)):
            c, d = sides[second]
            if second == first + 1 or (first == 0 and second == last):
                shared, before, after = (b, a, d) if second == first + 1 else (a, b, c)
                if _turn(before, shared, after) == 0 and _is_back(before, shared, after):
                    return False
            elif _meet(a, b, c, d):
                return False
    return True


def _points(value: Any, code: str, name: str, size: range) -> list[Point]:
    if not isinstance(value, dict) or value.keys() != {name} or not isinstance(value[name], list):
        raise InvalidInput(
            code,
            f'`{code}` is not {{"{name}": [[longitude, latitude], …]}}.',
            "see docs/format.md section 20",
        )
    points = [_point(point, code) for point in value[name]]
    if len(points) not in size:
        raise InvalidInput(
            code, f"A {name} has {size.start} to {size.stop - 1} points, not {len(points)}.", "simplify it"
        )
    return points


def _point(value: Any, code: str) -> Point:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(part, int) and not isinstance(part, bool) for part in value)
    ):
        raise InvalidInput(
            code, "A point is not [longitude, latitude] in whole millionths of a degree.", None
        )
    longitude, latitude = value
    if abs(longitude) > _EAST or abs(latitude) > _NORTH:
        raise InvalidInput(
            "coordinate-range",
            f"There is no place at longitude {longitude / 1e6}, latitude {latitude / 1e6}.",
            "the longitude comes first",
        )
    if longitude == 0 and latitude == 0:
        raise InvalidInput("coordinate-null", "(0, 0) is what a device without a fix says.", None)
    return longitude, latitude


def _turn(a: Point, b: Point, c: Point) -> int:
    """Above 0: c lies left of a→b; 0: on its line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_back(before: Point, shared: Point, after: Point) -> bool:
    """Whether shared→after runs back along before→shared, all three on one line."""
    return (before[0] - shared[0]) * (after[0] - shared[0]) + (before[1] - shared[1]) * (
        after[1] - shared[1]
    ) > 0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two segments have a point in common."""
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0
