"""Positions in the stream of movements."""

from __future__ import annotations

from gridwitness.events.movements import BEGINNING, Position
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.integers(0, 2**63 - 1)


@given(NUMBERS, NUMBERS)
def test_a_position_is_read_back(accepted_in: int, accept_order: int) -> None:
    position = Position(accepted_in, accept_order)
    assert Position.parse(str(position)) == position
    assert position >= BEGINNING


@given(st.text(max_size=50))
def test_any_text_is_a_position_or_none(text: str) -> None:
    found = Position.parse(text)
    assert found is None or max(found.accepted_in, found.accept_order) < 2**63


def test_what_does_not_fit_is_none() -> None:
    assert Position.parse(f"{2**63}.0") is None
    assert Position.parse("1.2\n") is None
    assert Position.parse("١.2") is None
