"""For which unit an account takes a step, where it does not say so itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from gridwitness.events import sideways
from gridwitness.events.judging import works_for
from gridwitness.events.loading import load_courses, load_members
from gridwitness.events.loop import Step
from gridwitness.events.models import EventRow
from gridwitness.events.statement import Member
from gridwitness.grids.territory import Territory
from gridwitness.members import Actor


def acting_unit(
    session: Session,
    territory: Territory,
    event: EventRow,
    step: Step,
    details: Mapping[str, Any],
    actor: Actor,
) -> str | None:
    """The one unit of those the step may be taken for that the account works for; None where it is none of
    them, or several.
    """
    if step.scope == "grid" and step.name != "self_handle":
        return None
    member = load_members(session, [actor.account]).get(actor.account)
    if member is None or not member.units:
        return None
    if works_for(member, event.unit, territory) and step.scope not in ("helper", "ordered", "called"):
        return event.unit
    return _only(_candidates(session, event, step, details, member), member, territory)


def _candidates(
    session: Session, event: EventRow, step: Step, details: Mapping[str, Any], member: Member
) -> Iterable[str]:
    match step.scope:
        case "helper" | "any_unit" | "any":
            course = load_courses(session, [event.sub])[event.sub]
            return course.helpers() if step.scope == "helper" else course.units_ever()
        case "ordered" | "called":
            return sideways.units_for(sideways.load(session, [event.sub])[event.sub], step.name, details)
        case _:
            return member.units if step.name == "self_handle" else ()


def _only(units: Iterable[str], member: Member, territory: Territory) -> str | None:
    own = [unit for unit in units if works_for(member, unit, territory)]
    return own[0] if len(own) == 1 else None
