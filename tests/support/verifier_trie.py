"""A Merkle-Patricia trie built in one go, and proofs from it (for the verifier's tests)."""

from __future__ import annotations

from collections.abc import Mapping

import rlp
from eth_hash.auto import keccak


class TrieBuilder:
    """Trie over fixed content; `prove` gives the nodes on the way to a key, root first."""

    def __init__(self, content: Mapping[bytes, bytes]) -> None:
        items = sorted((_nibbles(key), value) for key, value in content.items())
        self._root = _build(items, 0)
        self.root = keccak(rlp.encode(self._root))

    def prove(self, key: bytes) -> list[bytes]:
        """Encoded nodes; embedded ones (below 32 bytes) stay inside their parents."""
        nodes, node, path = [rlp.encode(self._root)], self._root, _nibbles(key)
        while isinstance(node, list):
            node, path = _step(node, path)
            if isinstance(node, list) and len(rlp.encode(node)) >= 32:
                nodes.append(rlp.encode(node))
        return nodes


def _step(node: list, path: tuple[int, ...]) -> tuple[object, tuple[int, ...]]:
    if len(node) == 17:
        return (_CHILDREN[id(node)][path[0]], path[1:]) if path else (None, path)
    prefix, is_leaf = _PREFIXES[id(node)]
    if is_leaf or path[: len(prefix)] != prefix:
        return None, path
    return _CHILDREN[id(node)][0], path[len(prefix) :]


# Children before they were replaced by hashes, by identity of their node (nodes are kept for good).
_CHILDREN: dict[int, list] = {}
_PREFIXES: dict[int, tuple[tuple[int, ...], bool]] = {}
_KEPT: list = []


def _build(items: list[tuple[tuple[int, ...], bytes]], depth: int) -> list | bytes:
    if not items:
        return b""
    if len(items) == 1:
        path, value = items[0]
        return _keep([_hex_prefix(path[depth:], True), value], [], (path[depth:], True))
    shared = depth
    first, last = items[0][0], items[-1][0]
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        child = _build(items, shared)
        path = first[depth:shared]
        return _keep([_hex_prefix(path, False), _reference(child)], [child], (path, False))
    value = next((value for path, value in items if len(path) == depth), b"")
    children = [
        _build([item for item in items if len(item[0]) > depth and item[0][depth] == nibble], depth + 1)
        for nibble in range(16)
    ]
    return _keep([_reference(child) for child in children] + [value], children, ((), False))


def _keep(node: list, children: list, prefix: tuple[tuple[int, ...], bool]) -> list:
    _CHILDREN[id(node)], _PREFIXES[id(node)] = children, prefix
    _KEPT.append(node)
    return node


def _reference(node: list | bytes) -> list | bytes:
    encoded = rlp.encode(node)
    return node if isinstance(node, bytes) or len(encoded) < 32 else keccak(encoded)


def _nibbles(key: bytes) -> tuple[int, ...]:
    return tuple(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _hex_prefix(path: tuple[int, ...], is_leaf: bool) -> bytes:
    flag = (2 if is_leaf else 0) + (len(path) & 1)
    nibbles = (flag, *path) if len(path) & 1 else (flag, 0, *path)
    return bytes(nibbles[i] << 4 | nibbles[i + 1] for i in range(0, len(nibbles), 2))
