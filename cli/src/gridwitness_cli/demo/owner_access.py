"""What a dishonest owner of the database can do: switch the guard off, change rows, switch it on again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Change:
    """A change of the rows of `table` that `where` picks; `values` fill the placeholders of all parts.

    `assignment`: an update; `columns`: a new row made of these values; neither: a delete.
    """

    table: str
    where: str
    values: dict[str, Any]
    assignment: str | None = None
    columns: tuple[str, ...] = ()

    def statement(self) -> sql.Composed:
        """The SQL that makes the change."""
        table, where = _name(self.table), sql.SQL(self.where)
        if self.assignment is not None:
            return sql.SQL("UPDATE {} SET {} WHERE {}").format(table, sql.SQL(self.assignment), where)
        if self.columns:
            names = sql.SQL(", ").join(map(sql.Identifier, self.columns))
            values = sql.SQL(", ").join(map(sql.Placeholder, self.columns))
            return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, names, values)
        return sql.SQL("DELETE FROM {} WHERE {}").format(table, where)


@contextmanager
def changed(owner_url: str, change: Change) -> Iterator[None]:
    """Make the change; at the end the rows are again what they were, byte for byte."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        with connection.transaction(), _unguarded(connection, change.table):
            saved = _copy_out(connection, change)
            connection.execute(change.statement(), change.values)
        try:
            yield
        finally:
            with connection.transaction(), _unguarded(connection, change.table):
                undone = Change(change.table, change.where, change.values)
                connection.execute(undone.statement(), change.values)
                _copy_in(connection, change.table, saved)


@contextmanager
def _unguarded(connection: Connection, table: str) -> Iterator[None]:
    """Triggers off and on again within one transaction, as they were."""
    always = connection.execute(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'", (table,)
    ).fetchall()
    connection.execute("SET LOCAL lock_timeout = '20s'")
    connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(_name(table)))
    yield
    connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(_name(table)))
    for (trigger,) in always:
        statement = sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
        connection.execute(statement.format(_name(table), sql.Identifier(trigger)))


def _copy_out(connection: Connection, change: Change) -> bytes:
    statement = sql.SQL("COPY (SELECT * FROM {} WHERE {}) TO STDOUT").format(
        _name(change.table), sql.SQL(change.where)
    )
    with psycopg.ClientCursor(connection) as cursor, cursor.copy(statement, change.values) as copy:
        return b"".join(bytes(part) for part in copy)


def _copy_in(connection: Connection, table: str, rows: bytes) -> None:
    if not rows:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_name(table))) as copy,
    ):
        copy.write(rows)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
