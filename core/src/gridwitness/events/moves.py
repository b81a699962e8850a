"""What a step does to the event's clocks, as the loop lists it (docs/format.md section 24, Clocks)."""

from __future__ import annotations

from collections.abc import Iterable

from gridwitness.events import clock_rows
from gridwitness.events.clock_rows import LOOP, PROMISED, Cause, Terms, Times
from gridwitness.events.course import Course, Row
from gridwitness.events.loading import Loaded
from gridwitness.events.models import AskRow, ClockRow
from gridwitness.events.sideways import OWN_CLOCKS, Mark
from gridwitness.events.statement import Statement, as_account, instant
from gridwitness.grids.duties import duty_for

HANDLE = "handle"


def times_of(statement: Statement, loaded: Loaded) -> Times:
    """What clocks of this event count by."""
    factor = statement.loop.numbers["overdue_factor"]
    return Times(loaded.territory, loaded.calendars, statement.loop.zone, factor)


def move_clocks(course: Course, statement: Statement, loaded: Loaded, granted: Row | None) -> None:
    """Apply the loop's lists. `granted`: the ask that this step grants."""
    moves, cause = statement.step.moves_for(statement.details), Cause(statement.at, statement.jti)
    times = times_of(statement, loaded)
    for name in _own(moves.end):
        if (row := course.running(name)) is not None:
            clock_rows.end(course, row, cause)
            _lapse(course, name, statement)
    for name in _own(moves.drop):
        if (row := course.running(name)) is not None:
            clock_rows.drop(course, row, cause)
            _lapse(course, name, statement)
    for name in _own(moves.pause):
        if (row := course.running(name)) is not None:
            clock_rows.pause(course, times, row, cause)
    for name in _own(moves.resume):
        if (row := course.running(name)) is not None:
            clock_rows.resume(course, times, row, cause)
    for name in _own(moves.extend):
        if (row := course.running(name)) is not None and granted is not None:
            clock_rows.extend(course, times, row, granted["amount"])
    for name in _own(moves.start):
        if (row := course.running(name)) is not None:
            clock_rows.drop(course, row, cause)
        _begin(course, statement, loaded, times, name)


def apply_marks(course: Course, statement: Statement, loaded: Loaded, marks: Iterable[Mark]) -> None:
    """Clocks of single orders and whistles."""
    cause, times = Cause(statement.at, statement.jti), times_of(statement, loaded)
    event = course.event
    assert event is not None
    for mark in marks:
        if mark.act == "start":
            clock_rows.begin(
                *(course, times, mark.clock, _terms(course, statement, loaded, mark.clock), cause),
                round=event["round"],
                unit=mark.unit,
                number=mark.number,
            )
            continue
        for row in list(course.unended()):
            if (row["clock"], row["unit"], row["number"]) != (mark.clock, mark.unit, mark.number):
                continue
            if mark.act == "end":
                clock_rows.end(course, row, cause)
            else:
                clock_rows.drop(course, row, cause, keep_late=True)


def _own(names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in OWN_CLOCKS]


def _begin(course: Course, statement: Statement, loaded: Loaded, times: Times, name: str) -> None:
    event = course.event
    assert event is not None
    clock_rows.begin(
        *(course, times, name, _terms(course, statement, loaded, name), Cause(statement.at, statement.jti)),
        round=event["round"],
        unit=_unit(course, statement, loaded, name),
    )


def _unit(course: Course, statement: Statement, loaded: Loaded, name: str) -> str:
    """Whose the clock is: the event's unit, a unit of who was asked, or the centre."""
    event, duty = course.event, statement.loop.clocks[name].duty
    assert event is not None
    if duty == "unit":
        return event["unit"] or ""
    worker = as_account(statement.given("worker")) if duty == "actor" else None
    member = None if worker is None else loaded.members.get(worker)
    if member is not None and member.units:
        return min(member.units)
    return loaded.territory.centre_of(event["grid"])


def _terms(course: Course, statement: Statement, loaded: Loaded, name: str) -> Terms:
    """By the list where the clock goes by it and the list says something, else by the loop."""
    clock, event = statement.loop.clocks[name], course.event
    assert event is not None
    terms = Terms(clock.amount, clock.measure, LOOP)
    if clock.listed:
        matter = loaded.frozen.get((event["matter"], event["matter_version"]))
        place = (event["grid"], event["lat_e6"], event["lon_e6"], event["mode"])
        duty = None if matter is None else duty_for(matter, loaded.territory, *place)
        if duty is not None:
            terms = Terms(duty.amount, duty.measure, duty.rule)
        promised = statement.given("promised_by")
        if promised is not None:
            return Terms(terms.amount, terms.measure, PROMISED, instant(promised))
    return terms


def _lapse(course: Course, clock: str, statement: Statement) -> None:
    """What was asked of a clock that has ended is refused, by nobody."""
    for row in course.all(AskRow):
        if row["state"] == "open" and row["what"] != "appeal" and clock == HANDLE:
            course.put(AskRow, {"jti": row["jti"]}, state="refused", decided_at=statement.at)


def excuse(course: Course, ask: Row) -> None:
    """The clocks an appeal speaks of count as met: those of its unit, or of all where none is its own."""
    named = [r for r in course.all(ClockRow) if (r["round"], r["clock"]) == (ask["round"], ask["clock"])]
    own = [row for row in named if row["unit"] == ask["unit"]]
    for row in own or named:
        clock_rows.excuse(course, row)
