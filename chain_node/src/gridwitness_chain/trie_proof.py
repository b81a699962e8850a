"""Merkle-Patricia proofs: walk from a root hash to a key, every node checked (Yellow Paper, appendix D)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eth_utils import keccak

from .encoding import decode_rlp
from .errors import ProofMismatch

EMPTY_ROOT = keccak(b"\x80")


def value_at(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """The value of `key` in the trie with this root, or None when the proof shows that there is none.

    `nodes` are the RLP nodes on the way, root first, all of them used. Raises `ProofMismatch`.
    """
    if root == EMPTY_ROOT and list(nodes) in ([], [b"\x80"]):
        return None
    way = _nibbles(key)
    left = list(nodes)
    reference: Any = root
    while True:
        node = _resolve(reference, left)
        ended, way, reference = _step(node, way)
        if ended:
            if left:
                raise ProofMismatch("trie", f"{len(left)} nodes behind the end of the way")
            return reference if reference else None


def _resolve(reference: Any, left: list[bytes]) -> list[Any]:
    """The node a reference means: itself when embedded, else the next one, which must have that hash."""
    if isinstance(reference, list):
        return reference
    if len(reference) != 32:
        raise ProofMismatch("trie", "a reference that is neither a hash nor a node")
    if not left:
        raise ProofMismatch("trie", "the proof ends before the way does")
    encoded = left.pop(0)
    if keccak(encoded) != reference:
        raise ProofMismatch("trie", f"a node does not hash to {reference.hex()}")
    node = decode_rlp(encoded, "trie")
    if not isinstance(node, list):
        raise ProofMismatch("trie", "a node is not a list")
    return node


def _step(node: list[Any], way: list[int]) -> tuple[bool, list[int], Any]:
    """(at the end?, rest of the way, value or next reference); an empty value at the end = not in the
    trie.
    """
    if len(node) == 17:
        if not way:
            return True, way, _value(node[16])
        below = node[way[0]]
        return (True, way, b"") if below == b"" else (False, way[1:], below)
    if len(node) != 2 or not isinstance(node[0], bytes) or not node[0]:
        raise ProofMismatch("trie", "a node has neither 2 nor 17 items")
    is_leaf, path = _path(node[0])
    if is_leaf:
        return True, way, _value(node[1]) if way == path else b""
    if not path:
        raise ProofMismatch("trie", "an extension without a path")
    if way[: len(path)] != path:
        return True, way, b""
    return False, way[len(path) :], node[1]


def _path(encoded: bytes) -> tuple[bool, list[int]]:
    """(leaf?, nibbles) of a hex-prefix encoded path."""
    nibbles = _nibbles(encoded)
    flag = nibbles[0]
    if flag > 3 or (flag % 2 == 0 and nibbles[1] != 0):
        raise ProofMismatch("trie", "a path with a wrong prefix")
    return flag >= 2, nibbles[1:] if flag % 2 else nibbles[2:]


def _value(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise ProofMismatch("trie", "a value is not a byte string")
    return value


def _nibbles(data: bytes) -> list[int]:
    return [half for byte in data for half in (byte >> 4, byte & 15)]
