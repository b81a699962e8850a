"""Signed notes, tree heads, receipts, log proofs and tree roots against the shared vectors."""

import json
from pathlib import Path

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log_proof import parse_log_proof
from gridwitness_verifier.merkle import RootBuilder, hash_leaf, verify_inclusion
from gridwitness_verifier.notes import open_note, parse_vkey
from gridwitness_verifier.receipt import open_receipt
from gridwitness_verifier.tree_head import open_tree_head

FOLDER = Path(__file__).parents[2] / "vectors"


def cases(name):
    return [
        pytest.param(case, id=case["name"])
        for case in json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    ]


def outcome(check):
    try:
        return "accepted", check()
    except VerificationError:
        return "refused", None


@pytest.mark.parametrize("case", cases("notes"))
def test_notes_and_tree_heads(case):
    opener = open_tree_head if case["form"] == "tree-head" else open_note
    result, opened = outcome(lambda: opener(case["note"], parse_vkey(case["vkey"])))
    assert result == case["expect"]
    if result == "accepted" and case["form"] == "note":
        assert opened == case["text"]


@pytest.mark.parametrize("case", cases("receipts"))
def test_receipts(case):
    result, receipt = outcome(lambda: open_receipt(case["note"], parse_vkey(case["vkey"])))
    assert result == case["expect"]
    if receipt is not None:
        assert (receipt.origin, receipt.leaf_hash.hex(), receipt.received, receipt.anchor_by) == tuple(
            case["receipt"][name] for name in ("origin", "leaf_hash", "received", "anchor_by")
        )


@pytest.mark.parametrize("case", cases("log_proofs"))
def test_log_proofs(case):
    def check():
        proof = parse_log_proof(case["proof"])
        head = open_tree_head(proof.tree_head, parse_vkey(case["vkey"]))
        verify_inclusion(bytes.fromhex(case["leaf_hash"]), proof.index, head.size, proof.hashes, head.root)
        return proof.index, head.size

    result, found = outcome(check)
    assert result == case["expect"]
    if found is not None:
        assert found == (case["index"], case["size"])


TREES = json.loads((FOLDER / "tiles.json").read_text("utf-8"))


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: str(tree["size"]))
def test_streaming_root_is_that_of_the_tiles(tree):
    builder = RootBuilder()
    for index in range(tree["size"]):
        builder.append(hash_leaf(f"entry {index}".encode()))
    assert (builder.size, builder.root().hex()) == (tree["size"], tree["root"])
