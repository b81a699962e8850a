"""The statutory clocks of a case: what is due when, by which article, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from gridwitness.calendars.calendars import Calendars, Suspension
from gridwitness.rules import CalendarUnpublished, CaseFacts, Clock, Procedure, StepFact

ClockState = Literal["running", "suspended", "met", "late", "unknown"]
_KINDS = {"working": ("个工作日", "working days"), "calendar": ("日", "days")}


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One term of a case, from the step that began it.

    `started_seq`: place of that step in the case. `added`: days granted on top. `due_on` None: it stands
    still, or `problem` (`calendar-unpublished:<year>`) says why nobody can tell. `overdue`: it runs, and
    its due day has passed.
    """

    clock: str
    rule: str
    article: str
    zh: str
    en: str
    duty: str
    days: int
    kind: str
    added: int
    started_seq: int
    started_on: date
    due_on: date | None
    problem: str | None
    state: ClockState
    ended_on: date | None
    overdue: bool

    @property
    def explanation_zh(self) -> str:
        """How the due day comes about."""
        unit = _KINDS[self.kind][0]
        added = f"，经批准延长 {self.added} {unit}" if self.added else ""
        due = self.due_on.isoformat() if self.due_on else (self.problem or "中止中")
        return f"{self.zh}：自 {self.started_on} 起 {self.days} {unit}{added}，至 {due}（{self.article}）"

    @property
    def explanation_en(self) -> str:
        """The same in English."""
        unit = _KINDS[self.kind][1]
        added = f" and {self.added} more on approval" if self.added else ""
        due = self.due_on.isoformat() if self.due_on else (self.problem or "suspended")
        return f"{self.en}: {self.days} {unit}{added} from {self.started_on}, until {due} ({self.rule})"


def read_clocks(
    procedure: Procedure, facts: CaseFacts, calendars: Calendars, today: date
) -> list[ClockReading]:
    """Every term the case's steps began, in the order of the procedure's clocks, then of the case.

    `today`: the local day for which `overdue` is asked.
    """
    return [
        reading
        for clock in procedure.clocks.values()
        for reading in _readings(procedure, clock, facts.steps, calendars, today)
    ]


@dataclass(slots=True)
class _Run:
    """A term under way."""

    start: StepFact
    suspensions: list[Suspension]
    added: int = 0
    end: StepFact | None = field(default=None)


def _readings(
    procedure: Procedure, clock: Clock, steps: tuple[StepFact, ...], calendars: Calendars, today: date
) -> Iterator[ClockReading]:
    run: _Run | None = None
    suspensions: list[Suspension] = []
    for i, fact in enumerate(steps):
        _note_suspension(clock, fact, suspensions)
        if run is not None:
            run.suspensions = list(suspensions)
            if fact.step == clock.extended_by and not _too_late(clock, run, fact, calendars):
                run.added += procedure.value(fact, "days") or 0
            if _ends(clock, fact):
                run.end = fact
                yield _reading(procedure, clock, run, calendars, today)
                run = None
        if run is None and _starts(procedure, clock, fact, steps[:i], calendars):
            run = _Run(fact, list(suspensions))
    if run is not None:
        yield _reading(procedure, clock, run, calendars, today)


def _note_suspension(clock: Clock, fact: StepFact, suspensions: list[Suspension]) -> None:
    if clock.suspended_by is None:
        return
    since, until = clock.suspended_by
    is_open = bool(suspensions) and suspensions[-1][1] is None
    if fact.step == until and is_open:
        suspensions[-1] = (suspensions[-1][0], fact.day)
    elif fact.step == since and not is_open:
        suspensions.append((fact.day, None))


def _starts(
    procedure: Procedure, clock: Clock, fact: StepFact, earlier: tuple[StepFact, ...], calendars: Calendars
) -> bool:
    if fact.step not in clock.start:
        return False
    return procedure.holds_from(fact, earlier, clock, calendars.term_end) is True


def _ends(clock: Clock, fact: StepFact) -> bool:
    if fact.step not in clock.end:
        return False
    return fact.outcome is None or not clock.end_outcome or fact.outcome in clock.end_outcome


def _too_late(clock: Clock, run: _Run, fact: StepFact, calendars: Calendars) -> bool:
    due, _ = _due(clock, run, calendars)
    return due is not None and fact.day > due


def _due(clock: Clock, run: _Run, calendars: Calendars) -> tuple[date | None, str | None]:
    """The due day, or the year that is not published."""
    try:
        due = calendars.due(
            run.start.day, clock.days + run.added, clock.kind, roll=clock.roll, still=run.suspensions
        )
    except CalendarUnpublished as unpublished:
        return None, f"{unpublished.code}:{unpublished.year}"
    return due, None


def _reading(
    procedure: Procedure, clock: Clock, run: _Run, calendars: Calendars, today: date
) -> ClockReading:
    due, problem = _due(clock, run, calendars)
    ended = None if run.end is None else run.end.day
    return ClockReading(
        clock=clock.clock,
        rule=clock.rule,
        article=procedure.law(clock.rule).article,
        zh=clock.zh,
        en=clock.en,
        duty=clock.duty,
        days=clock.days,
        kind=clock.kind,
        added=run.added,
        started_seq=run.start.seq,
        started_on=run.start.day,
        due_on=due,
        problem=problem,
        state=_state(clock, run, due, problem, ended),
        ended_on=ended,
        overdue=ended is None and due is not None and today > due,
    )


def _state(clock: Clock, run: _Run, due: date | None, problem: str | None, ended: date | None) -> ClockState:
    if ended is None:
        return "suspended" if due is None and problem is None else "running"
    if due is not None:
        return "met" if ended <= due else "late"
    # No term of n days is over before n calendar days are: then nobody has to ask the calendar.
    certain = problem is None or ended - run.start.day <= timedelta(days=clock.days + run.added)
    return "met" if certain else "unknown"
