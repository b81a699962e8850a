"""One read-only view of the audited database, the same for every check.

The database belongs to the party under audit, so nothing it can set per role or per database may change what
a query means: names are schema-qualified, `search_path` holds `pg_catalog` alone and row-level security is
off
(a query that a policy would filter then fails instead of answering less).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

# Of rows that a hostile database may make as long as the queries let through.
_BATCH = 250
_SETTINGS = (
    "SET LOCAL search_path = pg_catalog, pg_temp",
    "SET LOCAL row_security = off",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)


class Snapshot:
    """A REPEATABLE READ READ ONLY transaction; raises `psycopg.Error` when the database refuses."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._streams = 0
        for setting in _SETTINGS:
            connection.execute(setting)

    def rows(self, query: str | sql.Composed, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query whose answer is small by nature (the catalog, one anchor's proofs)."""
        return self._connection.execute(query, parameters).fetchall()

    def stream(
        self,
        query: str | sql.Composed,
        parameters: Sequence[Any] = (),
        batch: int = _BATCH,
        *,
        binary: bool = False,
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a query through a server-side cursor, in constant memory: `batch` rows at once.

        `binary`: for long bytes, which as text take twice the room and most of the time.
        """
        self._streams += 1
        with self._connection.cursor(name=f"audit_{self._streams}", binary=binary) as cursor:
            cursor.itersize = batch
            cursor.execute(query, parameters)
            yield from cursor

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A block whose failure (`psycopg.Error`) leaves the snapshot usable."""
        with self._connection.transaction():
            yield


@contextmanager
def open_snapshot(url: str) -> Iterator[Snapshot]:
    """Connect to `url` and hold one snapshot until the block ends; raises `psycopg.Error`."""
    # Named here, the encoding is ours: that of the role or the database could make every name unreadable.
    with psycopg.connect(
        url, connect_timeout=30, application_name="gridwitness-verify", client_encoding="UTF8"
    ) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield Snapshot(connection)
        connection.rollback()
