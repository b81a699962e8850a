"""An event's rows as they stood at the end of a period, as far as their times tell (format section 27)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .metrics import TABLES

Row = Mapping[str, str | None]

_HAPPENED = {
    "events": ("accepted_at", "filed_at", "dispatched_at", "answered_at", "closed_at"),
    "clocks": ("ended_at",),
    "steps": (),
    "asks": ("decided_at",),
    "orders": ("replied_at", "lifted_at"),
    "checkins": ("checked_in_at", "rated_at"),
    "assignments": ("signed_at", "answered_at"),
}
_DIVISIONS = (4, 6, 9, 12)
_WORKERS = {
    "events": "reported_by",
    "steps": "actor",
    "asks": "asked_by",
    "checkins": "checked_in_by",
    "assignments": "handler",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Times as rows have them (`YYYY-MM-DDTHH:MM:SS.ffffffZ`), which order as the times do."""

    begins: str
    ends: str

    @classmethod
    def of(cls, begins: str, ends: str) -> Period:
        """From times as records have them."""
        return cls(*(f"{moment[:-1]}.000000Z" for moment in (begins, ends)))

    def holds(self, moment: str | None) -> bool:
        """Whether a time lies in it."""
        return moment is not None and self.begins <= moment < self.ends


@dataclass
class Standing:
    """The rows of one event by what is counted, and what may be asked of each."""

    period: Period
    event: Row
    rows: Mapping[str, list[Row]]
    _steps: dict[str | None, Row] = field(init=False)

    def __post_init__(self) -> None:
        self._steps = {row.get("jti"): row for row in self.rows.get("step", [])}

    def there(self, of: str) -> Iterator[Row]:
        """Rows of what is counted that are there before the end."""
        table, begins = TABLES[of]
        for row in [self.event] if of == "events" else self.rows.get(table, []):
            since = self._moment(of, row, begins)
            if since is not None and since < self.period.ends:
                yield row

    def day(self, of: str, row: Row, column: str) -> str | None:
        """A time as the row has it."""
        return self._moment(of, row, column)

    def value(self, of: str, row: Row, column: str) -> str | None:
        """A column in its text form, as it stood at the end."""
        if of != "events" and column.startswith("event."):
            return self._stood("events", self.event, column.removeprefix("event."))
        if column == "first_round":
            return _boolean(row.get("round") == "1")
        if column == "due_in":
            return _boolean(self.period.holds(row.get("due_at")))
        if column == "late_open":
            return _boolean(self._late_open(row))
        if column == "in_time":
            return _boolean(self._event_in_time() if of == "events" else self._step_in_time(row))
        return self._stood(of, row, column)

    def owners(self, of: str, row: Row) -> list[tuple[str, str]]:
        """Whose a row is: (`by`, `of`) without the agency."""
        grid = self.event.get("grid") or ""
        code = grid.isascii() and grid.isdigit()
        cut = [grid[:length] for length in _DIVISIONS if code and len(grid) > length]
        found = [
            ("unit", (self.event if of == "events" else row).get("unit")),
            ("worker", self._worker(of, row)),
            *(("grid", part) for part in [grid, *cut]),
        ]
        return [(by, name) for by, name in found if name]

    def _moment(self, of: str, row: Row, column: str) -> str | None:
        if of == "asks" and column == "asked_at":
            return self._steps.get(row.get("jti"), {}).get("occurred_at")
        return row.get(column)

    def _stood(self, of: str, row: Row, column: str) -> str | None:
        if of == "clocks" and column == "state":
            return self._clock_state(row)
        if of == "asks" and column in ("state", "decided_by") and not self._by_then(row.get("decided_at")):
            return "open" if column == "state" else None
        found = row.get(column)
        return found if column not in _HAPPENED[of] or self._by_then(found) else None

    def _by_then(self, moment: str | None) -> bool:
        return moment is not None and moment < self.period.ends

    def _clock_state(self, row: Row) -> str | None:
        state = row.get("state")
        if row.get("ended_at") is not None and not self._by_then(row.get("ended_at")):
            state = "running"
        return "met" if row.get("excused") == "true" and state != "void" else state

    def _late_open(self, row: Row) -> bool:
        return self._clock_state(row) in ("running", "paused") and self._by_then(row.get("due_at"))

    def _event_in_time(self) -> bool:
        return not any(
            self._clock_state(row) == "late" or self._late_open(row) for row in self.there("clocks")
        )

    def _step_in_time(self, step: Row) -> bool:
        return not any(
            row.get("ended_by") == step.get("jti")
            and row.get("excused") != "true"
            and (row.get("due_at") or "~") < (row.get("ended_at") or "")
            for row in self.rows.get("clock", [])
        )

    def _worker(self, of: str, row: Row) -> str | None:
        if of != "clocks":
            return row.get(_WORKERS[of]) if of in _WORKERS else None
        if self._by_then(row.get("ended_at")):
            return self._steps.get(row.get("ended_by"), {}).get("actor")
        own = (row.get("round"), row.get("unit")) == (self.event.get("round"), self.event.get("unit"))
        handles = row.get("clock") == "handle" and self._clock_state(row) != "void"
        return self.event.get("handler") if own and handles else None


def _boolean(value: bool) -> str:
    return "true" if value else "false"
