"""Effects: the platform's signed account of which rows a step changed, and the only way stated rows are
written.

A feature decides *what* changes as `RowChange`s; `row_writing` and `effect_fields` make rows and record from
the same value, so that they can't disagree (`docs/format.md` section 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from gridwitness.database import Base, column_class, postgres_type, text_form

EFFECT_KIND = "state.effect.v1"
EFFECT_COLUMN = "effect"
MAXIMUM_FIELDS = 128
"""Disclosures of one record (`docs/format.md` section 2)."""

_HEAD = 2  # cause and by


@dataclass(frozen=True, slots=True)
class RowChange:
    """One stated row that a step puts or deletes. `columns` are the stated columns that change, without the
    key.
    """

    table: Table
    key: Mapping[str, Any]
    columns: Mapping[str, Any] | None
    """None: delete."""
    new: bool
    """A first put names every stated column."""

    @property
    def table_name(self) -> str:
        """`schema.table`, as effects and the manifest name it."""
        return f"{self.table.schema}.{self.table.name}"


def put_new(model: type[Base], /, **row: Any) -> RowChange:
    """A row that did not exist: every stated column is named, missing ones as NULL."""
    table = _table(model)
    key = {column.name: row.pop(column.name) for column in table.primary_key}
    stated = [c.name for c in table.columns if column_class(c) == "stated" and not c.primary_key]
    return RowChange(
        table, key, {name: row.pop(name, None) for name in stated} | _none_left(table, row), new=True
    )


def change(model: type[Base], key: Mapping[str, Any], /, **columns: Any) -> RowChange:
    """Changed stated columns of an existing row."""
    table = _table(model)
    for name in columns:
        if column_class(table.columns[name]) != "stated":
            raise AssertionError(f"{table.name}.{name} is not a stated column")
    return RowChange(table, key, columns, new=False)


def remove(model: type[Base], key: Mapping[str, Any]) -> RowChange:
    """An existing row that goes."""
    return RowChange(_table(model), key, None, new=False)


def split(changes: Sequence[RowChange]) -> Iterator[list[RowChange]]:
    """Runs of rows that fit one effect each: at most 128 disclosures, and with those under 16 KiB.

    A row stays whole. (An entry of 128 digests has some 8 KiB, so that the number alone decides.)
    """
    part: list[RowChange] = []
    held = _HEAD
    for row in changes:
        size = 1 + len(row.columns or ())
        if part and held + size > MAXIMUM_FIELDS:
            yield part
            part, held = [], _HEAD
        part.append(row)
        held += size
    if part:
        yield part


def effect_fields(cause: str | None, by: str | None, changes: Sequence[RowChange]) -> dict[str, Any]:
    """Disclosures of the effect: name → value."""
    fields: dict[str, Any] = {"cause": cause, "by": by}
    for number, row in enumerate(changes):
        key = {name: _text(row.table, name, value) for name, value in row.key.items()}
        operation = "delete" if row.columns is None else "put"
        fields[f"row.{number}"] = {"table": row.table_name, "key": key, "op": operation}
        for name, value in (row.columns or {}).items():
            fields[f"row.{number}.{name}"] = _text(row.table, name, value)
    return fields


def _text(table: Table, column: str, value: Any) -> str | None:
    return text_form(value, postgres_type(table.columns[column]))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _none_left(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    if row:
        raise AssertionError(f"{table.name} has no stated columns {sorted(row)}")
    return {}
