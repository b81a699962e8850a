"""Consecutive rows of one log, small enough to be handed around, and what examining them found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gridwitness_verifier.audit.effect_fold import RowChange
from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.log.tally import Tally

_ROWS = 256
_CHARACTERS = 2_000_000
EXAMINED = ("entries", "disclosures", "signatures", "keys", "vouching", "receipts", "time")
"""The checks that look at one entry at a time."""

Place = dict[str, Any]
Signers = set[tuple[str, str]]


@dataclass
class Chunk:
    """Rows in log order; `expected` is the leaf index that comes next after the rows before them."""

    log: str
    expected: int
    rows: list[StoredRecord] = field(default_factory=list)


@dataclass
class Findings:
    """What one chunk came to. Findings put together in log order are those of the whole log.

    `leaves` holds a leaf hash, or the reason why the tree can not go on, for each sequenced row;
    `kept` holds rows for the scratch file by table; `signers` those of the leaves under each head.
    """

    log: str
    rows: int
    next_leaf: int
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally(name) for name in EXAMINED})
    waiting: int = 0
    leaves: list[bytes | str] = field(default_factory=list)
    kept: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    effects: list[tuple[Place, list[RowChange]]] = field(default_factory=list)
    manifests: list[tuple[Place, str, dict[str, Any]]] = field(default_factory=list)
    rules: list[tuple[Any, Any]] = field(default_factory=list)
    incarnation: dict[str, Any] | None = None
    signers: list[tuple[int | None, Signers]] = field(default_factory=list)
    pending: int = 0
    late: int = 0
    own_only: int = 0
    wide: int = 0

    def keep(self, table: str, *values: Any) -> None:
        """A row for one of the append-only tables of the scratch file."""
        self.kept.setdefault(table, []).append(values)

    def add_signer(self, size: int | None, signer: tuple[str, str] | None) -> None:
        """Who signed a leaf under the head of `size` (None: not anchored); None for an offered key."""
        if not self.signers or self.signers[-1][0] != size:
            self.signers.append((size, set()))
        if signer is not None:
            self.signers[-1][1].add(signer)


def cut_chunks(records: Iterable[StoredRecord]) -> Iterator[Chunk]:
    """Chunks of a bounded number of rows and characters; one row alone may be longer."""
    expected: dict[str, int] = {}
    chunk, characters = Chunk("", 0), 0
    for stored in records:
        if stored.log != chunk.log or len(chunk.rows) >= _ROWS or characters >= _CHARACTERS:
            if chunk.rows:
                yield chunk
            chunk, characters = Chunk(stored.log, expected.get(stored.log, 0)), 0
        chunk.rows.append(stored)
        characters += len(stored.entry or "") + sum(map(len, filter(None, stored.disclosures or ())))
        if stored.leaf_index is not None:
            expected[stored.log] = max(expected.get(stored.log, 0), stored.leaf_index + 1)
    if chunk.rows:
        yield chunk
