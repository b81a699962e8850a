"""Rows loaded past the guard, as only the server's superuser can: for speed, never for what is verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from gridwitness.database import Base
from gridwitness.postgres import DATABASE, EmbeddedPostgres
from psycopg import sql
from sqlalchemy import Table

from gridwitness_cli.bench.stage import Stage

NO_EFFECT = UUID(int=0)
"""No effect stands behind these rows."""
_LINES = 2_000


@contextmanager
def unguarded(stage: Stage, models: Sequence[type[Base]]) -> Iterator[psycopg.Connection]:
    """A connection on which these tables take any row; the planner knows them afterwards.

    From here on nothing in this database may be audited.
    """
    url = EmbeddedPostgres(stage.home).superuser_conninfo
    with psycopg.connect(url, dbname=DATABASE) as superuser:
        for model in models:
            _switch_guard(superuser, model, on=False)
        yield superuser
        for model in models:
            _switch_guard(superuser, model, on=True)
    with psycopg.connect(url, dbname=DATABASE, autocommit=True) as superuser:
        # As autovacuum does some time after: the planner knows what is there, index pages need no heap look.
        for model in models:
            superuser.execute(sql.SQL("VACUUM ANALYZE {}").format(named(model)))


def copy_rows(connection: psycopg.Connection, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """COPY rows with a value for every column."""
    with connection.cursor() as cursor, cursor.copy(_copying(model, None)) as copy:
        names = [column.name for column in model.__table__.columns]
        for row in rows:
            copy.write_row([row[name] for name in names])


def copy_lines(
    connection: psycopg.Connection, model: type[Base], columns: Sequence[str], lines: Iterable[str]
) -> None:
    """COPY lines of PostgreSQL's text format as they are, without their ends: millions of them."""
    waiting = iter(lines)
    with connection.cursor() as cursor, cursor.copy(_copying(model, columns)) as copy:
        while part := list(islice(waiting, _LINES)):
            copy.write("\n".join(part) + "\n")


def named(model: type[Base]) -> sql.Identifier:
    """The table's name, quoted."""
    table = model.__table__
    assert isinstance(table, Table) and table.schema is not None
    return sql.Identifier(table.schema, table.name)


def _copying(model: type[Base], columns: Sequence[str] | None) -> sql.Composed:
    names = columns or [column.name for column in model.__table__.columns]
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        named(model), sql.SQL(", ").join(map(sql.Identifier, names))
    )


def _switch_guard(connection: psycopg.Connection, model: type[Base], *, on: bool) -> None:
    table = named(model)
    triggers = connection.execute(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        (table.as_string(connection),),
    )
    for (name,) in triggers.fetchall():
        change = sql.SQL("ENABLE ALWAYS" if on else "DISABLE")
        connection.execute(
            sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(table, change, sql.Identifier(name))
        )
