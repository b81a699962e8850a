"""What the record says of an emergency, put together for its after-action report 总结评估."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridwitness.events.emergency import parts
from gridwitness.events.models import CheckinRow, ClockRow, EventRow, OrderRow, StepRow

_PHASE_STEPS = ("emergency_report", "emergency_assess", "emergency_joint", "emergency_end")


@dataclass(frozen=True, slots=True)
class PhaseStep:
    """One step of the emergency. `seconds`: since it was reported."""

    step: str
    at: datetime
    seconds: int
    actor: UUID | None
    unit: str | None
    units: Sequence[str]
    note: str | None


@dataclass(frozen=True, slots=True)
class AfterAction:
    """The newest emergency of an event. `came_late`: after the check-in was due."""

    level: str | None
    phase: str | None
    steps: Sequence[PhaseStep]
    units: Sequence[str]
    called: int
    came: int
    came_late: int
    orders: int
    clocks_late: Sequence[str]


def after_action(
    event: EventRow,
    steps: Sequence[StepRow],
    checkins: Sequence[CheckinRow],
    orders: Sequence[OrderRow],
    clocks: Sequence[ClockRow],
) -> AfterAction | None:
    """Of an event with all that belongs to it, oldest first; None where no emergency was reported.

    What was called, ordered or late counts from the report of the emergency up to its end.
    """
    begins = [i for i, step in enumerate(steps) if step.step == "emergency_report"]
    if not begins:
        return None
    own = [step for step in steps[begins[-1] :] if step.step in _PHASE_STEPS]
    since = own[0].occurred_at
    until = own[-1].occurred_at if own[-1].step == "emergency_end" else None

    def within(at: datetime | None) -> bool:
        return at is not None and since <= at and (until is None or at <= until)

    called = [row for row in checkins if within(row.called_at)]
    came = [row for row in called if row.checked_in_at is not None]
    level, phase = parts(event.emergency)
    phases = [_phase(step, since) for step in own]
    return AfterAction(
        level=level,
        phase=phase,
        steps=phases,
        units=sorted({unit for step in phases for unit in step.units}),
        called=len(called),
        came=len(came),
        came_late=sum(
            1 for row in came if row.due_at is not None and (row.checked_in_at or since) > row.due_at
        ),
        orders=sum(1 for row in orders if within(row.raised_at)),
        clocks_late=sorted({row.clock for row in clocks if row.state == "late" and within(row.ended_at)}),
    )


def _phase(step: StepRow, since: datetime) -> PhaseStep:
    seconds = int((step.occurred_at - since).total_seconds())
    named = step.details.get("units", [])
    return PhaseStep(step.step, step.occurred_at, seconds, step.actor, step.unit, named, step.note)
