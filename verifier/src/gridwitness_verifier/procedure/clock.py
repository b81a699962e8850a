"""Statutory clocks read from the steps (docs/format.md section 15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..claims import is_integer
from ..errors import VerificationError
from .calendar import MAXIMUM_TERM, Calendars
from .document import Clock, Procedure
from .evaluation import holds
from .facts import CaseFacts, Hidden, StepFact
from .scene import Scene
from .truth import CALENDAR, REDACTED

RUNNING, MET, LATE, SUSPENDED, UNKNOWN = "running", "met", "late", "suspended", "unknown"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One run of a clock. `due_on` None: not known, and `problem` says why (REDACTED or CALENDAR).

    `ended` is the step that ended it, None while it runs.
    """

    clock: Clock
    started: StepFact
    started_on: date | None
    due_on: date | None
    problem: str | None
    state: str
    ended: StepFact | None
    overdue: bool

    @property
    def ended_on(self) -> date | None:
        """The local day of the step that ended it."""
        day = None if self.ended is None else self.ended.day
        return None if isinstance(day, Hidden) else day


def read_clocks(
    procedure: Procedure, calendars: Calendars, case: CaseFacts, today: date
) -> list[ClockReading]:
    """Every run of every clock in the order in which they began, read at the local day `today`."""
    readings = [
        reading
        for clock in procedure.clocks
        for reading in _runs(_Reader(procedure, calendars, case, clock, today))
    ]
    return sorted(readings, key=lambda reading: reading.started.seq)


@dataclass(frozen=True, slots=True)
class _Reader:
    procedure: Procedure
    calendars: Calendars
    case: CaseFacts
    clock: Clock
    today: date


def _runs(reader: _Reader) -> Iterator[ClockReading]:
    """A start begins the clock unless it runs already; the next end ends it."""
    begun: int | None = None
    doubt = False
    steps = reader.case.steps
    for at, fact in enumerate(steps):
        # A step whose name or outcome is not shown may have ended it, or begun it.
        doubt = doubt or (begun is not None and _may_end(reader.clock, fact))
        if begun is not None and _ends(reader.clock, fact):
            yield _reading(reader, begun, at, doubt=doubt)
            begun, doubt = None, False
        if begun is None and fact.step in reader.clock.start:
            truth = _applies(reader, at)
            if truth is not False:
                begun, doubt = at, truth is None
    if begun is not None:
        yield _reading(reader, begun, None, doubt=doubt)


def _applies(reader: _Reader, at: int) -> bool | None:
    clock, steps = reader.clock, reader.case.steps
    if clock.condition is None:
        return True
    scene = Scene(reader.procedure, reader.calendars, steps[:at], steps[at], reader.case)
    return holds(scene, clock.condition).value


def _ends(clock: Clock, fact: StepFact) -> bool:
    """`end_outcome` speaks of those end steps that have outcomes."""
    if fact.step not in clock.end:
        return False
    return clock.end_outcome is None or fact.outcome is None or fact.outcome in clock.end_outcome


def _may_end(clock: Clock, fact: StepFact) -> bool:
    if isinstance(fact.step, Hidden):
        return True
    return fact.step in clock.end and clock.end_outcome is not None and isinstance(fact.outcome, Hidden)


def _reading(reader: _Reader, begun: int, ended: int | None, *, doubt: bool) -> ClockReading:
    steps, clock = reader.case.steps, reader.clock
    started, last = steps[begun], None if ended is None else steps[ended]
    started_on = None if isinstance(started.day, Hidden) else started.day
    ended_on = None if last is None or isinstance(last.day, Hidden) else last.day
    last_at = len(steps) - 1 if ended is None else ended
    due_on, problem, certain = _due(reader, started_on, begun, last_at)
    if doubt or (last is not None and ended_on is None):
        due_on, problem, certain = None, REDACTED, None
    state, overdue = RUNNING, False
    if last is None:
        overdue = due_on is not None and reader.today > due_on
        state = SUSPENDED if due_on is None and problem is None else RUNNING
    elif problem is None:
        # Ended while it stood still: no day is due, so none was missed.
        state = MET if due_on is None or ended_on is None or ended_on <= due_on else LATE
    elif certain is not None and ended_on is not None and ended_on <= certain:
        state = MET
    else:
        state = UNKNOWN
    return ClockReading(clock, started, started_on, due_on, problem, state, last, overdue)


def _due(
    reader: _Reader, started_on: date | None, begun: int, last: int
) -> tuple[date | None, str | None, date | None]:
    """The last day of the term with its extensions, or why it can not be told; neither while it stands.

    The third is a day on which no term of so many days can be over, whatever the calendar says.
    """
    if started_on is None:
        return None, REDACTED, None
    days, steps = reader.clock.days, reader.case.steps
    for at in range(begun + 1, last + 1):
        fact = steps[at]
        if reader.clock.extended_by is None or fact.step != reader.clock.extended_by:
            continue
        added: Any = None if isinstance(fact.details, Hidden) else fact.details.get("days")
        due_on, problem = _count(reader, started_on, days, at)
        if not is_integer(added, 0, MAXIMUM_TERM) or isinstance(fact.day, Hidden) or problem == REDACTED:
            return None, REDACTED, None
        # Granted after the due day it is too late, and adds nothing.
        if due_on is None or fact.day <= due_on:
            days += int(added)
    return *_count(reader, started_on, days, last), started_on + timedelta(days=min(days, MAXIMUM_TERM))


def _count(reader: _Reader, started_on: date, days: int, last: int) -> tuple[date | None, str | None]:
    """The due day of a term of `days`, by the suspensions up to the step at `last`."""
    clock, calendars = reader.clock, reader.calendars
    still = _still_days(reader, reader.case.steps[: last + 1])
    if still is None:
        return None, REDACTED
    try:
        due_on = calendars.term_end(started_on, days, clock.kind, still.days, until=still.since)
        if due_on is None:
            return None, None
        return (calendars.roll(due_on) if clock.roll else due_on), None
    except VerificationError:
        return None, CALENDAR


@dataclass(frozen=True, slots=True)
class _Still:
    """Days on which a clock stands still, and since when it does so without an end yet."""

    days: frozenset[date]
    since: date | None


def _still_days(reader: _Reader, steps: Sequence[StepFact]) -> _Still | None:
    """None where what would tell is not shown."""
    first, going_on = reader.clock.suspended_by or (None, None)
    days: set[date] = set()
    since: date | None = None
    for fact in steps:
        if fact.step not in (first, going_on):
            continue
        if isinstance(fact.day, Hidden):
            return None
        if fact.step == first:
            since = since or fact.day
        elif since is not None:
            days.update(_span(since, fact.day))
            since = None
    return _Still(frozenset(days), since)


def _span(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
