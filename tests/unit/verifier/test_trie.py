"""Trie proofs and RLP, against the public Ethereum vectors and a trie of our own."""

import json
import os
from pathlib import Path

import pytest
import rlp
from eth_hash.auto import keccak
from gridwitness_verifier import rlp_strict
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.trie import EMPTY_ROOT, verify_proof
from hypothesis import given, settings
from hypothesis import strategies as st
from support.verifier_trie import TrieBuilder


def vectors(*path):
    folder = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
    if not folder:
        pytest.skip("GRIDWITNESS_REFERENCE_DATA is not set: no public Ethereum vectors")
    return json.loads(Path(folder, "ethereum", *path).read_text("utf-8"))


def item_of(value):
    if isinstance(value, list):
        return [item_of(member) for member in value]
    if isinstance(value, int):
        return rlp_strict.from_integer(value)
    return rlp_strict.from_integer(int(value[1:])) if value.startswith("#") else value.encode()


def test_rlp_vectors_come_out_and_go_in():
    for name, case in vectors("RLPTests", "rlptest.json").items():
        encoded = bytes.fromhex(case["out"].removeprefix("0x"))
        item = item_of(case["in"])
        assert rlp_strict.encode(item) == encoded, name
        assert rlp_strict.decode(encoded) == item, name
    nested = vectors("RLPTests", "RandomRLPTests", "example.json")["listsoflists2"]
    assert rlp_strict.decode(bytes.fromhex(nested["out"][2:])) == [[], [[]], [[], [[]]]]


def test_bad_rlp_is_refused():
    cases = vectors("RLPTests", "invalidRLPTest.json")
    assert len(cases) == 26
    for name, case in cases.items():
        with pytest.raises(VerificationError) as caught:
            rlp_strict.decode(bytes.fromhex(case["out"].removeprefix("0x")))
        assert caught.value.code == "rlp", name


def test_rlp_nested_without_end_is_refused():
    deep = b"\xc0"
    for _ in range(40):
        deep = bytes([0xC0 + len(deep)]) + deep
    assert rlp_strict.decode(deep[-16:]) != []
    with pytest.raises(VerificationError):
        rlp_strict.decode(deep)
    with pytest.raises(VerificationError):
        rlp_strict.decode(b"\xc1" * 200_000 + b"\xc0")


@given(st.recursive(st.binary(max_size=80), lambda items: st.lists(items, max_size=6), max_leaves=40))
def test_rlp_agrees_with_the_library(item):
    encoded = rlp.encode(item)
    assert rlp_strict.encode(item) == encoded
    assert rlp_strict.decode(encoded) == item


def content_of(case, secure):
    def raw(text):
        return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()

    pairs = case["in"].items() if isinstance(case["in"], dict) else case["in"]
    content = {}
    for key, value in pairs:
        name = keccak(raw(key)) if secure else raw(key)
        if value is None:
            content.pop(name, None)
        else:
            content[name] = raw(value)
    return content


@pytest.mark.parametrize(
    ("file", "secure"),
    [
        ("trietest.json", False),
        ("trieanyorder.json", False),
        ("trietest_secureTrie.json", True),
        ("trieanyorder_secureTrie.json", True),
        ("hex_encoded_securetrie_test.json", True),
    ],
)
def test_public_tries(file, secure):
    for name, case in vectors("TrieTests", file).items():
        content = content_of(case, secure)
        trie = TrieBuilder(content)
        assert "0x" + trie.root.hex() == case["root"], name
        for key, value in content.items():
            assert verify_proof(trie.root, key, trie.prove(key)) == value, name
            absent = keccak(key)
            assert verify_proof(trie.root, absent, trie.prove(absent)) is None, name


KEYS = st.binary(min_size=2, max_size=2)
CONTENT = st.dictionaries(KEYS, st.binary(min_size=1, max_size=60), min_size=1, max_size=40)


@given(CONTENT, KEYS)
@settings(max_examples=150, deadline=None)
def test_every_key_is_shown_or_shown_absent(content, other):
    trie = TrieBuilder(content)
    for key in [*content, other]:
        assert verify_proof(trie.root, key, trie.prove(key)) == content.get(key)


@given(CONTENT, st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_or_missing_node_shows_nothing_else(content, data):
    trie = TrieBuilder(content)
    key = data.draw(st.sampled_from(sorted(content)))
    nodes = trie.prove(key)
    position = data.draw(st.integers(0, len(nodes) - 1))
    changed = bytearray(nodes[position])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    for spoiled in ([*nodes[:position], bytes(changed), *nodes[position + 1 :]], nodes[:position]):
        with pytest.raises(VerificationError):
            verify_proof(trie.root, key, spoiled)


def test_an_empty_trie_holds_nothing():
    assert verify_proof(EMPTY_ROOT, b"key", []) is None
    with pytest.raises(VerificationError):
        verify_proof(b"\x01" * 32, b"key", [])


@pytest.mark.parametrize(
    "node",
    [
        [b"\x20", b"x", b"y"],
        [b"\x40", b"x"],
        [b"\x21\x00", b"x"],
        [b"", b"x"],
        [[], b"x"],
        [b"\x00", b"\x01" * 32],
        [b"\x02\x00", b"x"],
        [b"\x20", b""],
        [b"\x20", [b"x"]],
        b"text",
    ],
)
def test_nodes_of_no_trie(node):
    encoded = rlp.encode(node)
    with pytest.raises(VerificationError) as caught:
        verify_proof(keccak(encoded), b"", [encoded])
    assert caught.value.code in ("trie", "rlp")
