"""Lists of events, newest movement first; every filter has an index or a handful of rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.database import among
from gridwitness.events.models import ClockRow, EventRow
from gridwitness.events.sight import Sight
from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millionths of a degree, borders included."""

    south: int
    west: int
    north: int
    east: int


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a list of events shows; None = all. `agencies`: those the reader may read.

    `grids`, `units`: one of these; `states` likewise; `reported_*`: `[since, until)`.
    """

    agencies: tuple[str, ...]
    states: frozenset[str] | None = None
    grids: frozenset[str] | None = None
    units: frozenset[str] | None = None
    matter: str | None = None
    channel: str | None = None
    urgency: str | None = None
    handler: UUID | None = None
    reported_by: UUID | None = None
    reported_since: datetime | None = None
    reported_until: datetime | None = None
    box: Box | None = None
    overdue_at: datetime | None = None
    """With a clock that runs and was due before then."""
    sight: Sight | None = None
    """Only what somebody sees."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page; `cursor` = where the next page begins."""

    rows: Sequence[EventRow]
    cursor: str | None


def list_events(session: Session, wanted: EventFilter, after: str | None, limit: int) -> EventPage:
    """A page of events. Raises InvalidInput `cursor-invalid`, `limit`."""
    check_limit(limit)
    before = None if after is None else _read_cursor(after)
    rows: list[EventRow] = []
    for agency in dict.fromkeys(wanted.agencies):  # one by one, so that an index also gives the order
        query = filtered(select(EventRow), wanted).where(EventRow.agency == agency)
        if before is not None:
            query = query.where(tuple_(EventRow.moved_at, EventRow.sub) < tuple_(*before))
        query = query.order_by(EventRow.moved_at.desc(), EventRow.sub.desc()).limit(limit + 1)
        rows += session.scalars(query)
    rows.sort(key=lambda row: (row.moved_at, row.sub), reverse=True)
    page = rows[:limit]
    more = len(rows) > limit
    return EventPage(page, make_cursor(page[-1].moved_at.isoformat(), page[-1].sub) if more else None)


def filtered(query: Select[*tuple[Any, ...]], wanted: EventFilter) -> Select[*tuple[Any, ...]]:
    """The query with every condition but the agencies'."""
    equal = {
        EventRow.matter: wanted.matter,
        EventRow.channel: wanted.channel,
        EventRow.urgency: wanted.urgency,
        EventRow.handler: wanted.handler,
        EventRow.reported_by: wanted.reported_by,
    }
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    several = {EventRow.state: wanted.states, EventRow.grid: wanted.grids, EventRow.unit: wanted.units}
    for column, values in several.items():
        if values is not None:
            query = query.where(among(column, values))
    if wanted.reported_since is not None:
        query = query.where(EventRow.reported_at >= wanted.reported_since)
    if wanted.reported_until is not None:
        query = query.where(EventRow.reported_at < wanted.reported_until)
    if wanted.box is not None:
        query = query.where(in_box(wanted.box))
    if wanted.sight is not None:
        query = query.where(wanted.sight.condition())
    if wanted.overdue_at is not None:
        late = exists().where(
            ClockRow.sub == EventRow.sub,
            ClockRow.state == "running",
            ClockRow.due_at < wanted.overdue_at,
        )
        query = query.where(late)
    return query


def in_box(box: Box) -> ColumnElement[bool]:
    """Events that lie in the rectangle, by the index of points."""
    place = func.point(EventRow.lon_e6, EventRow.lat_e6)
    corners = func.box(func.point(box.west, box.south), func.point(box.east, box.north))
    found: ColumnElement[bool] = place.op("<@", is_comparison=True)(corners)
    return found


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    moved, sub = read_cursor(cursor, 2)
    try:
        if moved is None or sub is None:
            raise ValueError
        found = datetime.fromisoformat(moved)
        if found.tzinfo is None:
            raise ValueError
        return found, sub
    except ValueError as error:
        raise cursor_invalid() from error
