"""A row of an outside table, and one that could not be taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A row as published: column → text. `line` is the number of its first line, from 1."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """What could not be taken: `raw` as it stands in the file (at most some 128 KiB, odd bytes escaped)."""

    line: int
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class RowTable:
    """An opened file. `columns`: the header of a CSV file; None for NDJSON, whose rows name their own."""

    columns: tuple[str, ...] | None
    rows: Iterator[Row | BadRow]
