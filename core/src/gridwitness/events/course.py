"""The course of one event while steps are decided: its rows, and what the present step changes in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gridwitness.database import Base
from gridwitness.events.models import AskRow, AssignmentRow, ClockRow, EventRow
from gridwitness.records import RowChange, change, put_new

Key = tuple[Any, ...]
Row = dict[str, Any]


@dataclass(slots=True)
class Course:
    """Rows by model and key. A step's changes are seen at once, and stand only after `take`."""

    sub: str
    rows: dict[type[Base], dict[Key, Row]] = field(default_factory=dict)
    said: dict[UUID, Mapping[str, Any]] = field(default_factory=dict)
    """Details of earlier steps that later ones lean on: of asks that are open, of promised terms."""
    _pending: dict[tuple[type[Base], Key], RowChange] = field(default_factory=dict)

    @property
    def event(self) -> Row | None:
        """The event's columns; None before it is reported."""
        return self.get(EventRow, self.sub)

    def get(self, model: type[Base], *key: Any) -> Row | None:
        """One row with its key, as the present step leaves it."""
        stored = self.rows.get(model, {}).get(key)
        pending = self._pending.get((model, key))
        if pending is None:
            return None if stored is None else {**_named(model, key), **stored}
        return {**_named(model, key), **(stored or {}), **(pending.columns or {})}

    def all(self, model: type[Base]) -> list[Row]:
        """Every row of a model, by key."""
        keys = {*self.rows.get(model, {}), *(key for found, key in self._pending if found is model)}
        return [row for key in sorted(keys, key=str) if (row := self.get(model, *key)) is not None]

    def put(self, model: type[Base], key: Mapping[str, Any], **columns: Any) -> None:
        """A new row, or of a known one the columns that differ."""
        place = tuple(key[name] for name in _key_names(model))
        stored, pending = self.rows.get(model, {}).get(place), self._pending.get((model, place))
        if stored is None:
            before = {} if pending is None else dict(pending.columns or {})
            self._pending[model, place] = put_new(model, **key, **{**before, **columns})
            return
        merged = {**((pending.columns or {}) if pending is not None else {}), **columns}
        differing = {name: value for name, value in merged.items() if stored[name] != value}
        self._pending.pop((model, place), None)
        if differing:
            self._pending[model, place] = change(model, dict(key), **differing)

    def change_event(self, **columns: Any) -> None:
        """Columns of the event itself."""
        self.put(EventRow, {"sub": self.sub}, **columns)

    def begin(self) -> None:
        """Forget what a refused step left."""
        self._pending.clear()

    def take(self) -> list[RowChange]:
        """The step's changes, in the order they were made; they stand from now on."""
        changes = list(self._pending.values())
        for (model, key), row in self._pending.items():
            stored = self.rows.setdefault(model, {}).setdefault(key, {})
            stored.update(row.columns or {})
        self._pending.clear()
        return changes

    def running(self, name: str) -> Row | None:
        """The clock of a name that has not ended, apart from those of single orders and whistles."""
        return next((row for row in self.unended() if row["clock"] == name), None)

    def unended(self) -> Iterator[Row]:
        """Clocks that run or stand still."""
        return (row for row in self.all(ClockRow) if row["state"] in ("running", "paused"))

    def open_ask(self, what: str) -> Row | None:
        """The ask of a kind that nobody has answered."""
        return next((r for r in self.all(AskRow) if r["what"] == what and r["state"] == "open"), None)

    def assignments(self) -> list[Row]:
        """Parts in the newest dispatch of the present round."""
        event = self.event
        rows = [] if event is None else [r for r in self.all(AssignmentRow) if r["round"] == event["round"]]
        newest = max((row["number"] for row in rows), default=0)
        return [row for row in rows if row["number"] == newest]

    def helpers(self) -> frozenset[str]:
        """Units that help now."""
        return frozenset(row["unit"] for row in self.assignments() if row["part"] == "helper")

    def units_ever(self) -> frozenset[str]:
        """Units that ever had a part in it."""
        return frozenset(row["unit"] for row in self.all(AssignmentRow))


def _key_names(model: type[Base]) -> list[str]:
    return [column.name for column in model.__table__.primary_key]


def _named(model: type[Base], key: Key) -> Row:
    return dict(zip(_key_names(model), key, strict=True))
