"""Which cells a snapshot shows, and what they say."""

from __future__ import annotations

from typing import Any

import h3.api.basic_int as h3
import pytest
from gridwitness.errors import InvalidInput
from gridwitness.hotspots.cells import (
    CELL_BYTES,
    MOST_CELLS,
    Cell,
    family_of,
    hour_bits,
    pack,
    rate_of,
    rule_bits,
    score_of,
    unpack,
)
from gridwitness.hotspots.composition import Counted, compose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RESOLUTION, FLOOR = 8, 5
MIDDLE = h3.latlng_to_cell(30.25, 120.2, RESOLUTION)
PARENT = h3.cell_to_parent(MIDDLE, RESOLUTION - 2)
CELLS = sorted(h3.cell_to_children(PARENT, RESOLUTION))


def fine(cell: int) -> int:
    """A place in the cell, as an anomaly's record names it."""
    return int(h3.cell_to_center_child(cell, 10))


def gathering(cell: int, trucks: int, carriers: int = 3, **changed: Any) -> list[Counted]:
    """One anomaly of each of so many trucks."""
    given_fields = {"hour": 9, "rule": "TIME_WIN", **changed}
    return [
        Counted(fine(cell), f"浙A{cell % 1_000}{n}", f"carrier {n % carriers}", **given_fields)
        for n in range(trucks)
    ]


def shown(*gatherings: list[Counted], exposure: dict[int, int] | None = None) -> dict[int, Cell]:
    found = compose(
        [one for part in gatherings for one in part],
        dict.fromkeys(CELLS, 100) if exposure is None else exposure,
        RESOLUTION,
        FLOOR,
    )
    assert [cell.cell for cell in found.cells] == sorted(cell.cell for cell in found.cells)
    return {cell.cell: cell for cell in found.cells}


def test_what_a_cell_says() -> None:
    district = dict.fromkeys(h3.cell_to_children(h3.cell_to_parent(MIDDLE, 5), RESOLUTION), 100)
    both = gathering(CELLS[0], 6), gathering(CELLS[0], 6, hour=22, rule="ROUTE_DEV")
    assert not shown(*both)[CELLS[0]].significant, "one of 49 cells and its neighbours: that may be chance"
    found = shown(*both, exposure=district)[CELLS[0]]
    assert (found.anomalies, found.trucks, found.rate) == (12, 6, 1_200)
    assert found.hour_list == [9, 22] and found.rule_list == ["ROUTE_DEV", "TIME_WIN"]
    assert found.significant and found.z > 300


@pytest.mark.parametrize(("trucks", "carriers"), [(4, 4), (5, 2), (1, 1)])
def test_few_trucks_or_carriers_are_not_shown(trucks: int, carriers: int) -> None:
    assert shown(gathering(CELLS[0], trucks, carriers)) == {}
    # Many anomalies of few trucks are those of few trucks still.
    assert shown(*[gathering(CELLS[0], trucks, carriers, hour=h) for h in range(24)]) == {}


def test_an_unknown_carrier_counts_as_one_and_an_unknown_plate_as_none() -> None:
    known = [Counted(fine(CELLS[0]), f"浙A0000{n}", ("x", "y", None)[n % 3], 1, "EXPIRED") for n in range(5)]
    assert list(shown(known)) == [CELLS[0]]
    faded = [Counted(fine(CELLS[0]), None, str(n), 1, "EXPIRED") for n in range(9)]
    assert shown(faded) == {}


def test_a_single_hidden_cell_takes_the_smallest_shown_one_with_it() -> None:
    large, small, hidden = gathering(CELLS[0], 9), gathering(CELLS[1], 6), gathering(CELLS[2], 2)
    assert list(shown(large, small)) == CELLS[:2]
    assert list(shown(large, small, hidden)) == CELLS[:1]
    # Two hidden ones can not be told apart.
    assert list(shown(large, small, hidden, gathering(CELLS[3], 1))) == CELLS[:2]
    # As many anomalies in both: the lower index goes.
    assert list(shown(gathering(CELLS[0], 6), small, hidden)) == CELLS[1:2]


def test_an_anomaly_beside_the_domain_counts_for_the_nearest_cell_of_it() -> None:
    outside = h3.grid_ring(MIDDLE, 1)[0]
    near = [cell for cell in h3.grid_ring(outside, 1) if cell != MIDDLE]
    exposure = {MIDDLE: 50, near[0]: 50}
    assert list(shown(gathering(outside, 6), exposure=exposure)) == [min(exposure)]
    far = compose(gathering(CELLS[0], 6), {h3.latlng_to_cell(31.5, 121.5, 8): 9}, RESOLUTION, FLOOR)
    assert (far.cells, far.left_out) == ((), 6)
    placeless = compose([Counted(None, "浙A00001", "x", 1, "OFFLINE")], {}, RESOLUTION, FLOOR)
    assert (placeless.cells, placeless.suppressed, placeless.left_out) == ((), 0, 1)


def test_no_more_cells_than_a_record_holds() -> None:
    many = sorted(h3.cell_to_children(h3.cell_to_parent(MIDDLE, 4), RESOLUTION))[: MOST_CELLS + 5]
    anomalies = [one for at, cell in enumerate(many) for one in gathering(cell, 5 if at < 7 else 6)]
    found = compose(anomalies, dict.fromkeys(many, 10), RESOLUTION, FLOOR)
    assert len(found.cells) == MOST_CELLS and found.suppressed == 5
    assert set(many[7:]) <= {cell.cell for cell in found.cells}


def test_the_fields_ends() -> None:
    assert (rate_of(1, 3), rate_of(1, 80_000), rate_of(3, 80_000), rate_of(9, 1)) == (3333, 0, 0, 65_535)
    assert (rate_of(1, 20_000), rate_of(3, 20_000)) == (0, 2), "half to even"
    assert (score_of(1.005), score_of(-400.0), score_of(1e9)) == (100, -32_768, 32_767)
    assert hour_bits({3: 1, 4: 9, 5: 0, 6: 91}) == 1 << 6
    assert rule_bits(["TERMINAL_TWICE", "BLACK_UNREG", "SOMETHING_NEW"]) == 1 << 16 | 1


def test_whose_rules_they_are() -> None:
    assert family_of("BLACK_CLONE_ST", None) == family_of("TIME_WIN", "330106000001") == "passages"
    assert family_of("TIME_WIN", None) == family_of("OFFLINE", "330106000001") == "positions"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.builds(
            Cell,
            st.integers(1, 2**64 - 1),
            *[st.integers(0, 2**16 - 1)] * 3,
            st.integers(-(2**15), 2**15 - 1),
            st.booleans(),
            st.integers(0, 2**24 - 1),
            st.integers(0, 2**32 - 1),
        ),
        unique_by=lambda cell: cell.cell,
        max_size=20,
    )
)
def test_packed_cells_are_read_back(cells: list[Cell]) -> None:
    data = pack(cells)
    assert len(data) == CELL_BYTES * len(cells)
    assert unpack(data) == sorted(cells, key=lambda cell: cell.cell)


def test_bytes_that_are_no_cells() -> None:
    with pytest.raises(InvalidInput, match="24 bytes"):
        unpack(bytes(25))
