"""What an account could do with an event now: the steps its state allows, and who may take them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from gridwitness.events import sideways
from gridwitness.events.judging import may_take
from gridwitness.events.loading import load_courses, load_members
from gridwitness.events.loop import Loop, Step
from gridwitness.events.models import EventRow
from gridwitness.grids.territory import Territory
from gridwitness.members import Actor


def options(
    session: Session, loop: Loop, territory: Territory, event: EventRow, actor: Actor
) -> Sequence[tuple[Step, bool]]:
    """Every step that the event's state allows, and whether the account has the role and the scope for it."""
    member = load_members(session, [actor.account]).get(actor.account)
    course = load_courses(session, [event.sub])[event.sub]
    beside = sideways.load(session, [event.sub])[event.sub]
    found = []
    for name in loop.lawful_from(event.state):
        step = loop.steps[name]
        units = units_spoken_to(beside, step.scope)
        may = member is not None and may_take(course, step, member, event.agency, territory, units)
        found.append((step, may))
    return found


def units_spoken_to(beside: sideways.Beside, scope: str) -> frozenset[str]:
    """Units under an order (`ordered`), called by a whistle (`called`), or either (`any`)."""
    ordered = {order.unit for order in beside.orders.values()} if scope in ("ordered", "any") else set()
    called = (
        {unit for whistle in beside.whistles.values() for unit in whistle.called}
        if scope in ("called", "any")
        else set()
    )
    return frozenset(ordered | called)
