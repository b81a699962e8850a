"""The manifest: the class of every column of every table, and whether the live database agrees with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy import Column, Connection, MetaData, Table, text

from gridwitness.database import column_class, plain_type, postgres_type
from gridwitness.guard import GUARD_TRIGGERS
from gridwitness.text_form import TEXT_FORMS

VERSION_TABLE = "public.alembic_version"
"""Alembic's own table: the one table outside the manifest (`docs/format.md` section 5)."""


class TableManifest(TypedDict):
    """One table: primary key, and the class and PostgreSQL type of each column."""

    key: list[str]
    columns: dict[str, str]
    types: dict[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement; `column` is empty where it concerns the table."""

    code: str
    table: str
    column: str
    message: str

    def __str__(self) -> str:
        """`schema.table.column: message [code]`."""
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}: {self.message} [{self.code}]"


def manifest_of(metadata: MetaData, schema: str | None = None) -> dict[str, TableManifest]:
    """`schema.table` → key, classes, types, of one schema or of all. Unclassed columns are left out."""
    return {
        name: TableManifest(
            key=[column.name for column in table.primary_key],
            columns={c.name: found for c in table.columns if (found := column_class(c)) is not None},
            types={column.name: postgres_type(column) for column in table.columns},
        )
        for name, table in sorted(_tables(metadata).items())
        if schema is None or table.schema == schema
    }


def operational_reasons(metadata: MetaData) -> dict[str, str]:
    """`schema.table.column` → why it is not evidence, for every operational column."""
    return {
        f"{name}.{column.name}": str(column.info["reason"])
        for name, table in sorted(_tables(metadata).items())
        for column in table.columns
        if column_class(column) == "operational"
    }


def check_manifest(metadata: MetaData, connection: Connection) -> list[Finding]:
    """Every disagreement between the declared tables and the live database; an empty list is agreement.

    Needs a role that sees every table (owner or auditor).
    """
    live = _live_columns(connection)
    triggers = _live_triggers(connection)
    declared = _tables(metadata)
    findings = [
        Finding("table-undeclared", name, "", "the database has a table that nobody declared")
        for name in sorted(live.keys() - declared.keys() - {VERSION_TABLE})
    ]
    for name, table in sorted(declared.items()):
        findings += _check_classes(name, table)
        if name not in live:
            findings.append(Finding("table-absent", name, "", "is declared and not in the database"))
            continue
        findings += _check_columns(name, table, live[name])
        findings += _check_guard(name, table, triggers.get(name, set()))
    return findings


def _tables(metadata: MetaData) -> dict[str, Table]:
    return {f"{table.schema or 'public'}.{table.name}": table for table in metadata.tables.values()}


def _check_classes(name: str, table: Table) -> Iterator[Finding]:
    for column in table.columns:
        found = column_class(column)
        if found is None:
            yield Finding(
                "column-unclassed", name, column.name, "has no class: stated, derived or operational"
            )
        elif found == "stated":
            yield from _check_stated(name, column)
    if _is_stated(table):
        for column in table.primary_key:
            if column_class(column) != "stated":
                yield Finding("key-not-stated", name, column.name, "the key of a stated table must be stated")
        if not table.primary_key.columns:
            yield Finding("key-not-stated", name, "", "a stated table needs a primary key")
        effect = table.columns.get("effect")
        if effect is None or effect.nullable or postgres_type(effect) != "uuid":
            yield Finding("effect-missing", name, "effect", "a stated table needs `effect uuid NOT NULL`")


def _check_stated(name: str, column: Column[Any]) -> Iterator[Finding]:
    kind = postgres_type(column)
    if kind not in TEXT_FORMS:
        yield Finding("type-without-text-form", name, column.name, f"stated, but {kind} has no text form")
    if kind == "numeric" and getattr(column.type, "precision", None) is not None:
        yield Finding(
            "numeric-with-scale",
            name,
            column.name,
            "a stated numeric has no precision: PostgreSQL would store another scale than the effect carries",
        )


def _check_columns(name: str, table: Table, live: Mapping[str, str]) -> Iterator[Finding]:
    for column in sorted(live.keys() - table.columns.keys()):
        yield Finding("column-undeclared", name, column, "the database has a column that nobody declared")
    for declared in table.columns:
        kind = postgres_type(declared)
        found = live.get(declared.name)
        if found is None:
            yield Finding("column-absent", name, declared.name, "is declared and not in the database")
        elif found != kind:
            yield Finding("type-differs", name, declared.name, f"is declared as {kind} and is {found}")


def _check_guard(name: str, table: Table, triggers: set[str]) -> Iterator[Finding]:
    if _is_stated(table):
        for trigger in sorted(set(GUARD_TRIGGERS) - triggers):
            yield Finding("guard-missing", name, "", f"the trigger {trigger} is absent or not always enabled")


def _is_stated(table: Table) -> bool:
    return any(column_class(column) == "stated" for column in table.columns)


def _live_columns(connection: Connection) -> dict[str, dict[str, str]]:
    """Tables and columns from the catalog: `information_schema` hides what the present role may not touch."""
    query = text(
        "SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, NULL)"
        " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped"
        " AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
    )
    tables: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, kind in connection.execute(query):
        tables[table][column] = plain_type(kind)
    return dict(tables)


def _live_triggers(connection: Connection) -> dict[str, set[str]]:
    query = text(
        "SELECT n.nspname || '.' || c.relname, t.tgname FROM pg_catalog.pg_trigger t"
        " JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT t.tgisinternal AND t.tgenabled = 'A'"
    )
    tables: dict[str, set[str]] = defaultdict(set)
    for table, trigger in connection.execute(query):
        tables[table].add(trigger)
    return dict(tables)
