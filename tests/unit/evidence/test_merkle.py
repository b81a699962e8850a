"""Every tree size to 33 against the recursive definitions of RFC 9162 section 2.1, written down once more."""

import hashlib
from collections.abc import Sequence

import pytest
from gridwitness_evidence import (
    EMPTY_ROOT,
    ProofError,
    consistency_proof,
    hash_leaf,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from hypothesis import given
from hypothesis import strategies as st

SIZES = range(1, 34)
LEAVES = [hash_leaf(b"entry %d" % number) for number in range(SIZES.stop)]


def oracle_split(width: int) -> int:
    return max(1 << power for power in range(width.bit_length()) if 1 << power < width)


def oracle_root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = oracle_split(len(leaves))
    return hashlib.sha256(b"\x01" + oracle_root(leaves[:half]) + oracle_root(leaves[half:])).digest()


def oracle_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = oracle_split(len(leaves))
    if index < half:
        return [*oracle_path(index, leaves[:half]), oracle_root(leaves[half:])]
    return [*oracle_path(index - half, leaves[half:]), oracle_root(leaves[:half])]


def oracle_subproof(old: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [oracle_root(leaves)]
    half = oracle_split(len(leaves))
    if old <= half:
        return [*oracle_subproof(old, leaves[:half], whole), oracle_root(leaves[half:])]
    return [*oracle_subproof(old - half, leaves[half:], False), oracle_root(leaves[:half])]


def subtree(height: int, index: int) -> bytes:
    leaves = LEAVES[index << height : index + 1 << height]
    assert len(leaves) == 1 << height
    return oracle_root(leaves)


def test_roots() -> None:
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()
    for size in SIZES:
        assert root_of(LEAVES[:size]) == oracle_root(LEAVES[:size])


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_size(size: int) -> None:
    root = oracle_root(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(index, size, subtree)
        assert proof == oracle_path(index, LEAVES[:size])
        verify_inclusion(LEAVES[index], index, size, proof, root)
        for other in set(range(size)) - {index}:
            with pytest.raises(ProofError, match="inclusion"):
                verify_inclusion(LEAVES[index], other, size, proof, root)
        for wrong in (proof[:-1], [*proof, root], [*proof, LEAVES[0]], proof[1:]):
            if wrong != proof:
                with pytest.raises(ProofError, match="inclusion"):
                    verify_inclusion(LEAVES[index], index, size, wrong, root)


@pytest.mark.parametrize("new_size", SIZES)
def test_every_pair_of_sizes(new_size: int) -> None:
    new_root = oracle_root(LEAVES[:new_size])
    for old_size in range(1, new_size + 1):
        old_root = oracle_root(LEAVES[:old_size])
        proof = consistency_proof(old_size, new_size, subtree)
        assert proof == oracle_subproof(old_size, LEAVES[:new_size], True)
        verify_consistency(old_size, new_size, old_root, new_root, proof)
        forged = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]] if proof else [new_root]
        for wrong in (forged, [*proof, new_root], proof[:-1]):
            if wrong != proof:
                with pytest.raises(ProofError, match="consistency"):
                    verify_consistency(old_size, new_size, old_root, new_root, wrong)
        with pytest.raises(ProofError, match="consistency"):
            verify_consistency(old_size, new_size, EMPTY_ROOT, new_root, proof)
        with pytest.raises(ProofError, match="consistency"):
            verify_consistency(old_size, new_size, old_root, EMPTY_ROOT, proof)


def test_an_interior_node_is_not_a_leaf() -> None:
    root = root_of(LEAVES[:4])
    node = root_of(LEAVES[:2])
    with pytest.raises(ProofError, match="inclusion"):
        verify_inclusion(hash_leaf(LEAVES[0] + LEAVES[1]), 0, 2, [root_of(LEAVES[2:4])], root)
    with pytest.raises(ProofError, match="inclusion"):
        verify_inclusion(node, 0, 4, [root_of(LEAVES[2:4])], root)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (2, 1), (-1, 1), (1, 2**63)])
def test_sizes_without_consistency(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="consistency"):
        consistency_proof(old, new, subtree) if new < 2**63 else verify_consistency(
            old, new, EMPTY_ROOT, EMPTY_ROOT, []
        )
    with pytest.raises(ProofError, match="consistency"):
        verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (2**64 - 1, 2**64)])
def test_there_is_no_such_leaf(index: int, size: int) -> None:
    with pytest.raises(ProofError, match="inclusion"):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])
    if size < 2**63:
        with pytest.raises(ProofError, match="inclusion"):
            inclusion_proof(index, size, subtree)


@given(
    st.integers(-5, 2**65), st.integers(-5, 2**65), st.lists(st.binary(max_size=33), max_size=4), st.data()
)
def test_any_proof_raises_only_proof_errors(
    first: int, second: int, proof: list[bytes], data: st.DataObject
) -> None:
    one, other = (data.draw(st.binary(max_size=33)) for _ in range(2))
    for verify in (
        lambda: verify_inclusion(one, first, second, proof, other),
        lambda: verify_consistency(first, second, one, other, proof),
    ):
        try:
            verify()
        except ProofError as error:
            assert error.code in ("inclusion", "consistency")
        else:
            assert one == other
