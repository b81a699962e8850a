"""What stands beside an event's stages while a batch of steps goes on: orders, whistles, links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.events.models import CheckinRow, EventRow, LinkRow, OrderRow, WhistleRow
from gridwitness.records import RowChange

MERGED_INTO, HOLDS = "merged-into", "holds"


@dataclass(slots=True)
class Order:
    """A supervision order as it stands. `state`: `open`, `replied`, `lifted`."""

    number: int
    level: int
    unit: str
    state: str


@dataclass(slots=True)
class Called:
    """A unit that was called: whether it came, and what the caller thinks of that."""

    came: bool = False
    rating: int | None = None


@dataclass(slots=True)
class Whistle:
    """A whistle as it stands, with the units it called."""

    number: int
    caller: UUID | None
    state: str
    called: dict[str, Called] = field(default_factory=dict)


@dataclass(slots=True)
class Beside:
    """One event's own. Only `sideways.decide` changes it, and whoever moves the event sets `state`."""

    agency: str = ""
    state: str = ""
    orders: dict[int, Order] = field(default_factory=dict)
    whistles: dict[int, Whistle] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether other events were merged into this one."""
        return HOLDS in self.links.values()


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was found lawful so far. `state`, `emergency`: of the event before it; `unit`: for whom."""

    step: str
    sub: str
    agency: str
    state: str
    emergency: str | None
    actor: UUID | None
    unit: str | None
    details: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What happens to one clock that an event may have several of (`reply`, `checkin`)."""

    act: Literal["start", "end", "drop"]
    clock: str
    unit: str
    number: int


@dataclass(slots=True)
class Effect:
    """What a step changes: rows beside the event's, columns of the event, clocks, units that help now."""

    changes: list[RowChange] = field(default_factory=list)
    event: dict[str, Any] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    helpers: tuple[str, ...] = ()


def load(session: Session, subs: Collection[str], intos: Collection[str] = ()) -> dict[str, Beside]:
    """Of each event of `subs` and `intos`, which others are merged into: those stay as they are meanwhile.

    An event that is not there has nothing beside it, no agency and no state.
    """
    _hold(session, intos)
    wanted = sorted({*subs, *intos})
    found = {sub: Beside() for sub in wanted}
    events = select(EventRow.sub, EventRow.agency, EventRow.state).where(EventRow.sub.in_(wanted))
    for sub, agency, state in session.execute(events):
        found[sub].agency, found[sub].state = agency, state
    orders = select(OrderRow.sub, OrderRow.number, OrderRow.level, OrderRow.unit, OrderRow.state)
    for sub, number, level, unit, state in session.execute(orders.where(OrderRow.sub.in_(wanted))):
        found[sub].orders[number] = Order(number, level, unit, state)
    _load_whistles(session, found)
    links = select(LinkRow.sub, LinkRow.other, LinkRow.relation).where(LinkRow.sub.in_(wanted))
    for sub, other, relation in session.execute(links):
        found[sub].links[other] = relation
    return found


def _load_whistles(session: Session, found: Mapping[str, Beside]) -> None:
    whistles = select(WhistleRow.sub, WhistleRow.number, WhistleRow.caller, WhistleRow.state)
    for sub, number, caller, state in session.execute(whistles.where(WhistleRow.sub.in_(found))):
        found[sub].whistles[number] = Whistle(number, caller, state)
    called = select(
        CheckinRow.sub, CheckinRow.number, CheckinRow.unit, CheckinRow.checked_in_at, CheckinRow.rating
    )
    for sub, number, unit, came, rating in session.execute(called.where(CheckinRow.sub.in_(found))):
        found[sub].whistles[number].called[unit] = Called(came is not None, rating)


def _hold(session: Session, subs: Collection[str]) -> None:
    """Nobody moves these events until we are done; in one order, so that two of us don't wait in a ring."""
    if subs:
        rows = select(EventRow.sub).where(EventRow.sub.in_(set(subs))).order_by(EventRow.sub)
        session.execute(rows.with_for_update(read=True)).all()
