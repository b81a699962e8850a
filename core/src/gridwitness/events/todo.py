"""What waits for an account: clocks that a step of its own would end, and asks that it may decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from gridwitness.database import among
from gridwitness.events.judging import CALLER
from gridwitness.events.loop import Loop, Step
from gridwitness.events.models import AskRow, ClockRow, EventRow
from gridwitness.grids.territory import Territory
from gridwitness.members import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """One event with the step that is awaited; `due_at`: None where an ask waits, or nobody can say."""

    event: EventRow
    step: str
    clock: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose list it is: the actor, the units that are its own (with those below), the territory."""

    actor: Actor
    agency: str
    units: frozenset[str]
    territory: Territory


def todo(session: Session, loop: Loop, desk: Desk, limit: int) -> list[Waiting]:
    """What is due first comes first; then what was asked. Steps of a loop in force count."""
    ways = [
        (step, clock, reach)
        for _, step in sorted(loop.steps.items())
        for clock in step.moves.end
        if (reach := _reach(desk, step, ClockRow.unit)) is not None
    ]
    found: list[Waiting] = []
    conditions = [
        and_(ClockRow.clock == clock, EventRow.state.in_(sorted(step.sources)), reach)
        for step, clock, reach in ways
    ]
    if conditions:
        query = (
            select(ClockRow.clock, ClockRow.due_at, EventRow)
            .join(EventRow, EventRow.sub == ClockRow.sub)
            .where(ClockRow.state == "running", EventRow.agency == desk.agency, or_(*conditions))
            .order_by(ClockRow.due_at, ClockRow.sub, ClockRow.clock)
            .limit(limit)
        )
        for clock, due_at, event in session.execute(query):
            step = next(s for s, name, _ in ways if name == clock and event.state in s.sources)
            found.append(Waiting(event, step.name, clock, due_at))
    return [*found, *_asks(session, loop, desk, limit - len(found))]


def _asks(session: Session, loop: Loop, desk: Desk, limit: int) -> list[Waiting]:
    deciding = {
        step.decides: step
        for step in loop.steps.values()
        if step.decides is not None and step.name.endswith("_grant")
    }
    conditions = [
        and_(AskRow.what == what, reach)
        for what, step in sorted(deciding.items())
        if (reach := _reach(desk, step, AskRow.unit)) is not None
    ]
    if not conditions or limit < 1:
        return []
    query = (
        select(AskRow.what, EventRow)
        .join(EventRow, EventRow.sub == AskRow.sub)
        .where(AskRow.state == "open", EventRow.agency == desk.agency, or_(*conditions))
        .where(AskRow.asked_by != desk.actor.account)
        .order_by(AskRow.jti)
        .limit(limit)
    )
    return [Waiting(event, deciding[what].name, None, None) for what, event in session.execute(query)]


def _reach(desk: Desk, step: Step, unit: object) -> ColumnElement[bool] | None:
    """Which events the actor may take the step for; None: none."""
    roles = step.roles - {CALLER}
    grants = [g for g in desk.actor.grants if g.role in roles and g.agency == desk.agency]
    if not grants:
        return None
    if step.scope in ("ordered", "called", "helper"):
        return among(unit, desk.units)
    if step.scope == "unit":
        return among(EventRow.unit, desk.units)
    if any(grant.scope is None for grant in grants):
        return EventRow.agency == desk.agency
    grids = {grid for g in grants if g.scope is not None for grid in desk.territory.below(g.scope)}
    return among(EventRow.grid, frozenset(grids))
