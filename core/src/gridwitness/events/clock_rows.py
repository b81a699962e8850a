"""Clocks of an event: begun, ended, standing still, extended (docs/format.md section 24, Clocks)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gridwitness.calendars import ROUND_THE_CLOCK, Calendars, Schedule, due
from gridwitness.calendars.hours import MOST
from gridwitness.events.course import Course, Row
from gridwitness.events.models import ClockRow
from gridwitness.events.statement import instant
from gridwitness.grids.territory import Territory
from gridwitness.records import rfc3339
from gridwitness.rules import CalendarUnpublished

PROMISED = "promised"
LOOP = "loop"
_KEY = ("sub", "round", "clock", "unit", "number")


@dataclass(frozen=True, slots=True)
class Times:
    """Whose working days and hours count, and by how much a term is gravely overdue."""

    territory: Territory
    calendars: Calendars
    zone: ZoneInfo
    factor: int

    def schedule(self, unit: str) -> Schedule:
        """The unit's hours; of nobody known, round the clock."""
        known = self.territory.units.get(unit)
        return ROUND_THE_CLOCK if known is None else known.schedule


@dataclass(frozen=True, slots=True)
class Terms:
    """How long, by which rule; `promised`: due then instead."""

    amount: int
    measure: str
    rule: str
    promised: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """The step that moves a clock."""

    at: datetime
    jti: UUID


def begin(
    course: Course,
    times: Times,
    name: str,
    terms: Terms,
    cause: Cause,
    *,
    round: int,
    unit: str,
    number: int | None = None,
) -> None:
    """Start a clock. `number`: of its order or whistle; None: as many as the round had of the name before."""
    if number is None:
        number = sum(1 for row in course.all(ClockRow) if (row["round"], row["clock"]) == (round, name))
    schedule = times.schedule(unit)
    key = {"sub": course.sub, "round": round, "clock": name, "unit": unit, "number": number}
    row: Row = {
        "amount": terms.amount,
        "measure": terms.measure,
        "rule": terms.rule,
        "calendar": schedule.calendar,
        "hours": schedule.as_document(),
        "started_at": cause.at,
        "started_by": cause.jti,
        "added": 0,
        "pauses": [],
        "ended_at": None,
        "ended_by": None,
        "state": "running",
        "excused": False,
    }
    course.put(ClockRow, key, **row, **reading(row, times, terms.promised))


def end(course: Course, row: Row, cause: Cause) -> None:
    """A clock is done: `met` at or before its due time, else `late`; `void` where nobody can say."""
    state = "void" if row["due_at"] is None else "met" if cause.at <= row["due_at"] else "late"
    _change(course, row, state=state, ended_at=cause.at, ended_by=cause.jti, pauses=_closed(row, cause.at))


def drop(course: Course, row: Row, cause: Cause, *, keep_late: bool = False) -> None:
    """A clock counts no more; `keep_late`: but one that is past due ends as `late`."""
    late = keep_late and row["due_at"] is not None and cause.at > row["due_at"]
    state = "late" if late else "void"
    _change(course, row, state=state, ended_at=cause.at, ended_by=cause.jti, pauses=_closed(row, cause.at))


def pause(course: Course, times: Times, row: Row, cause: Cause) -> None:
    """A running clock stands still from now on."""
    if row["state"] == "running":
        paused = {**row, "pauses": [*row["pauses"], [rfc3339(cause.at), None]]}
        values = reading(paused, times, _promise(course, row))
        _change(course, row, state="paused", pauses=paused["pauses"], **values)


def resume(course: Course, times: Times, row: Row, cause: Cause) -> None:
    """A clock that stood still goes on."""
    if row["state"] == "paused":
        going = {**row, "pauses": _closed(row, cause.at)}
        values = reading(going, times, _promise(course, row))
        _change(course, row, state="running", pauses=going["pauses"], **values)


def extend(course: Course, times: Times, row: Row, amount: int) -> None:
    """More time, in the clock's own measure."""
    longer = {**row, "added": row["added"] + amount}
    _change(course, row, added=longer["added"], **reading(longer, times, _promise(course, row)))


def excuse(course: Course, row: Row) -> None:
    """An appeal was granted: the clock counts as met."""
    _change(course, row, excused=True)


def reading(row: Mapping[str, Any], times: Times, promised: datetime | None) -> dict[str, Any]:
    """`due_at`, `triple_at` and `problem` of a clock as it stands. What no calendar says is not guessed."""
    try:
        due_at = _due(row, times, promised)
    except CalendarUnpublished as error:
        return {"due_at": None, "triple_at": None, "problem": f"calendar-unpublished {error.context['year']}"}
    return {"due_at": due_at, "triple_at": _triple(row, times, promised, due_at), "problem": None}


def _due(row: Mapping[str, Any], times: Times, promised: datetime | None) -> datetime | None:
    pauses = _pauses(row)
    if promised is None:
        return _counted(row, times, row["started_at"], row["amount"] + row["added"], pauses)
    if any(until is None for _, until in pauses):
        return None
    moved = promised + sum((until - since for since, until in pauses if until is not None), timedelta())
    return moved if row["added"] == 0 else _counted(row, times, moved, row["added"], [])


def _triple(
    row: Mapping[str, Any], times: Times, promised: datetime | None, due_at: datetime | None
) -> datetime | None:
    if due_at is None:
        return None
    if promised is not None:
        began: datetime = row["started_at"]
        return began + times.factor * max(due_at - began, timedelta())
    amount = times.factor * (row["amount"] + row["added"])
    if amount > MOST:
        return None
    try:
        return _counted(row, times, row["started_at"], amount, _pauses(row))
    except CalendarUnpublished:
        return None


def _counted(
    row: Mapping[str, Any],
    times: Times,
    start: datetime,
    amount: int,
    pauses: list[tuple[datetime, datetime | None]],
) -> datetime | None:
    schedule = Schedule.parse(row["calendar"], row["hours"])
    return due(start, amount, row["measure"], schedule, times.calendars, times.zone, pauses)


def _pauses(row: Mapping[str, Any]) -> list[tuple[datetime, datetime | None]]:
    return [(instant(since), None if until is None else instant(until)) for since, until in row["pauses"]]


def _closed(row: Row, at: datetime) -> list[list[str | None]]:
    """Pauses with the open one ended."""
    return [[since, rfc3339(at) if until is None else until] for since, until in row["pauses"]]


def _promise(course: Course, row: Row) -> datetime | None:
    """When a promised term is due, as its dispatch says."""
    if row["rule"] != PROMISED:
        return None
    return instant(course.said[row["started_by"]]["promised_by"])


def _change(course: Course, row: Row, **columns: Any) -> None:
    course.put(ClockRow, {name: row[name] for name in _KEY}, **columns)
