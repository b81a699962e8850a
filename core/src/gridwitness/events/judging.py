"""Whether a step is lawful where it stands: state, round, time, who takes it (docs/format.md section 24)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.events.course import Course, Row
from gridwitness.events.loop import Loop, Step
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
    scope = _Scope(course, actor, statement.agency, territory, beside_units, grid, roles)
    if not scope.holds(step.scope, statement.unit):
        raise Forbidden(
            "event-scope",
            f"Account {actor.username} has no part in this event for step {step.name}. 不在职责范围内。",
            "ask the unit or the grid that answers for it",
            scope=step.scope,
        )


def may_take(
    course: Course,
    step: Step,
    actor: Member,
    agency: str,
    territory: Territory,
    beside: Collection[str],
) -> bool:
    """Whether the actor could take the step now, for some unit of its own; details are not looked at.

    `beside`: units that orders or whistles speak to.
    """
    event = course.event
    if event is None or event["state"] not in step.sources:
        return False
    roles = set(step.roles) - ({CALLER} if not _is_reporter(course, actor, step.opens) else set())
    if not actor.holds(roles, agency):
        return False
    scope = _Scope(course, actor, agency, territory, lambda: beside, event["grid"], roles)
    own = course.helpers() if step.scope == "helper" else beside
    if step.scope in ("helper", "ordered", "called"):
        return any(works_for(actor, unit, territory) for unit in own)
    return scope.holds(step.scope, None)


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


@dataclass(frozen=True, slots=True)
class _Scope:
    """Ways in which an actor may have to do with an event."""

    course: Course
    actor: Member
    agency: str
    territory: Territory
    beside_units: Callable[[], Collection[str]]
    grid: str | None
    roles: set[str]

    def holds(self, scope: str, unit: str | None) -> bool:
        """Whether the actor is within the scope; `unit`: for whom it acts."""
        ways: dict[str, Callable[[], bool]] = {
            "grid": self._in_grid,
            "unit": self._in_unit,
            "helper": lambda: unit in self.course.helpers(),
            "ordered": lambda: unit in self.beside_units(),
            "called": lambda: unit in self.beside_units(),
            "either": lambda: self._in_grid() or self._in_unit(),
            "any_unit": lambda: self._for_one(self.course.units_ever()),
            "any": lambda: self._in_grid() or self._in_unit() or self._for_one(self._any_units()),
        }
        return ways[scope]()

    def _in_grid(self) -> bool:
        return holds_in_grid(self.actor, self.roles, self.agency, self.territory, self.grid)

    def _in_unit(self) -> bool:
        event = self.course.event
        return event is not None and works_for(self.actor, event["unit"], self.territory)

    def _any_units(self) -> Collection[str]:
        return {*self.course.units_ever(), *self.beside_units()}

    def _for_one(self, units: Collection[str]) -> bool:
        return any(works_for(self.actor, unit, self.territory) for unit in sorted(units))
