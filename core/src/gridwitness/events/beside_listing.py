"""Lists of supervision orders and whistles, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.events.models import CheckinRow, EventRow, OrderRow, WhistleRow
from gridwitness.events.sight import Sight
from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor


@dataclass(frozen=True, slots=True)
class BesideFilter:
    """Which orders or whistles of the events in sight; None asks for all.

    `units`: to one of these; `grids`: of events there.
    """

    sight: Sight
    state: str | None = None
    units: Collection[str] | None = None
    grids: Collection[str] | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order with its event's number and state."""

    row: OrderRow
    event: str
    event_state: str


@dataclass(frozen=True, slots=True)
class ListedWhistle:
    """A whistle with the units it called, and its event's number and state."""

    row: WhistleRow
    event: str
    event_state: str
    called: Sequence[CheckinRow]


def order_page(
    session: Session, wanted: BesideFilter, after: str | None = None, limit: int = 100
) -> tuple[list[ListedOrder], str | None]:
    """A page of orders and the next one's cursor. Raises InvalidInput `cursor-invalid`, `limit`."""
    check_limit(limit)
    row = OrderRow
    query = select(row, EventRow.number, EventRow.state).join(EventRow, EventRow.sub == row.sub)
    query = query.where(wanted.sight.condition())
    if wanted.state is not None:
        query = query.where(row.state == wanted.state)
    if wanted.level is not None:
        query = query.where(row.level == wanted.level)
    if wanted.units is not None:
        query = query.where(row.unit.in_(wanted.units))
    if wanted.grids is not None:
        query = query.where(EventRow.grid.in_(wanted.grids))
    if after is not None:
        query = query.where(tuple_(row.raised_at, row.sub, row.number) < tuple_(*_place(after)))
    query = query.order_by(row.raised_at.desc(), row.sub.desc(), row.number.desc()).limit(limit + 1)
    found = [ListedOrder(*listed) for listed in session.execute(query)]
    if len(found) <= limit:
        return found, None
    last = found[limit - 1].row
    return found[:limit], make_cursor(last.raised_at.isoformat(), last.sub, str(last.number))


def whistle_page(
    session: Session, wanted: BesideFilter, after: str | None = None, limit: int = 100
) -> tuple[list[ListedWhistle], str | None]:
    """A page of whistles and the next one's cursor. Raises InvalidInput `cursor-invalid`, `limit`."""
    check_limit(limit)
    row = WhistleRow
    query = select(row, EventRow.number, EventRow.state).join(EventRow, EventRow.sub == row.sub)
    query = query.where(wanted.sight.condition())
    if wanted.state is not None:
        query = query.where(row.state == wanted.state)
    if wanted.units is not None:
        own = (CheckinRow.sub == row.sub, CheckinRow.number == row.number, CheckinRow.unit.in_(wanted.units))
        query = query.where(exists().where(*own))
    if wanted.grids is not None:
        query = query.where(EventRow.grid.in_(wanted.grids))
    if after is not None:
        query = query.where(tuple_(row.blown_at, row.sub, row.number) < tuple_(*_place(after)))
    query = query.order_by(row.blown_at.desc(), row.sub.desc(), row.number.desc()).limit(limit + 1)
    rows = [(whistle, number, state) for whistle, number, state in session.execute(query)]
    called = _called(session, [whistle for whistle, _, _ in rows[:limit]])
    found = [ListedWhistle(w, number, state, called[w.sub, w.number]) for w, number, state in rows[:limit]]
    if len(rows) <= limit:
        return found, None
    last = found[-1].row
    return found, make_cursor(last.blown_at.isoformat(), last.sub, str(last.number))


def _called(session: Session, whistles: Sequence[WhistleRow]) -> Mapping[tuple[str, int], list[CheckinRow]]:
    found: dict[tuple[str, int], list[CheckinRow]] = {(row.sub, row.number): [] for row in whistles}
    if found:
        own = select(CheckinRow).where(tuple_(CheckinRow.sub, CheckinRow.number).in_(found))
        for row in session.scalars(own.order_by(CheckinRow.unit)):
            found[row.sub, row.number].append(row)
    return found


def _place(cursor: str) -> tuple[datetime, str, int]:
    at, sub, number = read_cursor(cursor, 3)
    try:
        if at is None or sub is None or number is None or not number.isdecimal() or len(number) > 9:
            raise ValueError
        return datetime.fromisoformat(at).astimezone(UTC), sub, int(number)
    except ValueError as error:
        raise cursor_invalid() from error
