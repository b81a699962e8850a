"""Leaves of a part: the vectors that the verifier answers too, and a path for every row of every tree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from gridwitness.trucks.archive.leaves import Leaves, leaf_of, make_leaves, salt_of
from gridwitness.trucks.rows import TIME_COLUMN, row_bytes
from gridwitness_evidence import base64url, verify_inclusion
from hypothesis import given, settings
from hypothesis import strategies as st
from support.vectors import load

VECTORS: dict[str, Any] = load("rows")
KEY = bytes.fromhex(VECTORS["key"])


def as_stored(case: dict[str, Any]) -> dict[str, Any]:
    """The row as the database gives it."""
    time = TIME_COLUMN[case["content"]]
    row = {**case["row"], time: datetime.fromisoformat(case["row"][time])}
    return {**row, "backfill": True} if "backfill" in row else row


@pytest.mark.parametrize("index", range(len(VECTORS["rows"])))
def test_a_row_has_the_bytes_salt_leaf_and_path_of_the_vectors(index: int) -> None:
    case = VECTORS["rows"][index]
    row = row_bytes(case["content"], as_stored(case))
    assert row.decode() == case["bytes"]
    assert base64url.encode(salt_of(KEY, index)) == case["salt"]
    assert leaf_of(KEY, index, row).hex() == case["leaf"]
    leaves = make_leaves(KEY, [(0, 0)] * len(VECTORS["rows"]), [found["bytes"] for found in VECTORS["rows"]])
    assert base64url.encode(leaves.root) == VECTORS["root"]
    assert [base64url.encode(node) for node in leaves.path(index)] == case["path"]


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 70), data=st.data())
def test_every_row_leads_to_the_root_and_no_other_does(size: int, data: st.DataObject) -> None:
    keys = [(number // 7, number % 7) for number in range(size)]
    leaves = make_leaves(KEY, keys, [f'{{"item":{item}}}' for _, item in keys])
    assert Leaves.from_bytes(leaves.to_bytes()) == leaves
    index = data.draw(st.integers(0, size - 1))
    assert leaves.index(*keys[index]) == index and leaves.index(99, 0) is None
    path = leaves.path(index)
    verify_inclusion(leaves.hashes[index], index, size, path, leaves.root)
    other = (index + 1) % size
    if other != index:
        with pytest.raises(Exception, match="leaf"):
            verify_inclusion(leaves.hashes[other], index, size, path, leaves.root)


def test_a_cut_file_of_leaves_is_none() -> None:
    with pytest.raises(ValueError, match="cut"):
        Leaves.from_bytes(b"x" * 45)
