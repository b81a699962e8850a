"""A temporary file that holds what has to be sorted or looked up, so that memory does not grow with
the log.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

_BATCH = 5000
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8192;
PRAGMA temp_store = FILE;
CREATE TABLE entry (log TEXT, leaf INTEGER, jti TEXT, sub TEXT, seq INTEGER, prev BLOB, digest BLOB,
                    iat INTEGER, earliest INTEGER);
CREATE TABLE line (log TEXT PRIMARY KEY, line INTEGER);
CREATE TABLE cause (jti TEXT, log TEXT, leaf INTEGER, cause TEXT);
CREATE TABLE missing (log TEXT, sub TEXT, digest TEXT, leaf INTEGER, jti TEXT, kind TEXT, names TEXT);
CREATE TABLE erasure (log TEXT, sub TEXT, digest TEXT, field TEXT, leaf INTEGER, jti TEXT, defect TEXT);
CREATE TABLE file (sha256 TEXT, sm3 TEXT, size INTEGER, log TEXT, leaf INTEGER, jti TEXT, name TEXT);
CREATE TABLE step (hash BLOB, log TEXT, leaf INTEGER, jti TEXT, sub TEXT, seq INTEGER, rules TEXT, step TEXT);
CREATE TABLE statement (kind TEXT, log TEXT, leaf INTEGER, jti TEXT, sub TEXT, seq INTEGER, hash BLOB,
                        fields TEXT);
CREATE TABLE event_step (sub TEXT, log TEXT, leaf INTEGER, seq INTEGER, jti TEXT, iat INTEGER, src TEXT,
                         kid TEXT, fields TEXT);
CREATE TABLE event_row (sub TEXT, tbl TEXT, key TEXT, log TEXT, leaf INTEGER, put INTEGER, columns TEXT);
CREATE TABLE unit_row (key TEXT, columns TEXT);
CREATE TABLE holder (kid TEXT, account TEXT);
CREATE TABLE rule (name TEXT, log TEXT, leaf INTEGER, content TEXT);
CREATE TABLE state (tbl TEXT, key TEXT, log TEXT, effect TEXT, alive INTEGER, seen INTEGER, columns TEXT,
                    PRIMARY KEY (tbl, key)) WITHOUT ROWID;
"""
_INSERTS = {
    "entry": "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "line": "INSERT INTO line VALUES (?, ?)",
    "cause": "INSERT INTO cause VALUES (?, ?, ?, ?)",
    "missing": "INSERT INTO missing VALUES (?, ?, ?, ?, ?, ?, ?)",
    "erasure": "INSERT INTO erasure VALUES (?, ?, ?, ?, ?, ?, ?)",
    "step": "INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "statement": "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "event_step": "INSERT INTO event_step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "event_row": "INSERT INTO event_row VALUES (?, ?, ?, ?, ?, ?, ?)",
    "unit_row": "INSERT INTO unit_row VALUES (?, ?)",
    "holder": "INSERT INTO holder VALUES (?, ?)",
    "rule": "INSERT INTO rule VALUES (?, ?, ?, ?)",
    "file": "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
}


class Scratch:
    """An SQLite file in a private temporary folder, gone when the block ends. One transaction throughout."""

    def __enter__(self) -> Scratch:
        self._folder = tempfile.TemporaryDirectory(prefix="gridwitness-audit-")
        path = Path(self._folder.name) / "scratch.sqlite"
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")
        self._waiting: dict[str, list[Sequence[Any]]] = {table: [] for table in _INSERTS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def add(self, table: str, *values: Any) -> None:
        """Append a row to one of the append-only tables."""
        waiting = self._waiting[table]
        waiting.append(values)
        if len(waiting) >= _BATCH:
            self._flush(table)

    def add_all(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows to one of the append-only tables."""
        self._waiting[table].extend(rows)
        if len(self._waiting[table]) >= _BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        self._connection.executemany(_INSERTS[table], self._waiting[table])
        self._waiting[table] = []

    def settle(self) -> None:
        """Write all that was added so far, so that `one` finds it."""
        for table in self._waiting:
            if self._waiting[table]:
                self._flush(table)

    def add_lines(self, line_of: Mapping[str, int]) -> None:
        """The line of succession of every log, by the log's name."""
        for log, line in line_of.items():
            self.add("line", log, line)

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a query, after everything added so far; do not write while one of these is open."""
        self.settle()
        yield from self._connection.execute(query, parameters)

    def one(self, query: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query on `state`, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(query, parameters).fetchone()
        return row

    def execute(self, query: str, parameters: Sequence[Any] = ()) -> None:
        """A change of `state`."""
        self._connection.execute(query, parameters)
