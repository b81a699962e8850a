"""Folding effects (format §4): what every stated row should hold, and which effect wrote it last."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gridwitness_verifier.field_types import EFFECT_FIELD, is_effect_value
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally

EVENT_TABLES = "events."
UNITS = "grids.unit"


@dataclass
class RowChange:
    """One row of an effect: `key` and `columns` map column to text form (None is NULL)."""

    table: str
    key: dict[str, str]
    put: bool
    columns: dict[str, str | None] = field(default_factory=dict)


def row_changes(values: dict[str, Any]) -> list[RowChange]:
    """The rows of an effect in their order; what does not have its form is left out (`kinds` reports it)."""
    heads: dict[int, RowChange] = {}
    columns: list[tuple[int, str, Any]] = []
    for name, value in values.items():
        match = EFFECT_FIELD.match(name)
        if match is None or match.group("row") is None or not is_effect_value(name, value):
            continue
        index, column = int(match.group("row")), match.group("column")
        if column is not None:
            columns.append((index, column, value))
        else:
            heads[index] = RowChange(value["table"], value["key"], value["op"] == "put")
    for index, column, value in columns:
        if index in heads:
            heads[index].columns[column] = value
    return [heads[index] for index in sorted(heads)]


def key_text(key: dict[str, str]) -> str:
    """One text per key, the same for the same key."""
    return json.dumps(key, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def event_rows(where: dict[str, Any], changes: Iterable[RowChange]) -> list[tuple[Any, ...]]:
    """Rows of events with their leaf: figures of an earlier day are those of the leaves below a size.

    What has no `sub` in its key belongs to the event whose subject the effect stands in.
    """
    return [
        (
            row.key.get("sub") or where["sub"],
            row.table,
            key_text(row.key),
            where["log"],
            where["index"],
            int(row.put),
            json.dumps({**row.key, **row.columns}),
        )
        for row in changes
        if row.table.startswith(EVENT_TABLES)
    ]


def unit_rows(changes: Iterable[RowChange]) -> list[tuple[Any, ...]]:
    """What effects say of units: whose hours clocks count by."""
    return [
        (key_text(row.key), json.dumps({**row.key, **row.columns}))
        for row in changes
        if row.put and row.table == UNITS
    ]


class EffectFold:
    """Applies effects, line by line in log order; the state lies in the scratch file.

    `line_of` gives the line of succession of every log, by name.
    """

    def __init__(self, tally: Tally, scratch: Scratch, line_of: Mapping[str, int]) -> None:
        self._tally = tally
        self._scratch = scratch
        self._line_of = line_of
        self.effects = 0

    def apply(self, where: dict[str, Any], changes: Iterable[RowChange]) -> None:
        """Fold one effect's rows; what contradicts an earlier one is a failure at this entry."""
        self.effects += 1
        for row in changes:
            self._apply_row(where, row)

    def _apply_row(self, where: dict[str, Any], row: RowChange) -> None:
        key = key_text(row.key)
        found = self._scratch.one(
            "SELECT log, alive, columns FROM state WHERE tbl = ? AND key = ?", (row.table, key)
        )
        place = {**where, "table": row.table, "key": key}
        log, alive, columns = found or (where["log"], 0, "{}")
        if self._line_of[log] != self._line_of[where["log"]]:
            self._tally.fail("two-logs", f"log {log} of another line wrote this row before", **place)
            return
        if not row.put:
            if not alive:
                self._tally.fail("delete-absent", "deletes a row that is not there", **place)
            merged: dict[str, str | None] = {}
        else:
            merged = {**(json.loads(columns) if alive else row.key), **row.columns}
            if any(merged[column] != part for column, part in row.key.items() if column in merged):
                self._tally.fail("key-column", "states another value for a key column", **place)
        self._scratch.execute(
            "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?, 0, ?)",
            (row.table, key, where["log"], where["jti"], int(row.put), json.dumps(merged)),
        )
