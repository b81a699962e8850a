"""Areas and corridors of the registers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.trucks.shapes import check_area, check_corridor, is_simple
from hypothesis import given
from hypothesis import strategies as st
from shapely import LinearRing

X, Y = 120_150_000, 30_280_000
SMALL = st.tuples(st.integers(0, 4), st.integers(0, 4))


def ring(*points: tuple[int, int]) -> dict[str, Any]:
    return {"ring": [[X + x, Y + y] for x, y in points]}


def code_of(value: Any, check: Any = check_area) -> str:
    with pytest.raises(InvalidInput) as refusal:
        check(value)
    return refusal.value.code


@given(st.lists(SMALL, min_size=3, max_size=7))
def test_a_ring_is_simple_as_geometry_says(points: list[tuple[int, int]]) -> None:
    closed = [*points, points[0]]
    repeated = any(a == b for a, b in pairwise(closed))
    assert is_simple(closed) is (not repeated and LinearRing(closed).is_simple)


def test_a_square_and_a_triangle_are_areas() -> None:
    assert len(check_area(ring((0, 0), (9, 0), (9, 9), (0, 9), (0, 0)))) == 5
    assert len(check_area(ring((0, 0), (9, 0), (9, 9), (0, 0)))) == 4


def test_rings_that_are_none_are_refused() -> None:
    assert code_of(ring((0, 0), (9, 0), (9, 9), (0, 9))) == "area"  # open
    assert code_of(ring((0, 0), (9, 0), (0, 0))) == "area"  # too few
    assert code_of(ring((0, 0), (9, 9), (9, 0), (0, 9), (0, 0))) == "area"  # a bow tie
    assert code_of(ring((0, 0), (5, 0), (9, 0), (0, 0))) == "area"  # no inside
    assert code_of(ring(*[(n % 600, n // 600) for n in range(600)], (0, 0))) == "area"  # too many


def test_places_that_are_none_are_refused() -> None:
    swapped = {"ring": [[y, x] for x, y in ring((0, 0), (9, 0), (9, 9), (0, 0))["ring"]]}
    assert code_of(swapped) == "coordinate-range"
    assert code_of({"ring": [[0, 0], [9, 0], [9, 9], [0, 0]]}) == "coordinate-null"


@pytest.mark.parametrize(
    "value",
    [
        None, [], {"ring": None}, {"ring": [], "more": 1}, {"line": [[X, Y], [X, Y + 1]]},
        {"ring": ["x"] * 4}, {"ring": [[X, Y, 0]] * 4}, {"ring": [[120.15, 30.28]] * 4},
        {"ring": [[True, False]] * 4},
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused(value: Any) -> None:
    assert code_of(value) == "area"


def test_a_corridor_is_a_line_of_two_points_or_more() -> None:
    assert len(check_corridor({"line": [[X, Y], [X + 1, Y]]})) == 2
    assert code_of({"line": [[X, Y]]}, check_corridor) == "corridor"
    assert code_of({"line": [[X, Y + n] for n in range(2_001)]}, check_corridor) == "corridor"
    assert code_of({"ring": [[X, Y], [X + 1, Y]]}, check_corridor) == "corridor"
