"""An event in memory and an account in any relation to it, judged by the engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from gridwitness.errors import Forbidden
from gridwitness.events.course import Course
from gridwitness.events.judging import check_actor
from gridwitness.events.loop import Loop, Step
from gridwitness.events.models import AssignmentRow, EventRow
from gridwitness.events.statement import Member, Statement
from gridwitness.grids import Territory
from gridwitness.members import Grant
from support.territories import a_grid, a_unit, territory

AGENCY, OTHER = "330100CG", "330100GA"
ACCOUNT, SOMEBODY = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 6, 1, tzinfo=UTC)

WHOLE: Territory = territory(
    [
        a_grid("city", 1, None),
        a_grid("street", 3, "city"),
        a_grid("here", 5, "street"),
        a_grid("there", 5, "street"),
    ],
    [
        a_unit("centre", "centre"),
        a_unit("office", parent="centre"),
        a_unit("unit", parent="office"),
        a_unit("squad", parent="unit"),
        *(a_unit(name) for name in ("helper", "former", "ordered", "called", "stranger")),
    ],
)
GRANTED = {"agency": (AGENCY, None), "grid": (AGENCY, "here"), "above": (AGENCY, "city"),
           "beside": (AGENCY, "there"), "elsewhere": (OTHER, None)}  # fmt: skip
"""Relation → agency and grid of the role; the others hold it beside, and work for a unit."""
UNITS = {"unit": "unit", "superior": "office", "subordinate": "squad"}
"""Relation → unit worked for, where it is not named like the relation."""


def member(role: str, relation: str) -> Member:
    """An account with one role, in one relation to the event."""
    agency, grid = GRANTED.get(relation, GRANTED["beside"])
    units = frozenset() if relation in GRANTED else frozenset({UNITS.get(relation, relation)})
    return Member(ACCOUNT, AGENCY, "somebody", True, (Grant(role, agency, grid),), units)


def course(step: Step, *, own: bool) -> Course:
    """The event where the step may be taken: in the unit's hands, after another unit had it, with a helper.

    `own`: the account reported it itself.
    """
    made = Course("0" * 32)
    if step.opens:
        return made
    event = {"unit": "unit", "grid": "here", "round": 2, "reported_by": ACCOUNT if own else SOMEBODY,
             "state": min(step.sources), "agency": AGENCY}  # fmt: skip
    made.rows[EventRow] = {(made.sub,): event}
    parts = {(1, 1, "former"): "lead", (2, 1, "unit"): "lead", (2, 1, "helper"): "helper"}
    made.rows[AssignmentRow] = {
        (made.sub, *key): {"part": part, "state": "signed"} for key, part in parts.items()
    }
    return made


def is_allowed(loop: Loop, step: Step, role: str, relation: str, *, own: bool) -> bool:
    """What the engine says."""
    actor = member(role, relation)
    names_unit = step.scope in ("helper", "ordered", "called")
    statement = replace(
        _BLANK, loop=loop, step=step, actor=actor, unit=min(actor.units, default=None) if names_unit else None
    )
    beside: Collection[str] = {"ordered": {"ordered"}, "called": {"called"}}.get(
        step.scope, {"ordered", "called"}
    )
    if names_unit and statement.unit is None:
        return False  # it names none, which is refused as such
    try:
        check_actor(course(step, own=own), statement, WHOLE, lambda: beside, "here")
    except Forbidden as refused:
        assert refused.code in ("event-role", "event-scope"), refused
        return False
    return True


def platform_may(loop: Loop, step: Step) -> bool:
    """Whether the engine takes the step without an account."""
    statement = replace(_BLANK, loop=loop, step=step)
    try:
        check_actor(course(step, own=False), statement, WHOLE, lambda: (), "here")
    except Forbidden as refused:
        assert refused.code == "event-actor", refused
        return False
    return True


_BLANK = Statement(
    sub="0" * 32,
    seq=1,
    jti=UUID(int=3),
    agency=AGENCY,
    loop=None,  # type: ignore[arg-type]
    step=None,  # type: ignore[arg-type]
    round=2,
    at=NOW,
    iat=NOW,
    actor=None,
    unit=None,
    details={},
    note=None,
    files=0,
    title=None,
    description=None,
    address=None,
    place=None,
)
