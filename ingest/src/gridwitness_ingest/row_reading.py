"""A row read as the fields of its record, or refused with the reason; the database is not asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records import Kind, row_digest
from gridwitness_evidence import EvidenceError

from gridwitness_ingest.cells import BadCellError
from gridwitness_ingest.mapping import ColumnMapping
from gridwitness_ingest.row import BadRow, Row

LONGEST_KEY = 512
"""Characters of a row's key: it is part of an index, whose rows hold less than 2,704 bytes."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A row on its way: what its record will say, and the digest by which a repetition is known."""

    row: Row
    key: str
    digest: str
    fields: Mapping[str, Any]

    def refused(self, reason: str) -> BadRow:
        """This row as a bad one, its values as JSON."""
        return refused(self.row, reason)


class RowReader:
    """Reads rows of one table."""

    def __init__(self, kind: Kind, mapping: ColumnMapping, subject_column: str, system: str) -> None:
        self._kind = kind
        self._mapping = mapping
        self._subject_column = subject_column
        self._system = system

    def read(self, row: Row | BadRow) -> Pending | BadRow:
        """The row's record to be; bad rows pass through."""
        if isinstance(row, BadRow):
            return row
        key = row.values.get(self._subject_column, "")
        if not key.strip():
            return refused(row, f"no {self._subject_column}: the row says not what it is about")
        if len(key) > LONGEST_KEY:
            return refused(row, f"{self._subject_column} has {len(key)} characters, more than {LONGEST_KEY}")
        try:
            fields = self._mapping.fields_of(row.values, key, self._system)
            return Pending(row, key, row_digest(row.values), fields)
        except (BadCellError, InvalidInput) as error:
            return refused(row, str(error))
        except EvidenceError as error:
            return refused(row, f"{error.code}: {error.message}")


def refused(row: Row, reason: str) -> BadRow:
    """A row that was read and cannot be recorded: its values as JSON stand for the raw text."""
    return BadRow(row.line, json.dumps(row.values, ensure_ascii=False), reason)
