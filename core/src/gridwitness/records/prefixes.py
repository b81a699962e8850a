"""Prefixes: the proof that a head is a prefix of a later one whose entries nobody here has.

Somebody with the anchorer's key may have appended entries that only they know. What they had to show the
contract, consistency proofs from head to head, is in the calldata of their transactions; put together these
give the proof from our last head to theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridwitness_evidence import hash_node

from gridwitness.errors import Misconfigured

Range = tuple[int, int]
_WORD = 32


class KnownNodes:
    """Hashes of leaf ranges [start, end), MTH(D[start:end]) of RFC 9162 section 2.1.1, learnt from proofs."""

    def __init__(self) -> None:
        self._hashes: dict[Range, bytes] = {}

    def learn_head(self, size: int, root: bytes) -> None:
        """The root of the first `size` leaves."""
        self._hashes[0, size] = root

    def learn_proof(self, old_size: int, new_size: int, proof: Sequence[bytes]) -> None:
        """What a consistency proof between two heads says; it has been verified before."""
        self._hashes.update(zip(_proof_ranges(old_size, new_size), proof, strict=False))

    def consistency_proof(self, old_size: int, new_size: int) -> list[bytes]:
        """The proof from one head to a later one. Raises Misconfigured `prefix-unproven`."""
        return [self._hash(start, end) for start, end in _proof_ranges(old_size, new_size)]

    def _hash(self, start: int, end: int) -> bytes:
        known = self._hashes.get((start, end))
        if known is not None:
            return known
        if end - start <= 1:
            raise Misconfigured(
                "prefix-unproven",
                f"No transaction shows leaf {start} of the contract's head.",
                "ask a node that keeps the transactions of every tree head",
            )
        middle = start + _split(end - start)
        return hash_node(self._hash(start, middle), self._hash(middle, end))


def consistency_proof_of(calldata: bytes) -> list[bytes]:
    """The proof in the calldata of `RecordLog.append(bytes32,uint64,uint64,bytes32,bytes32[])`.

    An array begins at the offset that its argument names, with its length (ABI specification, dynamic types).
    Anything else gives an empty list: then nothing is learnt from it.
    """
    words = calldata[4:]
    start = int.from_bytes(words[4 * _WORD : 5 * _WORD], "big")
    count = int.from_bytes(words[start : start + _WORD], "big")
    if count > 64 or len(words) < start + _WORD * (1 + count):
        return []
    return [words[start + _WORD * (1 + n) : start + _WORD * (2 + n)] for n in range(count)]


def _proof_ranges(old_size: int, new_size: int) -> Iterator[Range]:
    """Leaf ranges of PROOF(old, D[new]), in its order (RFC 9162 section 2.1.4.1)."""
    found: list[Range] = []
    start, end, whole = 0, new_size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    if not whole:
        found.append((start, end))
    return reversed(found)


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1
