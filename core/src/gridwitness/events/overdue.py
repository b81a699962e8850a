"""What wants supervision now: clocks past due, replies that did not come, orders that are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from gridwitness.events.models import ClockRow, EventRow, OrderRow, TakenUpRow
from gridwitness.records import lock_subjects

AT_ONCE = 200
"""Matters of a kind that one round takes; the rest waits for the next."""
REPLY = "reply"
OVER = ("closed", "assessed", "void", "merged")


@dataclass(frozen=True, slots=True)
class Running:
    """One clock."""

    sub: str
    round: int
    clock: str
    unit: str
    number: int

    @property
    def key(self) -> dict[str, Any]:
        """By the names of its columns."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Place:
    """One order, with the clock of the reply it waits for."""

    sub: str
    number: int
    reply: Running


_KEY = (ClockRow.sub, ClockRow.round, ClockRow.clock, ClockRow.unit, ClockRow.number)
_TAKEN = and_(
    *(
        getattr(TakenUpRow, column.key) == column
        for column in (ClockRow.sub, ClockRow.round, ClockRow.clock, ClockRow.unit, ClockRow.number)
    )
)


def overdue(session: Session, now: datetime) -> list[Running]:
    """Running clocks past due that were not taken up with this due time; the longest overdue first."""
    known = exists().where(_TAKEN, TakenUpRow.due_at == ClockRow.due_at)
    return _clocks(session, _running().where(ClockRow.due_at < now, ClockRow.clock != REPLY, ~known))


def three_times(session: Session, now: datetime) -> list[Running]:
    """Running clocks that were taken up when they became overdue, and are gravely so by now."""
    known = exists().where(_TAKEN, TakenUpRow.due_at == ClockRow.due_at, ~TakenUpRow.grave)
    return _clocks(
        session,
        _running().where(ClockRow.due_at < now, ClockRow.triple_at < now, ClockRow.clock != REPLY, known),
    )


def unanswered(session: Session, now: datetime, levels: int) -> list[Place]:
    """Open orders below the last level whose reply is past due."""
    replies = (
        _running()
        .join(OrderRow, and_(OrderRow.sub == ClockRow.sub, OrderRow.number == ClockRow.number))
        .where(ClockRow.clock == REPLY, ClockRow.due_at < now, OrderRow.state == "open")
        .where(OrderRow.unit == ClockRow.unit, OrderRow.level < levels)
    )
    return [Place(found.sub, found.number, found) for found in _clocks(session, replies)]


def over(session: Session) -> list[Place]:
    """Orders that are to be lifted: of events that are over, and automatic ones that were replied to and
    whose clock has ended.
    """
    goes_on = exists().where(
        TakenUpRow.sub == OrderRow.sub,
        TakenUpRow.order_number == OrderRow.number,
        _TAKEN,
        ClockRow.state.in_(("running", "paused")),
    )
    settled = and_(OrderRow.automatic, OrderRow.state == "replied", ~goes_on)
    orders = (
        select(OrderRow.sub, OrderRow.number, OrderRow.unit, EventRow.round)
        .join(EventRow, EventRow.sub == OrderRow.sub)
        .where(OrderRow.state != "lifted", or_(EventRow.state.in_(OVER), settled))
        .order_by(OrderRow.raised_at, OrderRow.sub)
        .limit(AT_ONCE)
    )
    return [
        Place(sub, number, Running(sub, round_, REPLY, unit, number))
        for sub, number, unit, round_ in session.execute(orders)
    ]


def hold(session: Session, running: Running) -> ClockRow | None:
    """The clock as it stands, if it runs; nobody moves its event until the transaction ends."""
    lock_subjects(session, [("", running.sub)])
    row = session.get(ClockRow, tuple(running.key.values()), populate_existing=True)
    return row if row is not None and row.state == "running" else None


def _running() -> Select[*tuple[Any, ...]]:
    return select(*_KEY).where(ClockRow.state == "running")


def _clocks(session: Session, query: Select[*tuple[Any, ...]]) -> list[Running]:
    rows: Sequence[Any] = session.execute(query.order_by(ClockRow.due_at, ClockRow.sub).limit(AT_ONCE)).all()
    return [Running(*row) for row in rows]
