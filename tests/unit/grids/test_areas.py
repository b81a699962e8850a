"""Outlines: closed rings of whole millionths that cross nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.grids.areas import MOST_POINTS, check_area
from gridwitness.grids.shapes import ShapeTree

RING = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]


def comb(points: int) -> list[list[int]]:
    """A closed ring of so many points, as wide as numbers can be."""
    teeth = [[-179_000_000 + 7 * i, -89_000_000 - (i % 2)] for i in range(points - 3)]
    return [*teeth, [-178_000_000, -80_000_000], [-179_000_000, -80_000_000], teeth[0]]


def test_polygons_with_holes_and_islands() -> None:
    island = [[x + 20, y] for x, y in RING]
    assert len(check_area({"polygons": [[RING, HOLE], [island]]})) == 2


@pytest.mark.parametrize(
    ("area", "code"),
    [
        ({"polygons": []}, "area"),
        ({"polygons": [[]]}, "area"),
        ({"ring": RING}, "area"),
        ([[RING]], "area"),
        ({"polygons": [[RING[:-1]]]}, "area"),
        ({"polygons": [[RING[:2]]]}, "area"),
        ({"polygons": [[[[0, 0], [1.5, 0], [1, 1], [0, 0]]]]}, "area"),
        ({"polygons": [[[[0, 0], [True, 0], [1, 1], [0, 0]]]]}, "area"),
        ({"polygons": [[[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]]}, "area"),
        ({"polygons": [[RING, [[x + 20, y] for x, y in HOLE]]]}, "area"),
        ({"polygons": [[RING], [HOLE]]}, "area"),
        ({"polygons": [[[[0, 0], [10, 0], [20, 0], [0, 0]]]]}, "area"),
        ({"polygons": [[[[30, 120_000_000], [30, 120_000_001], [31, 120_000_000], [30, 120_000_000]]]]},
         "coordinate-range"),
        ({"polygons": [[comb(MOST_POINTS + 1)]]}, "area"),
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused(area: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_area(area)
    assert refused.value.code == code


def test_the_largest_area_fits_into_a_disclosure() -> None:
    area = {"polygons": [[comb(MOST_POINTS)]]}
    check_area(area)
    disclosure = json.dumps(["s" * 22, "row.0.area", json.dumps(area, separators=(",", ":"))])
    assert len(disclosure) * 4 / 3 < 65_536


def test_a_border_belongs_to_both_and_a_hole_to_nobody() -> None:
    east = [[x + 10, y] for x, y in RING]
    tree = ShapeTree([[[RING, HOLE]], [[east]]])
    assert sorted(tree.at(5, 10)) == [0, 1]
    assert tree.at(5, 5) == []
    assert tree.at(4, 5) == [0]
    assert tree.at(5, 11) == [1]
    assert tree.at(5, 21) == []
    assert ShapeTree([]).at(5, 5) == []
