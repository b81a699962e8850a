"""How a report stands, for who holds its receipt code: no words of anybody, no names, no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.channels.receipts import ReceiptCodes
from gridwitness.clock import Clock
from gridwitness.errors import InvalidInput, NotFound
from gridwitness.events.loop import Loop
from gridwitness.events.models import ClockRow, EventRow, StepRow
from gridwitness.events.service import Events
from gridwitness.grids import Matter, Matters, Territories

OWN_STEPS = frozenset({"urge", "callback", "reopen"})
"""What who reported something may do about it."""
_SHOWN = frozenset(
    {"report", "verify", "accept", "file", "dispatch", "sign", "suspend_grant", "resume", "answer", "check",
     "close", "callback", "reopen", "void", "merge"}
)  # fmt: skip
"""Steps that tell how far it is; orders, whistles and talk among offices stay inside."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step as the public sees it."""

    step: str
    zh: str
    en: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """How a report stands. `expected_at`: when the handling is due; words as in the loop."""

    number: str
    state: str
    state_zh: str
    state_en: str
    stage: int
    open: bool
    matter: str | None
    matter_zh: str | None
    matter_en: str | None
    unit: str | None
    reported_at: datetime
    moved_at: datetime
    expected_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    steps: tuple[Stage, ...]


class PublicStatus:
    """What is told without an account."""

    def __init__(
        self,
        events: Events,
        codes: ReceiptCodes,
        matters: Matters,
        territories: Territories,
        clock: Clock,
    ) -> None:
        self._events = events
        self._codes = codes
        self._matters = matters
        self._territories = territories
        self._loops = events.loops
        self._clock = clock

    def by_code(self, session: Session, code: str) -> Status:
        """Raises NotFound `receipt-unknown`."""
        return self.of(session, self.event(session, code))

    def event(self, session: Session, code: str) -> EventRow:
        """The event of a code. Raises NotFound `receipt-unknown`."""
        row = session.scalars(select(EventRow).where(EventRow.number == self._codes.number(code))).first()
        if row is None:
            raise NotFound("receipt-unknown", "No report has this code.", "look at the receipt again")
        return row

    def closed_states(self, session: Session) -> list[str]:
        """States in which nothing is left to do, by the loop in force."""
        loop = self._loops.in_force(session).at(self._clock.now())
        return [name for name, state in loop.states.items() if not state.open]

    def act(
        self, session: Session, code: str, step: str, *, note: str | None, satisfaction: str | None
    ) -> Status:
        """Urge, rate or reopen one's own report.

        Raises NotFound `receipt-unknown`, InvalidInput `step-refused`, Conflict `event-state`.
        """
        if step not in OWN_STEPS:
            raise InvalidInput("step-refused", f"One of {sorted(OWN_STEPS)} may be done by code.", None)
        row = self.event(session, code)
        details: dict[str, Any] | None = None
        if step == "callback":
            details = {"reached": True, "satisfaction": satisfaction}
        elif satisfaction is not None:
            raise InvalidInput("fields", "`satisfaction` goes with `callback`.", None)
        moved = self._events.step(session, row.sub, step, None, details=details, note=note)
        return self.of(session, moved)

    def of(self, session: Session, row: EventRow) -> Status:
        """How an event stands, with its steps."""
        stages = _stages(session, row, self._loops.version(session, row.loop))
        return self._status(session, row, _expected(session, [row.sub]).get(row.sub), stages)

    def of_all(self, session: Session, rows: Sequence[EventRow]) -> list[tuple[EventRow, Status]]:
        """How events stand, without their steps."""
        expected = _expected(session, [row.sub for row in rows])
        return [(row, self._status(session, row, expected.get(row.sub), [])) for row in rows]

    def _status(
        self, session: Session, row: EventRow, expected_at: datetime | None, stages: Sequence[Stage]
    ) -> Status:
        state = self._loops.version(session, row.loop).states[row.state]
        units = self._territories.at(session).units
        matter = None if row.matter is None else self._matter(session, row.matter, row.reported_at)
        return Status(
            number=row.number,
            state=row.state,
            state_zh=state.zh,
            state_en=state.en,
            stage=state.stage,
            open=state.open,
            matter=row.matter,
            matter_zh=None if matter is None else matter.zh,
            matter_en=None if matter is None else matter.en,
            unit=None if row.unit is None or row.unit not in units else units[row.unit].name,
            reported_at=row.reported_at,
            moved_at=row.moved_at,
            expected_at=expected_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            steps=tuple(stages),
        )

    def _matter(self, session: Session, number: str, reported_at: datetime) -> Matter | None:
        """As it was called when the report came in, else as it is called now."""
        before = self._matters.entry(session, number, reported_at)
        return before or self._matters.entry(session, number, self._clock.now())


def _stages(session: Session, row: EventRow, loop: Loop) -> list[Stage]:
    steps = session.scalars(
        select(StepRow).where(StepRow.sub == row.sub, StepRow.step.in_(_SHOWN)).order_by(StepRow.seq)
    )
    found = []
    for step in steps:
        words = loop.steps[step.step]
        found.append(Stage(step.step, words.zh, words.en, step.occurred_at))
    return found


def _expected(session: Session, subs: Sequence[str]) -> dict[str, datetime | None]:
    """When the running handling of events is due; None where it stands still or nobody can say."""
    query = (
        select(ClockRow.sub, ClockRow.due_at)
        .where(ClockRow.sub.in_(subs), ClockRow.clock == "handle", ClockRow.state == "running")
        .order_by(ClockRow.started_at)
    )
    return {sub: due_at for sub, due_at in session.execute(query)}
