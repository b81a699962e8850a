"""The proof from our head to a stranger's, put together from what the stranger had to show."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from gridwitness.errors import Misconfigured
from gridwitness.records.prefixes import KnownNodes, consistency_proof_of
from gridwitness_evidence import hash_leaf, root_of, verify_consistency
from hypothesis import given
from hypothesis import strategies as st

LEAVES = [hash_leaf(b"%d" % number) for number in range(300)]


def proof_of(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162 section 2.1.4.1, word for word."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= k:
        return [*proof_of(old, leaves[:k], whole), root_of(leaves[k:])]
    return [*proof_of(old - k, leaves[k:], False), root_of(leaves[:k])]


def known(sizes: list[int]) -> KnownNodes:
    nodes = KnownNodes()
    for size in sizes:
        nodes.learn_head(size, root_of(LEAVES[:size]))
    for old, new in pairwise(sizes):
        nodes.learn_proof(old, new, proof_of(old, LEAVES[:new]))
    return nodes


@given(st.lists(st.integers(1, 300), min_size=2, max_size=8, unique=True).map(sorted))
def test_heads_and_their_proofs_give_the_proof_over_all(sizes: list[int]) -> None:
    first, last = sizes[0], sizes[-1]
    proof = known(sizes).consistency_proof(first, last)
    assert proof == proof_of(first, LEAVES[:last])
    verify_consistency(first, last, root_of(LEAVES[:first]), root_of(LEAVES[:last]), proof)


def test_every_pair_of_steps_up_to_33() -> None:
    for last in range(3, 34):
        for middle in range(2, last):
            for first in (1, middle // 2 or 1, middle - 1):
                proof = known([first, middle, last] if first < middle else [first, last])
                assert proof.consistency_proof(first, last) == proof_of(first, LEAVES[:last])


def test_a_missing_link_is_said() -> None:
    nodes = KnownNodes()
    nodes.learn_head(3, root_of(LEAVES[:3]))
    nodes.learn_head(9, root_of(LEAVES[:9]))
    with pytest.raises(Misconfigured) as refusal:
        nodes.consistency_proof(3, 9)
    assert refusal.value.code == "prefix-unproven"


def test_the_proof_in_calldata() -> None:
    words = [
        bytes(32),
        (3).to_bytes(32, "big"),
        (7).to_bytes(32, "big"),
        bytes(32),
        (160).to_bytes(32, "big"),
    ]
    proof = [bytes([n]) * 32 for n in (1, 2, 3)]
    calldata = b"\x01\x02\x03\x04" + b"".join([*words, (3).to_bytes(32, "big"), *proof])
    assert consistency_proof_of(calldata) == proof


@given(st.binary(max_size=400))
def test_other_calldata_teaches_nothing(calldata: bytes) -> None:
    assert all(len(node) == 32 for node in consistency_proof_of(calldata))
    assert consistency_proof_of(calldata[:160]) == []


def test_random_bytes_as_offset() -> None:
    words = random.Random(7).randbytes(4 + 5 * 32)
    assert consistency_proof_of(words) == []
