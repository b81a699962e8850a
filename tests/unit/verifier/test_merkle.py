"""Inclusion and consistency: the public vectors, and every small tree against the recursive definition."""

import base64
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.merkle import EMPTY_ROOT, RootBuilder, verify_consistency, verify_inclusion
from support.verifier_bundle import leaf, tree_path, tree_root

LEAVES = [leaf(b"entry %d" % number) for number in range(33)]


def test_public_vectors():
    folder = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
    if not folder:
        pytest.skip("GRIDWITNESS_REFERENCE_DATA is not set: no public Merkle vectors")
    accepted = refused = 0
    for path in sorted(Path(folder, "merkle").rglob("*.json")):
        case = json.loads(path.read_text())
        proof = [base64.b64decode(item) for item in case["proof"] or []]
        try:
            if "leafIdx" in case:
                leaf_hash, root = (base64.b64decode(case[name] or "") for name in ("leafHash", "root"))
                verify_inclusion(leaf_hash, case["leafIdx"], case["treeSize"], proof, root)
            else:
                old_root, new_root = (base64.b64decode(case[name] or "") for name in ("root1", "root2"))
                verify_consistency(case["size1"], case["size2"], old_root, new_root, proof)
            right, accepted = not case["wantErr"], accepted + 1
        except VerificationError:
            right, refused = case["wantErr"], refused + 1
        assert right, path
    assert (accepted, refused) == (12, 184)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_of_every_small_tree(size):
    leaves = LEAVES[:size]
    root = tree_root(leaves)
    for index in range(size):
        proof = tree_path(leaves, index)
        verify_inclusion(leaves[index], index, size, proof, root)
        for wrong in (
            (leaves[index], index + 1, size, proof, root),
            (leaves[index], index, size, [*proof, root], root),
            (leaves[index], index, size, [root, *proof], root),
            (sha256(leaves[index]).digest(), index, size, proof, root),
            (leaves[index], index, size, proof, sha256(root).digest()),
        ):
            with pytest.raises(VerificationError):
                verify_inclusion(*wrong)
        if len(proof) > 1:
            with pytest.raises(VerificationError):
                verify_inclusion(leaves[index], index, size, proof[::-1], root)


def consistency_path(old, leaves, whole=True):
    """RFC 9162 section 2.1.4.1, by its recursive definition."""
    size = len(leaves)
    if old == size:
        return [] if whole else [tree_root(leaves)]
    split = 1 << (size - 1).bit_length() - 1
    if old <= split:
        return [*consistency_path(old, leaves[:split], whole), tree_root(leaves[split:])]
    return [*consistency_path(old - split, leaves[split:], False), tree_root(leaves[:split])]


@pytest.mark.parametrize("new", range(1, 34))
def test_every_pair_of_small_trees(new):
    new_root = tree_root(LEAVES[:new])
    for old in range(1, new + 1):
        old_root = tree_root(LEAVES[:old])
        proof = consistency_path(old, LEAVES[:new])
        verify_consistency(old, new, old_root, new_root, proof)
        for wrong in (
            (old, new, sha256(old_root).digest(), new_root, proof),
            (old, new, old_root, sha256(new_root).digest(), proof),
            (old, new, old_root, new_root, [*proof, new_root]),
            (new + 1, old, old_root, new_root, proof),
        ):
            with pytest.raises(VerificationError):
                verify_consistency(*wrong)


def test_an_interior_node_is_no_leaf():
    node = tree_root(LEAVES[:2])
    with pytest.raises(VerificationError):
        verify_inclusion(leaf(LEAVES[0] + LEAVES[1]), 0, 2, [tree_root(LEAVES[2:4])], tree_root(LEAVES[:4]))
    verify_inclusion(node, 0, 2, [tree_root(LEAVES[2:4])], tree_root(LEAVES[:4]))


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (-1, 5), (5, 2**64), (True, 5)])
def test_sizes_that_prove_nothing(old, new):
    with pytest.raises(VerificationError):
        verify_consistency(old, new, EMPTY_ROOT, tree_root(LEAVES[:5]), [])


def test_proofs_without_end_are_refused_before_hashing():
    with pytest.raises(VerificationError) as caught:
        verify_inclusion(LEAVES[0], 0, 2**62, [LEAVES[0]] * 100_000, LEAVES[0])
    assert caught.value.code == "inclusion-form"


def test_streaming_root_at_every_size():
    builder = RootBuilder()
    assert builder.root() == EMPTY_ROOT
    for size, leaf_hash in enumerate(LEAVES, 1):
        builder.append(leaf_hash)
        assert (builder.size, builder.root()) == (size, tree_root(LEAVES[:size]))
