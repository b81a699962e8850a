"""A territory: whatever the tree, paths, scopes and points agree with the plain definitions."""

from __future__ import annotations

import pytest
from gridwitness.errors import NotFound
from gridwitness.grids import Grid
from hypothesis import given
from hypothesis import strategies as st
from support.territories import Box, a_grid, a_unit, territory


@st.composite
def trees(draw: st.DrawFn) -> list[Grid]:
    """Any forest: each grid's parent is one before it, a level up, or none."""
    grids: list[Grid] = []
    for index in range(draw(st.integers(1, 30))):
        above = draw(st.sampled_from([None, *grids]))
        grids.append(a_grid(f"g{index}", 1 if above is None else above.level + 1,
                            None if above is None else above.number))  # fmt: skip
    return grids


@given(trees())
def test_covers_below_and_path_say_the_same(grids: list[Grid]) -> None:
    whole = territory(grids)
    for one in grids:
        below = whole.below(one.number)
        for other in grids:
            on_path = one.number in {step.number for step in whole.path(other.number)}
            assert whole.covers(one.number, other.number) == on_path == (other.number in below)
        assert whole.path(one.number)[0].parent is None
        assert whole.covers(None, one.number)


def test_nothing_unknown_is_covered() -> None:
    whole = territory([a_grid("a", 1, None)])
    assert whole.covers(None, None)
    assert not whole.covers("a", None)
    assert not whole.covers("a", "b")
    assert not whole.covers("b", "a")
    assert whole.below("b") == {"b"}
    with pytest.raises(NotFound, match="b"):
        whole.path("b")


boxes = st.tuples(*(st.integers(0, 12) for _ in range(4))).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]) + 1, max(b[1], b[3]) + 1)
)


@given(
    st.lists(st.tuples(st.integers(1, 6), boxes), min_size=1, max_size=12),
    st.integers(0, 13),
    st.integers(0, 13),
)
def test_a_point_lies_in_the_deepest_grid_then_the_smaller_number(
    entries: list[tuple[int, Box]], lat: int, lon: int
) -> None:
    grids = [a_grid(f"g{place:02}", level, None) for place, (level, _) in enumerate(entries)]
    whole = territory(grids, boxes={g.number: box for g, (_, box) in zip(grids, entries, strict=True)})
    holding = [
        grid
        for grid, (_, (w, s, e, n)) in zip(grids, entries, strict=True)
        if w <= lon <= e and s <= lat <= n
    ]
    expected = min(holding, key=lambda grid: (-grid.level, grid.number), default=None)
    assert whole.locate(lat, lon) == expected


def test_categories_are_told_apart() -> None:
    grids = [a_grid("b", 5, None), a_grid("p", 3, None, category="professional")]
    whole = territory(grids, boxes={"b": (0, 0, 9, 9), "p": (5, 0, 20, 9)})
    assert {k: g.number for k, g in whole.locate_all(1, 7).items()} == {"base": "b", "professional": "p"}
    assert whole.locate_all(1, 15).keys() == {"professional"}
    assert whole.locate(1, 7, "department") is None


def test_who_answers_is_the_nearest_above_with_a_valid_unit() -> None:
    grids = [
        a_grid("a", 1, None, "U"),
        a_grid("b", 2, "a", "gone"),
        a_grid("c", 3, "b", "V"),
        a_grid("d", 3, "b"),
    ]
    whole = territory(grids, [a_unit("U", "centre"), a_unit("V", parent="U")])
    assert [whole.unit_for(number) for number in "abcd"] == ["U", "U", "V", "U"]
    assert [whole.unit_for("c", level) for level in (1, 2, 3)] == ["U", "U", "V"]
    assert [whole.centre_of(number) for number in "abcd"] == ["U", "U", "U", "U"]
    assert whole.units_above("V") == ("V", "U")
    with pytest.raises(NotFound):
        whole.units_above("gone")


def test_a_centre_answers_for_the_grid_it_sits_in() -> None:
    grids = [a_grid("a", 1, None), a_grid("b", 2, "a"), a_grid("c", 2, "a")]
    whole = territory(
        grids, [a_unit("Y", "centre", grid="b"), a_unit("X", "centre", grid="b"), a_unit("T", grid="a")]
    )
    assert [whole.centre_of(number) for number in ("b", "c", "nowhere", None)] == ["X", "", "", ""]
