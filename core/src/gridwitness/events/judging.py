"""Whether a step is lawful where it stands: state, round, time, who takes it (docs/format.md section 24)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from uuid import UUID

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.events.course import Course, Row
from gridwitness.events.loop import Loop
from gridwitness.events.statement import Member, Statement
from gridwitness.grids.territory import Territory

CALLER = "caller"
"""群众: counts only for what the account itself reported."""


def check_lawful(course: Course, statement: Statement, tolerance: timedelta) -> None:
    """Raise Conflict `event-state`, `event-round`; NotFound `event-unknown`; InvalidInput `event-time`."""
    event, step = course.event, statement.step
    if statement.at > statement.iat + tolerance:
        raise InvalidInput("event-time", "The step would happen in the future.", "give the time it happened")
    if step.opens:
        if event is not None or statement.seq != 0:
            raise Conflict("event-state", f"Subject {statement.sub} is begun already.", "open a new subject")
        if statement.round != 1:
            raise Conflict("event-round", "An event begins with round 1.", None, round=1)
        return
    if event is None:
        raise NotFound("event-unknown", f"Subject {statement.sub} is no event.", "report it first")
    if event["state"] not in step.sources:
        raise refused_state(event, statement.loop, step.name)
    if statement.round != event["round"]:
        raise Conflict(
            "event-round",
            f"The event is in round {event['round']}, not {statement.round}.",
            "look at it again",
            round=event["round"],
        )
    if statement.at < event["moved_at"]:
        raise InvalidInput(
            "event-time",
            f"The step before it happened at {event['moved_at'].isoformat()}. 不得早于上一环节。",
            "give the time it happened",
        )


def refused_state(event: Row, loop: Loop, step: str) -> Conflict:
    """The refusal of a step that the event's state does not allow."""
    state = loop.states[event["state"]]
    allowed = loop.lawful_from(state.name)
    return Conflict(
        "event-state",
        f"Event {event['number']} is {state.en} ({state.zh}): step {step} is not possible now.",
        f"possible now: {', '.join(allowed)}",
        state=state.name,
        allowed=allowed,
    )


def check_actor(
    course: Course,
    statement: Statement,
    territory: Territory,
    beside_units: Callable[[], Collection[str]],
    grid: str | None,
) -> None:
    """Whether the actor may take the step. `grid`: the event's; `beside_units`: those that an order or a
    whistle named in the details speaks to.

    Raises Forbidden `event-actor`, `event-role`, `event-scope`, `event-unit`; InvalidInput `event-unit`.
    """
    step, actor = statement.step, statement.actor
    if actor is None:
        if not step.machine:
            raise Forbidden("event-actor", f"Step {step.name} is a person's. 此环节须由人办理。", "log in")
        return
    roles = set(step.roles) - ({CALLER} if not _is_reporter(course, actor, step.opens) else set())
    if not actor.holds(roles, statement.agency):
        raise Forbidden(
            "event-role",
            f"Step {step.name} ({step.zh}) is taken by one of {', '.join(sorted(step.roles))}.",
            "ask who holds such a role",
            roles=sorted(step.roles),
        )
    _check_unit_named(statement, actor, territory)
    if not _in_scope(course, statement, territory, beside_units, grid, roles):
        raise Forbidden(
            "event-scope",
            f"Account {actor.username} has no part in this event for step {step.name}. 不在职责范围内。",
            "ask the unit or the grid that answers for it",
            scope=step.scope,
        )


def holds_in_grid(
    actor: Member, roles: Iterable[str], agency: str, territory: Territory, grid: str | None
) -> bool:
    """Whether the account holds one of the roles for the grid, one above it, or the agency."""
    wanted = set(roles)
    return any(
        grant.role in wanted and grant.agency == agency and territory.covers(grant.scope, grid)
        for grant in actor.grants
    )


def works_for(actor: Member, unit: str | None, territory: Territory) -> bool:
    """Whether the account works for the unit, or for one above it."""
    if unit is None:
        return False
    above = territory.units_above(unit) if unit in territory.units else (unit,)
    return not actor.units.isdisjoint(above)


def decider_of(statement: Statement, ask: Row) -> UUID:
    """Who answers an ask: another person than asked. Raises Forbidden `ask-own`, `event-actor`."""
    if statement.actor is None:
        raise Forbidden("event-actor", "An ask is decided by a person.", "log in")
    if statement.actor.account == ask["asked_by"]:
        raise Forbidden(
            "ask-own", "Who asked does not decide. 申请人不得审批自己的申请。", "another person has to"
        )
    return statement.actor.account


def _is_reporter(course: Course, actor: Member, opens: bool) -> bool:
    event = course.event
    return opens or (event is not None and event["reported_by"] == actor.account)


def _check_unit_named(statement: Statement, actor: Member, territory: Territory) -> None:
    unit = statement.unit
    if unit is not None and not works_for(actor, unit, territory):
        raise Forbidden(
            "event-unit", f"Account {actor.username} does not work for unit {unit}.", "name a unit of yours"
        )
    if unit is None and statement.step.scope in ("helper", "ordered", "called"):
        raise InvalidInput("event-unit", f"Step {statement.step.name} says for which unit.", "name the unit")


def _in_scope(
    course: Course,
    statement: Statement,
    territory: Territory,
    beside_units: Callable[[], Collection[str]],
    grid: str | None,
    roles: set[str],
) -> bool:
    actor, scope, event = statement.actor, statement.step.scope, course.event
    assert actor is not None

    def in_grid() -> bool:
        return holds_in_grid(actor, roles, statement.agency, territory, grid)

    def in_unit() -> bool:
        return event is not None and works_for(actor, event["unit"], territory)

    def ever() -> bool:
        return any(works_for(actor, unit, territory) for unit in sorted(course.units_ever()))

    def beside() -> bool:
        return any(works_for(actor, unit, territory) for unit in sorted(beside_units()))

    ways: dict[str, Callable[[], bool]] = {
        "grid": in_grid,
        "unit": in_unit,
        "helper": lambda: statement.unit in course.helpers(),
        "ordered": lambda: statement.unit in beside_units(),
        "called": lambda: statement.unit in beside_units(),
        "either": lambda: in_grid() or in_unit(),
        "any_unit": ever,
        "any": lambda: in_grid() or in_unit() or ever() or beside(),
    }
    return ways[scope]()
