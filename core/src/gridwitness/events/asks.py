"""Asks and their answers: return, extension, suspension, appeal (docs/format.md section 24, Asks)."""

from __future__ import annotations

from typing import Any

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.events.course import Course, Row
from gridwitness.events.judging import decider_of, holds_in_grid
from gridwitness.events.loading import Loaded
from gridwitness.events.models import AskRow, ClockRow
from gridwitness.events.statement import Statement, instant

MOST_ADDED = 3_650
"""No extension is longer, in the clock's measure."""
_ON_HANDLING = frozenset({"extend", "suspend"})


def put_ask(course: Course, statement: Statement) -> None:
    """Note what is asked.

    Raises Conflict `ask-open`, `return-limit`, `event-clock`; InvalidInput; NotFound.
    """
    what, event = statement.step.asks, course.event
    assert what is not None and event is not None
    if statement.actor is None:
        raise Forbidden("event-actor", "A person asks.", "log in")
    if course.open_ask(what) is not None:
        raise Conflict("ask-open", f"An ask of this kind waits already ({what}).", "have it decided first")
    if what == "return" and any(row["basis"] == "designated" for row in course.assignments()):
        raise Conflict("return-limit", "The unit was designated: no return. 已指定处置单位，不得回退。", None)
    course.put(
        AskRow,
        {"jti": statement.jti},
        sub=course.sub,
        what=what,
        number=1 + sum(row["what"] == what for row in course.all(AskRow)),
        asked_by=statement.actor.account,
        unit=event["unit"] if statement.unit is None else statement.unit,
        state="open",
        **{"round": event["round"], **_asked(course, statement, what)},
    )
    course.said[statement.jti] = statement.details


def _asked(course: Course, statement: Statement, what: str) -> dict[str, Any]:
    """What of the ask its row holds."""
    given = statement.given
    if what in _ON_HANDLING and course.running("handle") is None:
        raise Conflict("event-clock", "No time limit for handling runs.", None)
    if what == "extend":
        if not 1 <= given("amount") <= MOST_ADDED:
            raise InvalidInput("event-details", f"`amount` is from 1 to {MOST_ADDED}.", None)
        return {"clock": "handle", "amount": given("amount")}
    if what == "suspend":
        until = instant(given("until"))
        if until <= statement.at:
            raise InvalidInput("event-details", "`until` lies ahead.", None)
        return {"clock": "handle", "until": until}
    if what == "appeal":
        found = [
            r for r in course.all(ClockRow) if r["clock"] == given("clock") and r["round"] == given("round")
        ]
        if not found:
            raise NotFound("event-clock", f"Round {given('round')} has no clock {given('clock')[:64]}.", None)
        return {"clock": given("clock"), "round": given("round")}
    return {}


def decide_ask(course: Course, statement: Statement, loaded: Loaded) -> Row | None:
    """Answer the open ask; gives it where it is granted.

    Raises Conflict `ask-none`; Forbidden `ask-own`, `event-role`; InvalidInput `event-files`.
    """
    what = statement.step.decides
    assert what is not None
    ask = course.open_ask(what)
    if ask is None:
        raise Conflict("ask-none", f"Nobody asked for this ({what}).", "look at the event again")
    granted = statement.step.name.endswith("_grant")
    decider = decider_of(statement, ask)
    _check_rank(course, statement, loaded, ask, granted)
    course.put(
        AskRow,
        {"jti": ask["jti"]},
        state="granted" if granted else "refused",
        decided_by=decider,
        decided_at=statement.at,
    )
    return ask if granted else None


def _check_rank(course: Course, statement: Statement, loaded: Loaded, ask: Row, granted: bool) -> None:
    """Who has to decide, beyond the step's roles."""
    numbers, event, role = statement.loop.numbers, course.event, None
    if ask["what"] == "return" and ask["number"] >= numbers["returns_before_designation"]:
        role = "duty_chief"
    if ask["what"] == "extend":
        before = [r for r in course.all(AskRow) if r["what"] == "extend" and r["state"] == "granted"]
        engineering = course.said.get(ask["jti"], {}).get("engineering") is True
        if engineering or len(before) >= numbers["extensions_by_duty_chief"]:
            role = "agency_head"
    actor = statement.actor
    assert event is not None and actor is not None
    if role is not None and not holds_in_grid(
        actor, (role,), statement.agency, loaded.territory, event["grid"]
    ):
        raise Forbidden("event-role", f"Ask {ask['number']} is decided by a {role}.", f"have a {role} decide")
    if role == "agency_head" and granted and statement.files < 1:
        raise InvalidInput(
            "event-files", "This extension needs a paper. 须附领导批准文件。", "attach the approval"
        )
