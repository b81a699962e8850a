"""The Merkle tree of RFC 9162 section 2.1 over SHA-256: roots, inclusion and consistency proofs.

All hashes are 32 bytes. Verifying raises `ProofError` and returns nothing: there is no result to forget.
"""

import hashlib
from collections.abc import Callable, Sequence

from .errors import ProofError

HASH_BYTES = 32
MAXIMUM_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()

SubtreeReader = Callable[[int, int], bytes]
"""`reader(height, index)`: hash of the complete subtree of 2^height leaves that starts at index·2^height."""


def hash_leaf(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over `leaf_hashes`; `EMPTY_ROOT` for none (RFC 9162 section 2.1.1)."""
    level = list(leaf_hashes)
    while len(level) > 1:
        level = pair_up(level)
    return level[0] if level else EMPTY_ROOT


def pair_up(hashes: Sequence[bytes]) -> list[bytes]:
    """The next level of the tree; a last hash without a sibling moves up unchanged."""
    sha256 = hashlib.sha256
    above = [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(hashes[::2], hashes[1::2], strict=False)
    ]
    if len(hashes) % 2:
        above.append(hashes[-1])
    return above


def root_from(size: int, reader: SubtreeReader) -> bytes:
    """The root of the tree of `size` leaves, from its complete subtrees."""
    return range_hash(0, size, reader) if size else EMPTY_ROOT


def range_hash(start: int, end: int, reader: SubtreeReader) -> bytes:
    """MTH(D[start:end]), `start` a multiple of the largest power of two below the width (as in any proof)."""
    subtrees = []
    while start < end:
        height = (end - start).bit_length() - 1
        subtrees.append(reader(height, start >> height))
        start += 1 << height
    root = subtrees.pop()
    while subtrees:
        root = hash_node(subtrees.pop(), root)
    return root


def inclusion_proof(index: int, size: int, reader: SubtreeReader) -> list[bytes]:
    """PATH(index, D[0:size]), lowest level first (RFC 9162 section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError("inclusion", f"there is no leaf {index} in a tree of {size}")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_hash(middle, end, reader))
            end = middle
        else:
            proof.append(range_hash(start, middle, reader))
            start = middle
    return proof[::-1]


def consistency_proof(old_size: int, new_size: int, reader: SubtreeReader) -> list[bytes]:
    """PROOF(old_size, D[0:new_size]), RFC 9162 section 2.1.4.1; empty for equal sizes, never from size 0."""
    if not 1 <= old_size <= new_size:
        raise ProofError("consistency", f"no consistency proof leads from size {old_size} to {new_size}")
    proof = []
    start, end = 0, new_size
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(range_hash(middle, end, reader))
            end = middle
        else:
            proof.append(range_hash(start, middle, reader))
            start = middle
    if start:  # the old tree is not itself a subtree of the new one: its last part has to be shown
        proof.append(range_hash(start, end, reader))
    return proof[::-1]


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """That leaf `index` of the tree has `leaf_hash` (RFC 9162 section 2.1.3.2); else `inclusion`."""
    _check_hashes("inclusion", [leaf_hash, root, *proof])
    if not 0 <= index < size <= MAXIMUM_SIZE:
        raise ProofError("inclusion", f"there is no leaf {index} in a tree of {size}")
    node, last, above = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise ProofError("inclusion", "the proof has more hashes than the tree has levels")
        if node & 1 or node == last:
            above = hash_node(sibling, above)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            above = hash_node(above, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("inclusion", "the proof has fewer hashes than the tree has levels")
    if above != root:
        raise ProofError("inclusion", f"leaf {index} is not in the tree of {size} with this root")


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """That the new tree only adds to the old one (RFC 9162 section 2.1.4.2); else `consistency`.

    Old size 0 is refused: an empty tree has nothing to be consistent with.
    """
    if not 1 <= old_size <= new_size <= MAXIMUM_SIZE:
        raise ProofError("consistency", f"sizes {old_size} and {new_size} can not be compared")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise ProofError("consistency", f"two different trees of {old_size} leaves")
        return
    _check_hashes("consistency", [old_root, new_root, *proof])
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    # Where the old size is a power of two the old root itself is the first hash of the walk.
    path = list(proof) if node else [old_root, *proof]
    if not path:
        raise ProofError("consistency", "the proof is empty though the sizes differ")
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("consistency", "the proof has more hashes than the tree has levels")
        if node & 1 or node == last:
            old, new = hash_node(sibling, old), hash_node(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = hash_node(new, sibling)
        node, last = node >> 1, last >> 1
    if last or old != old_root or new != new_root:
        raise ProofError("consistency", f"the tree of {new_size} does not extend the tree of {old_size}")


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


def _check_hashes(code: str, hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofError(code, "every hash, leaf hash and root has 32 bytes")
