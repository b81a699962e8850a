"""Writing the rows of many effects: what is alike goes together, and what depends on its order keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, UniqueConstraint, and_, bindparam, delete, insert, update
from sqlalchemy.orm import Session

from gridwitness.records.effects import EFFECT_COLUMN, RowChange

_Shape = tuple[str, ...]
"""Writes of one shape are one statement: `insert`, `delete`, or `update` with the columns that change."""


def write_rows(session: Session, changes: Iterable[tuple[RowChange, UUID]]) -> None:
    """Write the rows of many effects; each row names the effect that wrote it.

    Writes of one row stay in their order; so do writes of different shapes into a table that has a unique
    index beside its key, where an order may be what keeps it unique.
    """
    tables: dict[Table, _TableWrites] = {}
    for row, effect in changes:
        if row.table not in tables:
            tables[row.table] = _TableWrites(session, row.table)
        tables[row.table].add(row, effect)
    for table in tables.values():
        table.flush()


class _TableWrites:
    """Writes into one table that wait to go together."""

    def __init__(self, session: Session, table: Table) -> None:
        self._session = session
        self._table = table
        self._ordered = any(index.unique for index in table.indexes) or any(
            isinstance(constraint, UniqueConstraint) for constraint in table.constraints
        )
        self._waiting: dict[_Shape, list[dict[str, Any]]] = {}
        self._touched: set[tuple[Any, ...]] = set()

    def add(self, row: RowChange, effect: UUID) -> None:
        shape, values = _shaped(row, effect)
        key = tuple(row.key[name] for name in sorted(row.key))
        if key in self._touched or (self._ordered and self._waiting and shape not in self._waiting):
            self.flush()
        self._waiting.setdefault(shape, []).append(values)
        self._touched.add(key)

    def flush(self) -> None:
        """One statement for each shape, in the order in which they came up."""
        for shape, rows in self._waiting.items():
            self._session.connection().execute(self._statement(shape, rows[0]), rows)
        self._waiting.clear()
        self._touched.clear()

    def _statement(self, shape: _Shape, row: Mapping[str, Any]) -> Any:
        columns = self._table.columns
        if shape[0] == "insert":
            return insert(self._table)
        keys = (name.removeprefix("key_") for name in row if name.startswith("key_"))
        where = and_(*(columns[name] == bindparam(f"key_{name}") for name in keys))
        if shape[0] == "delete":
            return delete(self._table).where(where)
        changed = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in shape[1:]}
        return update(self._table).where(where).values(changed)


def _shaped(row: RowChange, effect: UUID) -> tuple[_Shape, dict[str, Any]]:
    """The shape of a write, and its parameters."""
    if row.new:
        assert row.columns is not None
        return ("insert",), {**row.key, **row.columns, EFFECT_COLUMN: effect}
    keys = {f"key_{name}": value for name, value in row.key.items()}
    if row.columns is None:
        return ("delete",), keys
    values = {**row.columns, EFFECT_COLUMN: effect}
    return ("update", *values), keys | {f"new_{name}": value for name, value in values.items()}
