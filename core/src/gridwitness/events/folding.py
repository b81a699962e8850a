"""What a lawful step makes of its event (docs/format.md section 24)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.events.course import Course, Row
from gridwitness.events.judging import holds_in_grid
from gridwitness.events.loading import Loaded
from gridwitness.events.models import AssignmentRow
from gridwitness.events.opening import matter_named
from gridwitness.events.parts import add_helpers, assign, lead_of, put_part
from gridwitness.events.statement import Statement

REWORK = "rework"
"""`basis` of an assignment that a failed check goes on with."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A lawful step with the course it is taken in."""

    course: Course
    statement: Statement
    loaded: Loaded

    @property
    def event(self) -> Row:
        """The event's columns as they stand."""
        event = self.course.event
        assert event is not None
        return event

    @property
    def actor(self) -> UUID | None:
        """The account that acts."""
        return None if self.statement.actor is None else self.statement.actor.account

    def given(self, name: str) -> Any:
        """A detail of the step; None where it is absent."""
        return self.statement.given(name)


def fold(turn: Turn) -> None:
    """Apply what the step itself means; a step without an entry below changes only state and counts."""
    apply = FOLDS.get(turn.statement.step.name)
    if apply is not None:
        apply(turn)


def _accept(turn: Turn) -> None:
    _classify(turn)
    turn.course.change_event(accepted_at=turn.statement.at)
    if turn.given("urgency") is not None:
        turn.course.change_event(urgency=turn.given("urgency"))


def _reclassify(turn: Turn) -> None:
    if turn.given("matter") is None and turn.given("grid") is None:
        raise InvalidInput("event-details", "Nothing is to change.", "give a matter, or a grid")
    _classify(turn)


def _classify(turn: Turn) -> None:
    """Matter (whose category the event takes) and grid, where the step names them."""
    matter, grid = matter_named(turn.statement, turn.loaded), turn.given("grid")
    if matter is not None:
        turn.course.change_event(
            matter=matter.matter, matter_version=matter.version, category=matter.category
        )
    if grid is not None:
        turn.course.change_event(grid=turn.loaded.territory.grid(grid).number)


def _file(turn: Turn) -> None:
    turn.course.change_event(filed_at=turn.statement.at)


def _dispatch(turn: Turn) -> None:
    event, given = turn.event, turn.given
    unit, helpers = given("unit"), given("helpers") or []
    for name in (unit, *helpers):
        turn.loaded.territory.unit(name)
    if unit in helpers:
        raise InvalidInput("event-helper", f"Unit {unit} leads: it is no helper.", None)
    _check_designation(event, turn.statement, turn.loaded)
    if given("list") is not None and given("list") != f"{event['matter']}@{event['matter_version']}":
        raise InvalidInput(
            "event-details",
            f"The event goes by {event['matter']}@{event['matter_version']} of the list.",
            "give that as `list`, or none",
        )
    if (given("basis") == "promised") != (given("promised_by") is not None):
        raise InvalidInput(
            "event-details", "`promised_by` belongs to the basis `promised`, and to no other.", None
        )
    if given("promised_by") is not None:
        turn.course.said[turn.statement.jti] = turn.statement.details
    here = [row for row in turn.course.all(AssignmentRow) if row["round"] == event["round"]]
    number = 1 + max((row["number"] for row in here), default=0)
    for name in (unit, *helpers):
        assign(
            turn.course, turn.statement, name, number, "lead" if name == unit else "helper", given("basis")
        )
    turn.course.change_event(
        unit=unit,
        handler=None,
        mode=given("mode"),
        dispatched_at=turn.statement.at,
        responsible_since=turn.statement.at,
    )


def _check_designation(event: Row, statement: Statement, loaded: Loaded) -> None:
    """After so many returns only the duty chief says who it is, and that stands."""
    designated = statement.given("basis") == "designated"
    limit = statement.loop.numbers["returns_before_designation"]
    if event["returns"] >= limit and not designated:
        raise Conflict(
            "return-designation",
            f"It was returned {event['returns']} times: a duty chief designates the unit. 须由值班长指定。",
            "dispatch it with basis designated",
        )
    if designated and not _is_duty_chief(event, statement, loaded):
        raise Forbidden("event-role", "Only a duty chief designates a unit. 仅值班长可指定。", "ask one")


def _is_duty_chief(event: Row, statement: Statement, loaded: Loaded) -> bool:
    return statement.actor is not None and holds_in_grid(
        statement.actor, ("duty_chief",), statement.agency, loaded.territory, event["grid"]
    )


def _sign(turn: Turn) -> None:
    handler = turn.actor
    lead = lead_of(turn.course)
    if lead is not None:
        put_part(turn.course, lead, state="signed", signed_at=turn.statement.at, handler=handler)
    turn.course.change_event(handler=handler)


def _return_grant(turn: Turn) -> None:
    for row in turn.course.assignments():
        put_part(turn.course, row, state="returned")
    event = turn.event
    turn.course.change_event(unit=None, handler=None, responsible_since=None, returns=event["returns"] + 1)


def _answer(turn: Turn) -> None:
    lead = lead_of(turn.course)
    if lead is not None:
        put_part(turn.course, lead, state="answered", answered_at=turn.statement.at)
    turn.course.change_event(answered_at=turn.statement.at)


def _self_handle(turn: Turn) -> None:
    """It stays with the unit of who did it, or of the grid: a failed check needs somebody who answers."""
    event, territory = turn.event, turn.loaded.territory
    unit = turn.statement.unit or (
        territory.unit_for(event["grid"]) if event["grid"] in territory.grids else None
    )
    if unit is None:
        raise Conflict("event-unit", "No unit answers for the event's grid.", "name yours, or dispatch it")
    turn.course.change_event(unit=unit, responsible_since=turn.statement.at, answered_at=turn.statement.at)


def _helper_add(turn: Turn) -> None:
    unit = turn.loaded.territory.unit(turn.given("unit")).number
    if unit in {row["unit"] for row in turn.course.assignments()}:
        raise Conflict("event-helper", f"Unit {unit} has a part in it already.", None)
    add_helpers(turn.course, turn.statement, [unit])


def _helper_answer(turn: Turn) -> None:
    row = next(
        r for r in turn.course.assignments() if r["unit"] == turn.statement.unit and r["part"] == "helper"
    )
    if row["state"] == "answered":
        raise Conflict("event-helper", f"Unit {turn.statement.unit} has answered.", None)
    handler = turn.actor
    put_part(turn.course, row, state="answered", answered_at=turn.statement.at, handler=handler)


def _check(turn: Turn) -> None:
    """A failed check: the same unit goes on in a new round."""
    if turn.given("result") != "failed":
        return
    event, before = turn.event, turn.course.assignments()
    if event["unit"] is None:
        raise Conflict("event-unit", "Nobody is there to do it again.", "pass the check, or reopen it later")
    turn.course.change_event(round=event["round"] + 1, answered_at=None, responsible_since=turn.statement.at)
    lead = {"part": "lead", "unit": event["unit"], "handler": event["handler"]}
    for row in before or [lead]:
        signed = row["part"] == "lead"
        assign(
            *(turn.course, turn.statement, row["unit"], 1, row["part"], REWORK),
            state="signed" if signed else "dispatched",
            signed_at=turn.statement.at if signed else None,
            handler=row["handler"] if signed else None,
        )


def _close(turn: Turn) -> None:
    turn.course.change_event(closed_at=turn.statement.at, outcome=turn.given("outcome"))


def _callback(turn: Turn) -> None:
    turn.course.change_event(satisfaction=turn.given("satisfaction"))


def _reopen(turn: Turn) -> None:
    event, days = turn.event, turn.statement.loop.numbers["reopen_days"]
    if turn.statement.at > event["closed_at"] + timedelta(days=days):
        raise Conflict(
            "reopen-late",
            f"It may be reopened within {days} days of closing. 超过重开期限。",
            "report it anew",
        )
    turn.course.change_event(
        **dict.fromkeys(
            ("unit", "handler", "responsible_since", "answered_at", "closed_at", "outcome", "satisfaction")
        ),
        round=event["round"] + 1,
    )


def _named_worker(turn: Turn) -> None:
    """Who is asked to verify or check is an account. Raises NotFound `account-unknown`."""
    named = turn.given("worker")
    known = [m for m in turn.loaded.members.values() if str(m.account) == named and m.active]
    if not known:
        raise NotFound("account-unknown", f"There is no account {named[:64]}.", "name its id")


FOLDS: dict[str, Callable[[Turn], None]] = {
    "accept": _accept,
    "reclassify": _reclassify,
    "file": _file,
    "dispatch": _dispatch,
    "sign": _sign,
    "return_grant": _return_grant,
    "answer": _answer,
    "self_handle": _self_handle,
    "helper_add": _helper_add,
    "helper_answer": _helper_answer,
    "check": _check,
    "close": _close,
    "callback": _callback,
    "reopen": _reopen,
    "verify_ask": _named_worker,
    "check_ask": _named_worker,
}
