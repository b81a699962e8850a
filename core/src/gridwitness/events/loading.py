"""What a batch of steps needs to know, asked once: events, people, registers, matters, calendars, numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import func, select, text, tuple_
from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.database import Base
from gridwitness.errors import NotFound
from gridwitness.events import sideways
from gridwitness.events.clock_rows import PROMISED
from gridwitness.events.course import Course
from gridwitness.events.loop import OPENING, Loop
from gridwitness.events.loop_book import LoopBook, LoopsInForce
from gridwitness.events.models import AskRow, AssignmentRow, ClockRow, EventRow, StepRow
from gridwitness.events.statement import Member, as_account, instant
from gridwitness.grids.matter import Matter
from gridwitness.grids.matters import Matters
from gridwitness.grids.models import MatterRow
from gridwitness.grids.staff import units_of_each
from gridwitness.grids.territories import Territories
from gridwitness.grids.territory import Territory
from gridwitness.members import AccountRow, Grant, SigningKeyRow
from gridwitness.members.models import RoleRow
from gridwitness.rules import Rules

MODELS: tuple[type[Base], ...] = (EventRow, ClockRow, AssignmentRow, AskRow)
_NUMBER_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:agency, 0) & 1048575 | 3::bigint << 41)")


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key signed: of `service` keys the agency's own, of `officer` keys a person's."""

    purpose: str
    holder: UUID | None


@dataclass(slots=True)
class Loaded:
    """What `decide` works with; steps of the same batch carry it on."""

    courses: dict[str, Course]
    beside: dict[str, sideways.Beside]
    loops: dict[str, Loop]
    in_force: LoopsInForce
    signers: Mapping[tuple[str, str], Signer]
    members: Mapping[UUID, Member]
    territory: Territory
    governing: Mapping[tuple[str, datetime], Matter | None]
    frozen: dict[tuple[str, int], Matter]
    calendars: Calendars
    tolerance: timedelta
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    """Highest number of an agency and a local year."""
    taken: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Agency, channel and its key → the subject that has it."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the handler asks."""

    loops: LoopBook
    rules: Rules[Calendars]
    territories: Territories
    matters: Matters
    tolerance: timedelta


def load(session: Session, sources: Sources, records: Sequence[Record]) -> Loaded:
    """Ask for everything the batch's records name. Numbers are held where a record opens an event."""
    opening = [record for record in records if record.fields["step"] == OPENING]
    for agency in sorted({agency_of(record) for record in opening}):
        session.execute(_NUMBER_LOCK, {"agency": agency})
    subs = {record.claims.sub for record in records}
    courses = load_courses(session, subs)
    signers = _signers(session, records)
    named = {as_account(record.fields["actor"]) for record in records}
    named |= {as_account(_text(record, "worker")) for record in records}
    holders = {signer.holder for signer in signers.values()}
    intos = {into for record in records if (into := _text(record, "into")) is not None}
    loaded = Loaded(
        courses=courses,
        beside=sideways.load(session, subs, intos),
        loops={},
        in_force=sources.loops.in_force(session),
        signers=signers,
        members=load_members(session, [a for a in named | holders if a is not None]),
        territory=sources.territories.at(session),
        governing=_governing(session, sources, records),
        frozen={},
        calendars=sources.rules.calendars(session),
        tolerance=sources.tolerance,
    )
    _load_loops(session, sources, loaded)
    _load_frozen(session, loaded)
    _load_numbers(session, loaded, opening)
    return loaded


def agency_of(record: Record) -> str:
    """An event is its log's agency's, whoever signs."""
    return record.claims.aud.split("/")[2].split("-")[0]


def load_courses(session: Session, subs: Collection[str]) -> dict[str, Course]:
    """The events among these subjects, with their clocks, assignments and asks."""
    courses: dict[str, Course] = {}
    for model in MODELS:
        columns = [c for c in model.__table__.columns if c.name != "effect"]
        keys = [column.name for column in model.__table__.primary_key]
        table = model.__table__
        for row in session.execute(select(*columns).where(table.c.sub.in_(subs))).mappings():
            values = dict(row)
            sub, key = values["sub"], tuple(values.pop(name) for name in keys)
            course = courses.setdefault(sub, Course(sub))
            course.rows.setdefault(model, {})[key] = values
    _load_said(session, courses)
    return courses


def load_members(session: Session, accounts: Iterable[UUID]) -> dict[UUID, Member]:
    """Accounts with their grants and units; unknown ones are left out. Two queries."""
    wanted = list(set(accounts))
    if not wanted:
        return {}
    units = units_of_each(session, wanted)
    rows = session.execute(
        select(
            AccountRow.id,
            AccountRow.agency,
            AccountRow.username,
            AccountRow.active,
            RoleRow.role,
            RoleRow.agency,
            RoleRow.scope,
        )
        .outerjoin(RoleRow, RoleRow.account == AccountRow.id)
        .where(AccountRow.id.in_(wanted))
    )
    grants: dict[UUID, list[Grant]] = {}
    facts: dict[UUID, tuple[str, str, bool]] = {}
    for account, agency, username, active, role, granting, scope in rows:
        facts[account] = (agency, username, active)
        held = grants.setdefault(account, [])
        if role is not None:
            held.append(Grant(role, granting, scope))
    return {a: Member(a, *known, tuple(grants[a]), units[a]) for a, known in facts.items()}


def _signers(session: Session, records: Sequence[Record]) -> dict[tuple[str, str], Signer]:
    keys = list({(record.claims.iss, record.kid) for record in records})
    key = SigningKeyRow
    rows = session.execute(
        select(key.agency, key.kid, key.purpose, key.holder).where(tuple_(key.agency, key.kid).in_(keys))
    )
    return {(agency, kid): Signer(purpose, holder) for agency, kid, purpose, holder in rows}


def _load_said(session: Session, courses: Mapping[str, Course]) -> None:
    """Details of the steps behind open asks and promised clocks."""
    wanted: dict[UUID, str] = {}
    for sub, course in courses.items():
        wanted |= {row["jti"]: sub for row in course.all(AskRow) if row["state"] == "open"}
        wanted |= {row["started_by"]: sub for row in course.unended() if row["rule"] == PROMISED}
    if wanted:
        for jti, details in session.execute(
            select(StepRow.jti, StepRow.details).where(StepRow.jti.in_(wanted))
        ):
            courses[wanted[jti]].said[jti] = details


def _text(record: Record, name: str) -> str | None:
    value: Any = record.fields["details"].get(name)
    return value if isinstance(value, str) and "\0" not in value else None


def _governing(
    session: Session, sources: Sources, records: Sequence[Record]
) -> dict[tuple[str, datetime], Matter | None]:
    """The version of each matter that a step names, as it governs when the step happens."""
    wanted = {
        (matter, instant(record.fields["occurred_at"]))
        for record in records
        if (matter := _text(record, "matter")) is not None
    }
    if not wanted:
        return {}
    book = sources.matters.book(session)
    return {(matter, at): book.entry(matter, at) for matter, at in wanted}


def _load_loops(session: Session, sources: Sources, loaded: Loaded) -> None:
    """Of events there are, the version they keep."""
    for course in loaded.courses.values():
        if course.event is not None and (version := course.event["loop"]) not in loaded.loops:
            loaded.loops[version] = sources.loops.version(session, version)


def _load_frozen(session: Session, loaded: Loaded) -> None:
    """The versions of matters that events keep."""
    wanted = {
        (event["matter"], event["matter_version"])
        for course in loaded.courses.values()
        if (event := course.event) is not None and event["matter"] is not None
    }
    loaded.frozen |= {(m.matter, m.version): m for m in loaded.governing.values() if m is not None}
    missing = wanted - loaded.frozen.keys()
    if missing:
        rows = session.execute(
            select(MatterRow.matter, MatterRow.version, MatterRow.agency, MatterRow.entry).where(
                tuple_(MatterRow.matter, MatterRow.version).in_(missing), MatterRow.entry.is_not(None)
            )
        )
        loaded.frozen |= {(row.matter, row.version): Matter.parse(*row) for row in rows}


def _load_numbers(session: Session, loaded: Loaded, opening: Sequence[Record]) -> None:
    """Highest number of each agency and year, and which keys of channels have an event."""
    years: set[tuple[str, int]] = set()
    for record in opening:
        at = instant(record.fields["occurred_at"])
        with suppress(NotFound):  # the step itself is refused
            years.add((agency_of(record), at.astimezone(loaded.in_force.at(at).zone).year))
    for agency, year in years:
        newest = session.scalar(
            select(EventRow.number)
            .where(EventRow.agency == agency, func.split_part(EventRow.number, "-", 2) == str(year))
            .order_by(func.length(EventRow.number).desc(), EventRow.number.desc())
            .limit(1)
        )
        loaded.numbers[agency, year] = 0 if newest is None else int(newest.rsplit("-", 1)[1])
    keys = [
        (agency_of(record), channel, key)
        for record in opening
        if (channel := _text(record, "channel")) is not None
        and (key := _text(record, "channel_key")) is not None
    ]
    if keys:
        place = (EventRow.agency, EventRow.channel, EventRow.channel_key)
        query = select(*place, EventRow.sub).where(tuple_(*place).in_(keys))
        loaded.taken |= {(row[0], row[1], row[2] or ""): row[3] for row in session.execute(query)}
