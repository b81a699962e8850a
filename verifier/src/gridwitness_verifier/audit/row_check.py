"""Rows against effects (format §4), both ways: altered, missing and extra rows of every stated table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.effect_fold import key_text
from gridwitness_verifier.audit.fixed_tables import STATED
from gridwitness_verifier.audit.manifest import TableManifest
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.audit.text_form import finisher, has_text_form, text_expression
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally

_SHOWN = 80


@dataclass(frozen=True)
class _StatedTable:
    """A stated table as it is read: which columns, how, and which of them are the key."""

    name: str
    columns: list[str]
    finishers: list[Callable[[str | None], str | None] | None]
    key: tuple[str, ...]
    has_effect: bool
    query: sql.Composed


def check_rows(
    tally: Tally,
    snapshot: Snapshot,
    scratch: Scratch,
    declared: dict[str, TableManifest],
    catalog: dict[str, Relation],
) -> None:
    """Compare every stated table with the folded effects; gives its findings to `tally`."""
    unread: set[str] = set()
    for name, manifest in declared.items():
        relation = catalog.get(name)
        if STATED not in manifest.columns.values():
            continue
        if relation is None:
            tally.fail("table-missing", "effects can not be compared: the table is not there", table=name)
            continue
        if not relation.usable:
            tally.not_evaluated.append(f"{name} can not be read as a table")
            unread.add(name)
            continue
        table = _stated_table(name, manifest, relation)
        if table is None:
            tally.fail("key-missing", "the table has no usable key column to compare by", table=name)
            continue
        try:
            with snapshot.attempt():
                _compare(tally, snapshot, scratch, table)
        except psycopg.Error as error:
            tally.not_evaluated.append(f"{name} could not be read: {error}"[:300])
            unread.add(name)
    _report_missing(tally, scratch, declared, unread)


def _stated_table(name: str, manifest: TableManifest, relation: Relation) -> _StatedTable | None:
    columns = [
        column
        for column in manifest.of_class(STATED)
        if column in relation.columns and has_text_form(relation.columns[column].type)
    ]
    if any(column not in columns for column in manifest.key):
        return None
    types = [relation.columns[column].type for column in columns]
    expressions = [text_expression(column, kind) for column, kind in zip(columns, types, strict=True)]
    has_effect = "effect" in manifest.columns and "effect" in relation.columns and "effect" not in columns
    if has_effect:
        expressions.append(sql.SQL("left({}::text, 64)").format(sql.Identifier("effect")))
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(expressions), relation.identifier)
    return _StatedTable(name, columns, [finisher(kind) for kind in types], manifest.key, has_effect, query)


def _compare(tally: Tally, snapshot: Snapshot, scratch: Scratch, table: _StatedTable) -> None:
    width = len(table.columns)
    for values in snapshot.stream(table.query):
        tally.checked += 1
        found = {
            column: finish(value) if finish else value
            for column, finish, value in zip(table.columns, table.finishers, values[:width], strict=True)
        }
        key = key_text({column: found[column] or "" for column in table.key})
        _compare_row(tally, scratch, table, key, found, values[width] if table.has_effect else None)


def _compare_row(
    tally: Tally,
    scratch: Scratch,
    table: _StatedTable,
    key: str,
    found: dict[str, str | None],
    effect: str | None,
) -> None:
    place = {"table": table.name, "key": key[:300]}
    state = scratch.one(
        "SELECT effect, alive, seen, columns, log FROM state WHERE tbl = ? AND key = ?", (table.name, key)
    )
    if state is None or not state[1]:
        why = "no effect put this row" if state is None else f"effect {state[0]} deleted this row"
        tally.fail("extra-row", why, **place, log=state[4] if state else None)
        return
    last_effect, _, seen, columns, log = state
    if seen:
        tally.fail("duplicate-row", "a second row with this key", **place, log=log)
        return
    scratch.execute("UPDATE state SET seen = 1 WHERE tbl = ? AND key = ?", (table.name, key))
    stated = json.loads(columns)
    for column in table.columns:
        if stated.get(column) != found[column]:
            detail = (
                f"stated {_show(stated.get(column))}, found {_show(found[column])} (effect {last_effect})"
            )
            tally.fail("altered", detail, **place, column=column, log=log)
    if table.has_effect and effect != last_effect:
        detail = f"the last effect is {last_effect}, found {_show(effect)}"
        tally.fail("altered", detail, **place, column="effect", log=log)


def _report_missing(
    tally: Tally, scratch: Scratch, declared: dict[str, TableManifest], unread: set[str]
) -> None:
    undeclared: dict[str, int] = {}
    for table, key, log, effect in scratch.rows(
        "SELECT tbl, key, log, effect FROM state WHERE alive = 1 AND seen = 0 ORDER BY tbl, key"
    ):
        if table in unread:
            continue
        manifest = declared.get(table)
        if manifest is None or STATED not in manifest.columns.values():
            undeclared[table] = undeclared.get(table, 0) + 1
            continue
        tally.fail("missing-row", f"effect {effect} put this row", table=table, key=key[:300], log=log)
    for table, count in undeclared.items():
        tally.fail("undeclared-table", f"{count} rows are stated for a table in no manifest", table=table)


def _show(value: str | None) -> str:
    """A value short enough for a report; escaping for the reader's terminal is the report's work."""
    if value is None:
        return "null"
    return f"{value!r}" if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}… ({len(value)} characters)"


_CAUSELESS = """
SELECT c.log, c.leaf, c.jti, c.cause FROM cause c
WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.jti = c.cause) ORDER BY c.log, c.leaf
"""


def check_causes(tally: Tally, scratch: Scratch) -> None:
    """Every `cause` of an effect is a record that exists."""
    scratch.execute("CREATE INDEX IF NOT EXISTS entry_jti ON entry (jti)")
    for log, leaf, jti, cause in scratch.rows(_CAUSELESS):
        tally.fail("cause-missing", f"its statement {cause[:64]} is not there", log=log, index=leaf, jti=jti)
