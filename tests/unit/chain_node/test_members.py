"""When a signing key begins to count (docs/format.md §7)."""

from __future__ import annotations

import pytest
from gridwitness_chain import KeyState


@pytest.mark.parametrize(
    ("registered_at", "confirmed_at", "agencies", "expected"),
    [
        (0, 0, 0, None),
        (100, 0, 1, 100),
        (100, 200, 1, 100),
        (100, 0, 2, None),
        (100, 200, 2, 200),
        (100, 200, 3, 200),
    ],
    ids=["absent", "alone", "alone, confirmed later", "unconfirmed", "confirmed", "confirmed, one of three"],
)
def test_a_key_counts_from(
    registered_at: int, confirmed_at: int, agencies: int, expected: int | None
) -> None:
    confirmer = "110105GA01" if confirmed_at else None
    state = KeyState(1, registered_at, confirmed_at, 0, 2**40, 0, 0, agencies, confirmer)
    assert state.counts_from == expected
