"""Proofs of what a key holds, or that it holds nothing, in Ethereum's trie (Yellow Paper, appendix D)."""

from __future__ import annotations

from collections.abc import Sequence

from . import rlp_strict
from .errors import VerificationError
from .keccak import keccak256
from .rlp_strict import Item

EMPTY_ROOT = keccak256(rlp_strict.encode(b""))
MAXIMUM_NODES = 72
MAXIMUM_NODE = 2**22


def verify_proof(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """The value of `key` in the trie with `root`, or None when the proof shows that there is none.

    `nodes` are RLP nodes, root first; a node that the path does not need proves nothing and is not read.
    Raises VerificationError `trie` when the proof shows neither.
    """
    if len(nodes) > MAXIMUM_NODES or any(len(node) > MAXIMUM_NODE for node in nodes):
        raise VerificationError("trie", f"a proof of {len(nodes)} nodes or with a node too large")
    if root == EMPTY_ROOT:
        return None
    by_hash = {keccak256(node): node for node in nodes}
    path = [nibble for byte in key for nibble in (byte >> 4, byte & 15)]
    reference: Item = root
    # Every step but into an empty place consumes at least one nibble, so the walk ends.
    while True:
        node = _resolve(reference, by_hash)
        if len(node) == 17:
            if not path:
                return _value(node[16]) if node[16] else None
            reference, path = node[path[0]], path[1:]
            if reference == b"":
                return None
            continue
        is_leaf, prefix = _hex_prefix(node[0])
        if is_leaf:
            return _value(node[1]) if path == prefix else None
        if not prefix:
            raise VerificationError("trie", "an extension that extends nothing")
        if path[: len(prefix)] != prefix:
            return None
        reference, path = node[1], path[len(prefix) :]


def _resolve(reference: Item, by_hash: dict[bytes, bytes]) -> list[Item]:
    """The node a reference stands for: itself when embedded (below 32 bytes of RLP), else by its hash."""
    if isinstance(reference, list):
        if len(rlp_strict.encode(reference)) >= 32:
            raise VerificationError("trie", "an embedded node of 32 bytes or more")
        node = reference
    else:
        encoded = by_hash.get(reference) if len(reference) == 32 else None
        if encoded is None:
            raise VerificationError("trie", "a node of the path is missing")
        node = rlp_strict.decode_list(encoded)
    if len(node) not in (2, 17):
        raise VerificationError("trie", f"a node of {len(node)} items")
    return node


def _hex_prefix(item: Item) -> tuple[bool, list[int]]:
    """(is a leaf, nibbles) of a hex-prefix encoding."""
    if not isinstance(item, bytes) or not item or item[0] >> 4 > 3:
        raise VerificationError("trie", "not a hex-prefix path")
    flag = item[0] >> 4
    nibbles = [nibble for byte in item for nibble in (byte >> 4, byte & 15)]
    if flag & 1:
        return bool(flag & 2), nibbles[1:]
    if nibbles[1]:
        raise VerificationError("trie", "padding of a hex-prefix path is not zero")
    return bool(flag & 2), nibbles[2:]


def _value(item: Item) -> bytes:
    if not isinstance(item, bytes) or not item:
        raise VerificationError("trie", "a value that is empty or a list")
    return item
