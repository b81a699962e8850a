"""Trie proofs against the Ethereum vectors and against every one-bit change."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils import keccak
from gridwitness_chain.errors import ProofMismatch
from gridwitness_chain.trie_proof import EMPTY_ROOT, value_at
from trie import HexaryTrie

DATA = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
FILES = {
    "trietest.json": False,
    "trieanyorder.json": False,
    "trietest_secureTrie.json": True,
    "trieanyorder_secureTrie.json": True,
    "hex_encoded_securetrie_test.json": True,
}


def as_bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode("latin-1")


def filled(given: Any, secure: bool) -> tuple[HexaryTrie, dict[bytes, bytes]]:
    trie, content = HexaryTrie({}), {}
    for name, value in given.items() if isinstance(given, dict) else given:
        key = keccak(as_bytes(name)) if secure else as_bytes(name)
        if value is None:
            trie.delete(key)
            content.pop(key, None)
        else:
            trie[key] = content[key] = as_bytes(value)
    return trie, content


def nodes_to(trie: HexaryTrie, key: bytes) -> list[bytes]:
    nodes = [rlp.encode(node) for node in trie.get_proof(key)]
    return [node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32]


@pytest.mark.skipif(not DATA, reason="GRIDWITNESS_REFERENCE_DATA is not set")
@pytest.mark.parametrize(("name", "secure"), FILES.items())
def test_every_key_of_the_vectors_is_proved_under_the_published_root(name: str, secure: bool) -> None:
    cases = json.loads((Path(DATA or "") / "ethereum" / "TrieTests" / name).read_text(encoding="utf-8"))
    for title, case in cases.items():
        trie, content = filled(case["in"], secure)
        root = bytes.fromhex(case["root"][2:])
        assert trie.root_hash == root, title
        for key, value in content.items():
            assert value_at(root, key, nodes_to(trie, key)) == value, title
        absent = keccak(b"absent") if secure else b"absent"
        assert value_at(root, absent, nodes_to(trie, absent)) is None, title


def sample() -> tuple[HexaryTrie, bytes, list[bytes]]:
    trie = HexaryTrie({})
    for number in range(40):
        trie[keccak(bytes([number]))] = bytes([number + 1]) * 40
    key = keccak(b"\x07")
    return trie, key, nodes_to(trie, key)


def test_every_changed_bit_of_a_proof_is_refused() -> None:
    trie, key, nodes = sample()
    assert value_at(trie.root_hash, key, nodes) == b"\x08" * 40
    for place, node in enumerate(nodes):
        for bit in range(0, len(node) * 8, 5):
            changed = bytearray(node)
            changed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(ProofMismatch):
                value_at(trie.root_hash, key, [*nodes[:place], bytes(changed), *nodes[place + 1 :]])


def test_missing_additional_and_swapped_nodes_are_refused() -> None:
    trie, key, nodes = sample()
    for changed in (nodes[:-1], [*nodes, nodes[-1]], [*nodes, b"\x80"], nodes[1:], nodes[::-1], []):
        with pytest.raises(ProofMismatch):
            value_at(trie.root_hash, key, changed)
    with pytest.raises(ProofMismatch):
        value_at(keccak(b"another root"), key, nodes)


def test_the_way_to_one_key_proves_nothing_about_another() -> None:
    trie, _, nodes = sample()
    with pytest.raises(ProofMismatch):
        value_at(trie.root_hash, keccak(b"\x08"), nodes)


def test_an_empty_trie_holds_nothing() -> None:
    assert value_at(EMPTY_ROOT, b"key", []) is None
    assert value_at(EMPTY_ROOT, b"key", [b"\x80"]) is None
    with pytest.raises(ProofMismatch):
        value_at(EMPTY_ROOT, b"key", [b"\xc0"])


@pytest.mark.parametrize(
    "node",
    [
        ["", b"value"],  # no path at all
        [b"\x40\x12", b"value"],  # a flag that does not exist
        [b"\x2f\x12", b"value"],  # padding that is not zero
        [b"\x20\x61", [b"\x20", b"v"]],  # a leaf that holds a list
        [b"\x00", b"\x11" * 32],  # an extension of no length
        [b"\x00\x61", b"short"],  # a reference of a wrong length
        [b"a", b"b", b"c"],
    ],
)
def test_malformed_nodes_are_refused(node: list[Any]) -> None:
    encoded = rlp.encode(node)
    with pytest.raises(ProofMismatch):
        value_at(keccak(encoded), b"a", [encoded])
