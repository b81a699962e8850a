"""Folding effects (format §4): what every stated row should hold, and which effect wrote it last."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from gridwitness_verifier.audit.scratch import Scratch
from gridwitness_verifier.audit.tally import Tally

EFFECT_KIND = "state.effect.v1"
_ROW = re.compile(r"row\.(0|[1-9][0-9]{0,3})(?:\.([a-z0-9_]{1,63}))?\Z")
_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\.[A-Za-z_][A-Za-z0-9_]{0,62}\Z")


@dataclass
class RowChange:
    """One row of an effect: `key` and `columns` map column to text form (None is NULL)."""

    table: str
    key: dict[str, str]
    put: bool
    columns: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Effect:
    """A parsed effect; `problem` says what is wrong with its form, and its sound rows still count."""

    cause: str | None
    rows: list[RowChange]
    problem: str | None


def parse_effect(values: dict[str, Any], *, complete: bool) -> Effect:
    """Read the disclosed fields of an effect; with `complete` every field has to be there."""
    heads: dict[int, RowChange] = {}
    problems: list[str] = []
    columns: list[tuple[int, str, Any]] = []
    for name, value in values.items():
        match = _ROW.match(name)
        if match and match.group(2) is not None:
            columns.append((int(match.group(1)), match.group(2), value))
        elif match:
            head = _head(value)
            if head is None:
                problems.append(f"{name} is not a table, a key and put or delete")
            else:
                heads[int(match.group(1))] = head
        elif name not in ("cause", "by") or not (value is None or isinstance(value, str)):
            problems.append(f"{name[:80]} does not belong in an effect")
    for index, column, value in columns:
        row = heads.get(index)
        if row is None or not row.put or not (value is None or isinstance(value, str)):
            problems.append(f"row.{index}.{column} is not a value of a row that is put")
        else:
            row.columns[column] = value
    if complete and ("cause" not in values or "by" not in values):
        problems.append("cause or by is missing")
    if complete and sorted(heads) != list(range(len(heads))):
        problems.append("the rows are not numbered 0, 1, … without gap")
    cause = values.get("cause")
    ordered = [heads[index] for index in sorted(heads)]
    return Effect(cause if isinstance(cause, str) else None, ordered, "; ".join(problems) or None)


def _head(value: Any) -> RowChange | None:
    if not isinstance(value, dict) or set(value) != {"table", "key", "op"}:
        return None
    table, key, op = value["table"], value["key"], value["op"]
    if not isinstance(table, str) or not _TABLE.match(table) or op not in ("put", "delete"):
        return None
    if not isinstance(key, dict) or not key or not all(isinstance(part, str) for part in key.values()):
        return None
    return RowChange(table, key, op == "put")


def key_text(key: dict[str, str]) -> str:
    """One text per key, the same for the same key."""
    return json.dumps(key, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class EffectFold:
    """Applies effects in log order; the state lies in the scratch file."""

    def __init__(self, tally: Tally, scratch: Scratch) -> None:
        self._tally = tally
        self._scratch = scratch
        self.effects = 0

    def apply(self, where: dict[str, Any], effect: Effect) -> None:
        """Fold one effect; what contradicts an earlier one is a failure at this entry."""
        self.effects += 1
        for row in effect.rows:
            self._apply_row(where, row)

    def _apply_row(self, where: dict[str, Any], row: RowChange) -> None:
        key = key_text(row.key)
        found = self._scratch.one(
            "SELECT log, alive, columns FROM state WHERE tbl = ? AND key = ?", (row.table, key)
        )
        place = {**where, "table": row.table, "key": key}
        log, alive, columns = found or (where["log"], 0, "{}")
        if log != where["log"]:
            self._tally.fail("two-logs", f"log {log} wrote this row before", **place)
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
            (row.table, key, log, where["jti"], int(row.put), json.dumps(merged)),
        )
