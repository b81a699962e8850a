"""The Merkle tree of RFC 9162 section 2.1 over SHA-256: leaf and node hashes, proofs, streaming roots."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from .errors import VerificationError

HASH_SIZE = 32
MAXIMUM_SIZE = 2**63 - 1
MAXIMUM_PROOF = 64
EMPTY_ROOT = sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Leaf `index` (from 0) is in the tree of `size` leaves with `root` (RFC 9162 section 2.1.3.2).

    Raises VerificationError `inclusion-form` for impossible input, `inclusion` when the root differs.
    """
    _refuse_bad_hashes("inclusion-form", [leaf_hash, root], proof)
    if not _is_size(size) or not _is_size(index) or index >= size:
        raise VerificationError("inclusion-form", f"no leaf {index} in a tree of {size}")
    position, last, node = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise VerificationError("inclusion", "the proof is longer than the path")
        if position & 1 or position == last:
            node = hash_node(sibling, node)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            node = hash_node(node, sibling)
        position, last = position >> 1, last >> 1
    if last or node != root:
        raise VerificationError("inclusion", f"leaf {index} does not lead to the root of the {size} leaves")


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """The tree of `new_size` begins with the tree of `old_size` (RFC 9162 section 2.1.4.2).

    An old size of 0 is refused: everything is consistent with nothing, so it proves nothing.
    Raises VerificationError `consistency-form` for impossible input, `consistency` when a root differs.
    """
    if not _is_size(old_size) or not _is_size(new_size) or not 0 < old_size <= new_size:
        raise VerificationError("consistency-form", f"no consistency between sizes {old_size} and {new_size}")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise VerificationError("consistency", f"two histories of one size, {old_size}")
        return
    _refuse_bad_hashes("consistency-form", [old_root, new_root], proof)
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise VerificationError("consistency", "the proof is empty")
    if _walk_consistency(old_size - 1, new_size - 1, path) != (old_root, new_root):
        raise VerificationError("consistency", f"size {new_size} does not continue size {old_size}")


def _walk_consistency(first: int, second: int, path: list[bytes]) -> tuple[bytes, bytes]:
    while first & 1:
        first, second = first >> 1, second >> 1
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if second == 0:
            raise VerificationError("consistency", "the proof is longer than the path")
        if first & 1 or first == second:
            old_node = hash_node(sibling, old_node)
            new_node = hash_node(sibling, new_node)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            new_node = hash_node(new_node, sibling)
        first, second = first >> 1, second >> 1
    if second:
        raise VerificationError("consistency", "the proof is shorter than the path")
    return old_node, new_node


def _is_size(value: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAXIMUM_SIZE


def _refuse_bad_hashes(code: str, roots: Sequence[bytes], proof: Sequence[bytes]) -> None:
    if len(proof) > MAXIMUM_PROOF:
        raise VerificationError(code, f"a proof of {len(proof)} hashes")
    for value in (*roots, *proof):
        if not isinstance(value, bytes) or len(value) != HASH_SIZE:
            raise VerificationError(code, "a hash that is not 32 bytes")


class RootBuilder:
    """Root of a growing tree in O(log n) memory: the roots of its perfect subtrees, largest first."""

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """Number of leaves appended."""
        return self._size

    def append(self, leaf_hash: bytes) -> None:
        """Add the next leaf hash (32 bytes)."""
        node, merges = leaf_hash, self._size
        while merges & 1:
            node = hash_node(self._peaks.pop(), node)
            merges >>= 1
        self._peaks.append(node)
        self._size += 1

    def root(self) -> bytes:
        """Root over all leaves so far; SHA-256 of nothing for an empty tree."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = hash_node(peak, node)
        return node
