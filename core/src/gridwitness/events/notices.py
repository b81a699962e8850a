"""Notices: what a unit has to know, gathered into digests instead of one message each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, extract, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridwitness.events.models import AssignmentRow, ClockRow, EventRow, NoticeRow
from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor

WHATS = {
    "assigned": ("新派遣", "assigned"),
    "helping": ("协办", "to help with"),
    "called": ("吹哨", "called by a whistle"),
    "ordered": ("督办", "under a supervision order"),
    "due-soon": ("即将到期", "due soon"),
    "overdue": ("超期", "overdue"),
    "overdue-3x": ("严重超期", "gravely overdue"),
}
URGENT = ("called", "ordered")
"""What does not wait for the next digest."""
_BEGUN = {"sign": "assigned", "checkin": "called", "reply": "ordered"}
"""Clocks whose beginning is told."""
_TOLD_WITHIN = timedelta(days=7)
"""What begun longer ago than that is no news: it is overdue, and that is told."""
_COLUMNS = ("agency", "unit", "what", "sub", "round", "clock", "number", "since", "due_at", "noticed_at")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a digest. `clock` '' and `number` 0 where they say nothing; `state`: the event's now."""

    what: str
    sub: str
    event: str
    state: str
    round: int
    clock: str
    number: int
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a unit was told at one moment."""

    agency: str
    unit: str
    at: datetime
    read_at: datetime | None
    items: Sequence[Item]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of each kind, the gravest last as in `WHATS`."""
        found = Counter(item.what for item in self.items)
        return {what: found[what] for what in WHATS if found[what]}


@dataclass(frozen=True, slots=True)
class DigestFilter:
    """Which digests: of an agency, to these units (None: to all), perhaps only those nobody has read."""

    agency: str
    units: Collection[str] | None = None
    unread: bool = False


def tell(session: Session, agency: str, unit: str, what: str, clock: ClockRow, now: datetime) -> None:
    """One thing about a clock, once for its due time."""
    since = clock.due_at or clock.started_at
    row = (agency, unit, what, clock.sub, clock.round, clock.clock, clock.number, since, clock.due_at, now)
    values = dict(zip(_COLUMNS, row, strict=True))
    session.execute(insert(NoticeRow).values(values).on_conflict_do_nothing())


def gather(session: Session, now: datetime, before: timedelta) -> None:
    """Note what began and what is due soon. `before`: how long before it is due something is brought to mind,
    yet never more than a quarter of its time.
    """
    for query in (_begun(now), _due_soon(now, before), _helping(now)):
        session.execute(insert(NoticeRow).from_select(_COLUMNS, query).on_conflict_do_nothing())


def send_digests(session: Session, now: datetime, every: timedelta) -> int:
    """Make a digest of what waits for each unit that had none within `every`, or for whom something is
    urgent; gives how many.
    """
    sent = NoticeRow.__table__.alias("sent")
    lately = exists().where(
        sent.c.agency == NoticeRow.agency, sent.c.unit == NoticeRow.unit, sent.c.digest_at > now - every
    )
    waiting = (
        select(NoticeRow.agency, NoticeRow.unit)
        .where(NoticeRow.digest_at.is_(None), or_(NoticeRow.what.in_(URGENT), ~lately))
        .distinct()
    )
    due = [(agency, unit) for agency, unit in session.execute(waiting)]
    at = now.replace(microsecond=0)  # as it is written: whoever has read it names it by that
    if due:
        session.execute(
            update(NoticeRow)
            .where(NoticeRow.digest_at.is_(None), tuple_(NoticeRow.agency, NoticeRow.unit).in_(due))
            .values(digest_at=at)
        )
    return len(due)


def digest_page(
    session: Session, wanted: DigestFilter, after: str | None = None, limit: int = 20
) -> tuple[list[Digest], str | None]:
    """A page of digests, newest first, and the next one's cursor.

    Raises InvalidInput `cursor-invalid`, `limit`.
    """
    check_limit(limit)
    heads = (
        select(NoticeRow.digest_at, NoticeRow.unit, func.max(NoticeRow.read_at))
        .where(NoticeRow.agency == wanted.agency, NoticeRow.digest_at.is_not(None))
        .group_by(NoticeRow.digest_at, NoticeRow.unit)
        .order_by(NoticeRow.digest_at.desc(), NoticeRow.unit.desc())
        .limit(limit + 1)
    )
    if wanted.units is not None:
        heads = heads.where(NoticeRow.unit.in_(wanted.units))
    if wanted.unread:
        heads = heads.where(NoticeRow.read_at.is_(None))
    if after is not None:
        heads = heads.where(tuple_(NoticeRow.digest_at, NoticeRow.unit) < tuple_(*_place(after)))
    found = [(at, unit, read_at) for at, unit, read_at in session.execute(heads) if at is not None]
    shown = found[:limit]
    items = _items(session, wanted.agency, {(at, unit) for at, unit, _ in shown})
    page = [Digest(wanted.agency, unit, at, read_at, items[at, unit]) for at, unit, read_at in shown]
    more = len(found) > limit
    return page, make_cursor(page[-1].at.isoformat(), page[-1].unit) if more else None


def mark_read(session: Session, agency: str, unit: str, until: datetime, by: UUID, now: datetime) -> int:
    """Whatever the unit was told up to a moment has been read; gives how many things that were."""
    marked = session.execute(
        update(NoticeRow)
        .where(
            NoticeRow.agency == agency,
            NoticeRow.unit == unit,
            NoticeRow.digest_at <= until,
            NoticeRow.read_at.is_(None),
        )
        .values(read_at=now, read_by=by)
        .returning(NoticeRow.id)
    )
    return len(marked.all())


def _items(
    session: Session, agency: str, wanted: Collection[tuple[datetime, str]]
) -> dict[tuple[datetime, str], list[Item]]:
    found: dict[tuple[datetime, str], list[Item]] = {place: [] for place in wanted}
    if not wanted:
        return found
    rows = session.execute(
        select(NoticeRow, EventRow.number, EventRow.state)
        .join(EventRow, EventRow.sub == NoticeRow.sub)
        .where(NoticeRow.agency == agency, tuple_(NoticeRow.digest_at, NoticeRow.unit).in_(wanted))
        .order_by(NoticeRow.id)
    )
    for row, event, state in rows:
        item = Item(row.what, row.sub, event, state, row.round, row.clock, row.number, row.since, row.due_at)
        if row.digest_at is not None:
            found[row.digest_at, row.unit].append(item)
    return found


def _begun(now: datetime) -> Select[*tuple[Any, ...]]:
    what = case(_BEGUN, value=ClockRow.clock, else_="")
    return _of_clocks(what, ClockRow.started_at, now).where(
        ClockRow.clock.in_(_BEGUN), ClockRow.started_at > now - _TOLD_WITHIN
    )


def _due_soon(now: datetime, before: timedelta) -> Select[*tuple[Any, ...]]:
    left = extract("epoch", ClockRow.due_at - now)
    whole = extract("epoch", ClockRow.due_at - ClockRow.started_at)
    return _of_clocks(literal("due-soon"), ClockRow.due_at, now).where(
        ClockRow.due_at > now, ClockRow.due_at <= now + before, left * 4 <= whole
    )


def _of_clocks(what: Any, since: Any, now: datetime) -> Select[*tuple[Any, ...]]:
    """Running clocks whose notice is not there yet."""
    known = exists().where(
        NoticeRow.unit == ClockRow.unit,
        NoticeRow.what == what,
        NoticeRow.sub == ClockRow.sub,
        NoticeRow.round == ClockRow.round,
        NoticeRow.clock == ClockRow.clock,
        NoticeRow.number == ClockRow.number,
        NoticeRow.since == since,
    )
    return (
        select(
            EventRow.agency,
            ClockRow.unit,
            what,
            ClockRow.sub,
            ClockRow.round,
            ClockRow.clock,
            ClockRow.number,
            since,
            ClockRow.due_at,
            literal(now),
        )
        .join(EventRow, EventRow.sub == ClockRow.sub)
        .where(ClockRow.state == "running", ~known)
    )


def _helping(now: datetime) -> Select[*tuple[Any, ...]]:
    part = AssignmentRow
    known = exists().where(
        and_(NoticeRow.sub == part.sub, NoticeRow.unit == part.unit, NoticeRow.what == "helping"),
        NoticeRow.round == part.round,
        NoticeRow.number == part.number,
    )
    return (
        select(
            EventRow.agency,
            part.unit,
            literal("helping"),
            part.sub,
            part.round,
            literal(""),
            part.number,
            part.assigned_at,
            literal(None),
            literal(now),
        )
        .join(EventRow, EventRow.sub == part.sub)
        .where(part.part == "helper", part.state == "dispatched", ~known)
        .where(part.assigned_at > now - _TOLD_WITHIN)
    )


def _place(cursor: str) -> tuple[datetime, str]:
    at, unit = read_cursor(cursor, 2)
    try:
        if at is None or unit is None:
            raise ValueError
        return datetime.fromisoformat(at).astimezone(UTC), unit
    except ValueError as error:
        raise cursor_invalid() from error
