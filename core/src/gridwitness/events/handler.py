"""Decides what `event.step.v1` changes: a step, judged by the event's loop (docs/format.md section 24)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gridwitness_evidence import Record
from sqlalchemy.orm import Session

from gridwitness.calendars import CalendarUnpublished, due
from gridwitness.errors import Conflict, Forbidden, NotFound
from gridwitness.events import sideways
from gridwitness.events.asks import decide_ask, put_ask
from gridwitness.events.course import Course
from gridwitness.events.folding import Turn, fold
from gridwitness.events.judging import check_actor, check_lawful
from gridwitness.events.kinds import STEP
from gridwitness.events.loading import Loaded, Sources, agency_of, load
from gridwitness.events.loop import OPENING, Loop
from gridwitness.events.models import StepRow
from gridwitness.events.moves import apply_marks, excuse, move_clocks, times_of
from gridwitness.events.opening import grid_of_report, opening
from gridwitness.events.options import units_spoken_to
from gridwitness.events.parts import add_helpers
from gridwitness.events.statement import Member, Statement, as_account, instant, read_statement
from gridwitness.records import Log, RowChange


class EventHandler:
    """`StepHandler` of `event.step.v1`."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def load(self, session: Session, records: Sequence[Record]) -> Loaded:
        """What the batch's records name, asked once."""
        return load(session, self._sources, records)

    def decide(self, record: Record, log: Log, loaded: Loaded) -> list[RowChange]:
        """Rows that change. Raises Conflict, Forbidden, InvalidInput, NotFound."""
        course = loaded.courses.setdefault(record.claims.sub, Course(record.claims.sub))
        course.begin()
        actor = _actor(record, log, loaded)
        statement = read_statement(record, agency_of(record), _loop(record, course, loaded), actor)
        check_lawful(course, statement, loaded.tolerance)
        event = course.event
        grid = grid_of_report(statement, loaded) if event is None else event["grid"]
        beside = loaded.beside.setdefault(course.sub, sideways.Beside())
        check_actor(course, statement, loaded.territory, lambda: _units_beside(beside, statement), grid)
        others = _take(course, statement, loaded)
        _note_step(course, statement)
        beside.agency, beside.state = statement.agency, (course.event or {})["state"]
        return [*course.take(), *others]


def _units_beside(beside: sideways.Beside, statement: Statement) -> frozenset[str]:
    """Units that orders or whistles speak to: of the step's own one, or where any counts of all."""
    if statement.step.scope != "any":
        return sideways.units_for(beside, statement.step.name, statement.details)
    return units_spoken_to(beside, "any")


def event_handlers(sources: Sources) -> dict[str, EventHandler]:
    """By kind."""
    return {STEP: EventHandler(sources)}


def _actor(record: Record, log: Log, loaded: Loaded) -> Member | None:
    """Whose step it is. Raises Forbidden `event-actor`."""
    signer = loaded.signers.get((record.claims.iss, record.kid))
    said, named = record.fields["actor"], as_account(record.fields["actor"])
    account = named
    if signer is not None and signer.purpose == "officer":
        account = signer.holder
        if account is None or (said is not None and named != account):
            raise Forbidden("event-actor", "The key is another account's than `actor`.", "sign with your key")
    elif record.claims.iss != log.agency:
        raise Forbidden("event-actor", "Only the event's own agency signs for others.", None)
    if account is None and said is None:
        return None
    member = None if account is None else loaded.members.get(account)
    if member is None or not member.active:
        raise Forbidden("event-actor", "There is no such active account.", "name the account that acts")
    return member


def _loop(record: Record, course: Course, loaded: Loaded) -> Loop:
    """The version the event keeps, or the one in force at its report. Raises Conflict `loop-version`."""
    event, named = course.event, record.fields["loop"]
    if event is not None:
        wanted = loaded.loops[event["loop"]]
    elif record.fields["step"] == OPENING:
        wanted = loaded.in_force.at(instant(record.fields["occurred_at"]))
    else:
        raise NotFound("event-unknown", f"Subject {record.claims.sub} is no event.", "report it first")
    if wanted.version != named:
        raise Conflict("loop-version", f"The event's loop is {wanted.version}.", None, loop=wanted.version)
    return wanted


def _take(course: Course, statement: Statement, loaded: Loaded) -> list[RowChange]:
    """Everything the step changes but its own row; gives the rows that are not the course's."""
    step, granted, others = statement.step, None, []
    if step.opens:
        opening(course, statement, loaded)
    elif step.name in sideways.SIDEWAYS:
        others = _take_sideways(course, statement, loaded)
    if step.asks is not None:
        put_ask(course, statement)
    if step.decides is not None:
        granted = decide_ask(course, statement, loaded)
        if granted is not None and step.decides == "appeal":
            excuse(course, granted)
    if step.decides != "return" or granted is not None:
        fold(Turn(course, statement, loaded))
    move_clocks(course, statement, loaded, granted)
    return others


def _take_sideways(course: Course, statement: Statement, loaded: Loaded) -> list[RowChange]:
    event = course.event
    assert event is not None
    times = times_of(statement, loaded)

    def ends(clock: str, unit: str) -> datetime | None:
        terms = statement.loop.clocks[clock]
        place = (times.schedule(unit), times.calendars, times.zone)
        try:
            return due(statement.at, terms.amount, terms.measure, *place)
        except CalendarUnpublished:
            return None

    taken = sideways.Taken(
        step=statement.step.name,
        sub=course.sub,
        agency=statement.agency,
        state=event["state"],
        emergency=event["emergency"],
        actor=None if statement.actor is None else statement.actor.account,
        unit=statement.unit,
        details=statement.details,
        at=statement.at,
    )
    levels = statement.loop.numbers["order_levels"]
    effect = sideways.decide(loaded.beside, taken, loaded.territory, ends, levels)
    if effect.event:
        course.change_event(**effect.event)
    add_helpers(course, statement, [unit for unit in effect.helpers if unit != event["unit"]])
    apply_marks(course, statement, loaded, effect.marks)
    return effect.changes


def _note_step(course: Course, statement: Statement) -> None:
    """The event's state and counts, and the step's row."""
    event = course.event
    assert event is not None
    step = statement.step
    state = step.end(event.get("state") or "", statement.details)
    course.change_event(state=state, steps=event["steps"] + 1, moved_at=statement.at)
    course.put(
        StepRow,
        {"jti": statement.jti},
        sub=course.sub,
        seq=statement.seq,
        round=statement.round,
        step=step.name,
        stage=step.stage,
        state=state,
        actor=None if statement.actor is None else statement.actor.account,
        unit=statement.unit,
        details=dict(statement.details),
        note=statement.note,
        occurred_at=statement.at,
    )
