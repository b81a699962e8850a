"""Salted Merkle leaves of a part (docs/format.md section 19), and the file in which they are kept.

A leaf says nothing about its row to who has not its salt, and the salt of one row says nothing about others.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gridwitness_evidence import hash_leaf, inclusion_proof, root_of
from gridwitness_evidence.merkle import pair_up

KEY_BYTES = 32
SALT_BYTES = 16

_ENTRY = struct.Struct(">QI32s")


@dataclass(frozen=True, slots=True)
class Leaves:
    """The leaves of a part in its order, with the rows (`serial`, `item`) that they are of."""

    keys: tuple[tuple[int, int], ...]
    hashes: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """Root of the tree, 32 bytes."""
        return root_of(self.hashes)

    def index(self, serial: int, item: int) -> int | None:
        """Where the row stands; None where it is not of this part."""
        try:
            return self.keys.index((serial, item))
        except ValueError:
            return None

    def path(self, index: int) -> list[bytes]:
        """The hashes that lead from leaf `index` to the root, lowest level first."""
        levels: list[Sequence[bytes]] = [self.hashes]
        while len(levels[-1]) > 1:
            levels.append(pair_up(levels[-1]))
        return inclusion_proof(index, len(self.hashes), lambda height, place: levels[height][place])

    def to_bytes(self) -> bytes:
        """The file: for each leaf serial (8 bytes), item (4 bytes), leaf (32 bytes), big-endian."""
        rows = zip(self.keys, self.hashes, strict=True)
        return b"".join(_ENTRY.pack(serial, item, leaf) for (serial, item), leaf in rows)

    @classmethod
    def from_bytes(cls, data: bytes) -> Leaves:
        """Read the file again. Raises ValueError for one that was cut."""
        if len(data) % _ENTRY.size:
            raise ValueError("the file of leaves was cut")
        entries = list(_ENTRY.iter_unpack(data))
        return cls(tuple((serial, item) for serial, item, _ in entries), tuple(leaf for *_, leaf in entries))


def salt_of(part_key: bytes, index: int) -> bytes:
    """The 16 bytes that hide leaf `index`."""
    return hmac.digest(part_key, index.to_bytes(8, "big"), "sha256")[:SALT_BYTES]


def leaf_of(part_key: bytes, index: int, row: bytes) -> bytes:
    """Hash of leaf `index`, of a row's bytes."""
    return hash_leaf(salt_of(part_key, index) + row)


def make_leaves(part_key: bytes, keys: Iterable[tuple[int, int]], rows: Iterable[str]) -> Leaves:
    """The leaves of the rows' texts, in order."""
    digest = hmac.digest
    hashes = tuple(
        sha256(
            b"\x00" + digest(part_key, index.to_bytes(8, "big"), "sha256")[:SALT_BYTES] + row.encode()
        ).digest()
        for index, row in enumerate(rows)
    )
    return Leaves(tuple(keys), hashes)
