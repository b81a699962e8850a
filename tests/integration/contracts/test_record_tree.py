"""The contract's RFC 9162 checks against the recursive definitions and the public vectors."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import contract_tree as oracle
from support.contract_chain import ContractChain, Deployed
from support.contract_consortium import found
from web3.exceptions import MismatchedABI

SIZES = range(1, 34)
LEAVES = oracle.leaf_hashes(33)
ROOTS = {size: oracle.root(LEAVES[:size]) for size in SIZES}
UINT64 = 2**64


@pytest.fixture(scope="module")
def log(chain: ContractChain) -> Deployed:
    return found(chain, 1).log


@pytest.mark.parametrize("new", SIZES)
def test_consistency_of_every_pair_of_sizes(log: Deployed, new: int) -> None:
    for old in range(1, new + 1):
        proof = oracle.consistency(old, LEAVES[:new])
        assert log.call("verifyConsistency", old, new, ROOTS[old], ROOTS[new], proof), (old, new)
        for other in {old - 1, old + 1, new - 1, new + 1} - {old, 0}:
            if other != old and other in ROOTS and ROOTS[other] != ROOTS[old]:
                assert not log.call("verifyConsistency", old, new, ROOTS[other], ROOTS[new], proof), (
                    old,
                    new,
                )
        # A longer proof never passes, nor does a shorter one.
        assert not log.call("verifyConsistency", old, new, ROOTS[old], ROOTS[new], [*proof, ROOTS[1]])
        if proof:
            assert not log.call("verifyConsistency", old, new, ROOTS[old], ROOTS[new], proof[:-1])
            assert not log.call("verifyConsistency", new, old, ROOTS[new], ROOTS[old], proof)


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_of_every_leaf_of_every_size(log: Deployed, size: int) -> None:
    for index in range(size):
        proof = oracle.inclusion(index, LEAVES[:size])
        assert log.call("verifyInclusion", LEAVES[index], index, size, proof, ROOTS[size]), (index, size)
        assert not log.call("verifyInclusion", LEAVES[index], index, size, [*proof, ROOTS[1]], ROOTS[size])
        other = (index + 1) % size
        if other != index:
            assert not log.call("verifyInclusion", LEAVES[index], other, size, proof, ROOTS[size]), (
                index,
                size,
            )
            assert not log.call("verifyInclusion", LEAVES[other], index, size, proof, ROOTS[size]), (
                index,
                size,
            )
    assert not log.call("verifyInclusion", LEAVES[0], size, size, [], ROOTS[size])


def test_an_interior_node_is_no_leaf_and_siblings_do_not_swap(log: Deployed) -> None:
    leaves, node, other = LEAVES[:4], oracle.root(LEAVES[:2]), oracle.root(LEAVES[2:4])
    # The verifier is told leaf hashes: a node passes as the leaf of a smaller tree only under another size.
    assert not log.call("verifyInclusion", node, 0, 4, [other], ROOTS[4])
    assert not log.call("verifyInclusion", LEAVES[1], 0, 4, [LEAVES[0], other], ROOTS[4])
    assert not log.call("verifyInclusion", LEAVES[0], 0, 4, [other, LEAVES[1]], ROOTS[4])
    assert log.call("verifyInclusion", LEAVES[0], 0, 4, oracle.inclusion(0, leaves), ROOTS[4])


def test_nodes_above_the_root_are_refused_even_when_the_hashes_fit(log: Deployed) -> None:
    above = LEAVES[30]

    def under(node: bytes) -> bytes:
        return hashlib.sha256(b"\1" + above + node).digest()

    for old, new in ((3, 5), (5, 7), (6, 8), (7, 20)):
        taller = [*oracle.consistency(old, LEAVES[:new]), above]
        assert not log.call("verifyConsistency", old, new, under(ROOTS[old]), under(ROOTS[new]), taller)
    for index in (0, 3, 4):
        taller = [*oracle.inclusion(index, LEAVES[:5]), above]
        assert not log.call("verifyInclusion", LEAVES[index], index, 5, taller, under(ROOTS[5]))


def test_consistency_from_size_zero_is_refused(log: Deployed) -> None:
    empty = bytes(32)
    for new in (0, 1, 5):
        assert not log.call("verifyConsistency", 0, new, empty, ROOTS.get(new, empty), [])
        assert not log.call("verifyConsistency", 0, new, empty, ROOTS.get(new, empty), [ROOTS[1]])


def test_sizes_at_the_end_of_the_range(log: Deployed) -> None:
    last = UINT64 - 1
    for old, new in ((1, last), (last - 1, last), (2**63, last), (2**63 - 1, 2**63)):
        for length in (0, 1, 63, 64, 65, 130):
            assert not log.call("verifyConsistency", old, new, ROOTS[1], ROOTS[2], [ROOTS[3]] * length)
    assert not log.call("verifyInclusion", ROOTS[1], last - 1, last, [ROOTS[3]] * 64, ROOTS[2])
    assert not log.call("verifyInclusion", ROOTS[1], last, last, [ROOTS[3]] * 64, ROOTS[2])


def vectors(kind: str) -> list[dict[str, Any]]:
    data = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
    if not data:
        pytest.skip("GRIDWITNESS_REFERENCE_DATA is not set: the public Merkle vectors were not run")
    files = sorted((Path(data) / "merkle" / kind).rglob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def run_vectors(log: Deployed, function: str, calls: list[tuple[bool, list[Any]]]) -> dict[str, int]:
    """Run each call and count the outcomes.

    A hash that isn't 32 bytes long can't be sent at all: the ABI encoder refuses it. Such a case runs once
    more with the SHA-256 of each odd value in its place, which keeps what is equal and what differs, for the
    verdict it names; an empty hash is no value, so it equals nothing, not even another one.
    """
    counts = {"accepted": 0, "refused": 0, "refused at the ABI": 0}
    for must_fail, arguments in calls:
        fitting = [
            [fit(h, place) for h in item] if isinstance(item, list) else fit(item, place)
            for place, item in enumerate(arguments)
        ]
        accepted = log.call(function, *fitting)
        assert accepted is not must_fail, arguments
        if fitting != arguments:
            with pytest.raises(MismatchedABI):
                log.contract.encode_abi(function, args=arguments)
            counts["refused at the ABI"] += 1
        else:
            counts["accepted" if accepted else "refused"] += 1
    return counts


def fit(value: Any, place: int) -> Any:
    if isinstance(value, int) or len(value) == 32:
        return value
    return hashlib.sha256(value or b"empty %d" % place).digest()


def b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_public_consistency_vectors(log: Deployed) -> None:
    calls = [
        (
            v["wantErr"],
            [v["size1"], v["size2"], b64(v["root1"]), b64(v["root2"]), [b64(h) for h in v["proof"] or []]],
        )
        for v in vectors("consistency")
    ]
    assert run_vectors(log, "verifyConsistency", calls) == CONSISTENCY_COUNTS


def test_public_inclusion_vectors(log: Deployed) -> None:
    calls = [
        (
            v["wantErr"],
            [
                b64(v["leafHash"]),
                v["leafIdx"],
                v["treeSize"],
                [b64(h) for h in v["proof"] or []],
                b64(v["root"]),
            ],
        )
        for v in vectors("inclusion")
    ]
    assert run_vectors(log, "verifyInclusion", calls) == INCLUSION_COUNTS


# 98 vectors each; the sixth consistency vector that must verify has roots of 12 bytes.
CONSISTENCY_COUNTS = {"accepted": 5, "refused": 66, "refused at the ABI": 27}
INCLUSION_COUNTS = {"accepted": 6, "refused": 66, "refused at the ABI": 26}


@st.composite
def mutated(draw: st.DrawFn) -> tuple[int, int, bytes, bytes, list[bytes]]:
    """A true proof with one to three changes, some of which may cancel out."""
    new = draw(st.integers(1, 33))
    old = draw(st.integers(1, new))
    proof = oracle.consistency(old, LEAVES[:new])
    old_root, new_root = ROOTS[old], ROOTS[new]
    pool = [*proof, old_root, new_root, *LEAVES[:3], bytes(32)]
    for _ in range(draw(st.integers(1, 3))):
        change = draw(st.sampled_from(["old", "new", "roots", "node", "bit", "drop", "insert", "swap"]))
        position = draw(st.integers(0, max(0, len(proof) - 1)))
        if change == "old":
            old = draw(st.integers(0, 34))
        elif change == "new":
            new = draw(st.integers(0, 34))
        elif change == "roots":
            old_root, new_root = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
        elif change == "insert":
            proof = [*proof[:position], draw(st.sampled_from(pool)), *proof[position:]]
        elif proof and change == "node":
            proof[position] = draw(st.sampled_from(pool))
        elif proof and change == "bit":
            flipped = int.from_bytes(proof[position], "big") ^ (1 << draw(st.integers(0, 255)))
            proof[position] = flipped.to_bytes(32, "big")
        elif proof and change == "drop":
            del proof[position]
        elif proof and change == "swap":
            proof.reverse()
    return old, new, old_root, new_root, proof


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=mutated())
def test_mutated_proofs_pass_only_where_the_definitions_agree(
    log: Deployed, case: tuple[int, int, bytes, bytes, list[bytes]]
) -> None:
    old, new, old_root, new_root, proof = case
    accepted = log.call("verifyConsistency", old, new, old_root, new_root, proof)
    assert accepted == oracle.extends(old, new, old_root, new_root, proof), case


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=mutated())
def test_no_other_root_of_the_true_sizes_passes(
    log: Deployed, case: tuple[int, int, bytes, bytes, list[bytes]]
) -> None:
    old, new, _, new_root, proof = case
    if 1 <= old < new <= 33 and log.call("verifyConsistency", old, new, ROOTS[old], new_root, proof):
        # Whatever else the proof says, it starts from the old tree: its nodes are the old tree's own.
        assert oracle.extends(old, new, ROOTS[old], new_root, proof)
        if new_root == ROOTS[new]:
            assert proof == oracle.consistency(old, LEAVES[:new])
