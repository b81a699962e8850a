"""Oracle for record trees: the recursive definitions of RFC 9162 2.1, word for word and slow.

Written for the contract tests alone and shares no code with what it judges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hashes(count: int, salt: bytes = b"") -> list[bytes]:
    """Leaf hashes of `count` distinct entries."""
    return [hashlib.sha256(b"\0" + salt + number.to_bytes(8, "big")).digest() for number in range(count)]


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH (2.1.1) of a non-empty list of leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) (2.1.3.1)."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion(index, leaves[:k]), root(leaves[k:])]
    return [*inclusion(index - k, leaves[k:]), root(leaves[:k])]


def consistency(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) (2.1.4.1) for 0 < m <= n."""
    return _subproof(old_size, leaves, known=True)


def _subproof(m: int, leaves: Sequence[bytes], known: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if known else [root(leaves)]
    k = _split(len(leaves))
    if m <= k:
        return [*_subproof(m, leaves[:k], known), root(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], False), root(leaves[:k])]


def extends(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof yields both roots when PROOF (2.1.4.1) is undone step by step; sizes from 1.

    A root doesn't commit to its size, so a proof can hold for several sizes of the same shape.
    """
    if not 1 <= old_size <= new_size:
        return False
    rest = list(proof)
    try:
        return _undo(old_size, new_size, old_root, rest, known=True) == (old_root, new_root) and not rest
    except IndexError:
        return False


def _undo(m: int, n: int, old_root: bytes, rest: list[bytes], known: bool) -> tuple[bytes, bytes]:
    if m == n:
        node = old_root if known else rest.pop()
        return node, node
    k = _split(n)
    last = rest.pop()
    if m <= k:
        old, new = _undo(m, k, old_root, rest, known)
        return old, hashlib.sha256(b"\1" + new + last).digest()
    old, new = _undo(m - k, n - k, old_root, rest, False)
    return hashlib.sha256(b"\1" + last + old).digest(), hashlib.sha256(b"\1" + last + new).digest()


def _split(n: int) -> int:
    """Largest power of two smaller than n."""
    return 1 << ((n - 1).bit_length() - 1)
