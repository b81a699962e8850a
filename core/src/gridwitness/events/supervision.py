"""Supervision by machine: what is overdue gets an order, a missed reply goes a level up, what is over is
lifted.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.events.loop import Loop
from gridwitness.events.loop_book import LoopBook
from gridwitness.events.models import ClockRow, EventRow, OrderRow, TakenUpRow
from gridwitness.events.notices import tell
from gridwitness.events.orders import REPLY, next_rung
from gridwitness.events.overdue import Place, Running, hold, over, overdue, three_times, unanswered
from gridwitness.grids.territories import Territories
from gridwitness.grids.territory import Territory

Transaction = Callable[[], AbstractContextManager[Session]]
Failed = Callable[[object, Exception], None]


class StepTaker(Protocol):
    """Takes a step of an event as the platform's own: `events.Events`."""

    def step(
        self, session: Session, sub: str, step: str, actor: None, *, details: Mapping[str, Any] | None = None
    ) -> EventRow:
        """Raises the handler's errors."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What a round did."""

    raised: int = 0
    escalated: int = 0
    lifted: int = 0

    def __add__(self, other: Done) -> Done:
        """Both together."""
        return Done(self.raised + other.raised, self.escalated + other.escalated, self.lifted + other.lifted)


@dataclass(frozen=True, slots=True)
class _Matter:
    """An event under supervision, with what decides where its orders go."""

    event: EventRow
    territory: Territory
    loop: Loop

    @property
    def levels(self) -> int:
        """How many levels orders have."""
        return self.loop.numbers["order_levels"]

    @property
    def centre(self) -> str:
        """The centre that answers for the event's grid; '' without one."""
        return self.territory.centre_of(self.event.grid)

    @property
    def open_to_orders(self) -> bool:
        """Whether an order can be raised: not of an event that is over, whose callback may still be late."""
        return self.event.state in self.loop.steps["order_raise"].sources

    def addressee(self, unit: str) -> str:
        """A unit that is registered: the one itself, else the centre; '' where nobody is."""
        return next((name for name in (unit, self.centre) if name in self.territory.units), "")

    def above(self, level: int, unit: str) -> tuple[int, str] | None:
        """Level and unit an order goes to next; None: there is neither."""
        rung = next_rung(level, unit, self.territory, self.centre, self.levels)
        return rung if rung is not None and rung[1] in self.territory.units else None


class Supervision:
    """Looks at clocks and orders. Several processes may: each event is held while it is looked at."""

    def __init__(self, taker: StepTaker, loops: LoopBook, territories: Territories, clock: Clock) -> None:
        self._taker = taker
        self._loops = loops
        self._territories = territories
        self._clock = clock

    def round(
        self, transaction: Transaction, levels: int, failed: Failed, but: Container[object] = ()
    ) -> Done:
        """One look, each matter in a transaction of its own; one that fails is told and stops no other.

        `levels`: how many orders have; `but`: matters that are put aside for now.
        """
        with transaction() as session:
            now = self._clock.now()
            work: list[tuple[Any, Callable[[Session, Any], Done]]] = [
                *((place, self._lift) for place in over(session)),
                *((place, self._escalate) for place in unanswered(session, now, levels)),
                *((running, self._raise) for running in overdue(session, now)),
                *((running, self._raise_again) for running in three_times(session, now)),
            ]
        done = Done()
        for matter, act in work:
            if matter in but:
                continue
            try:
                with transaction() as session:
                    done += act(session, matter)
            except Exception as error:
                failed(matter, error)
        return done

    def _raise(self, session: Session, running: Running) -> Done:
        """A first order, unless the unit has one of this event to reply to."""
        now = self._clock.now()
        row = hold(session, running)
        taken = session.get(TakenUpRow, tuple(running.key.values()), populate_existing=True)
        if row is None or row.due_at is None or row.due_at >= now:
            return Done()
        if taken is not None and taken.due_at == row.due_at:  # another process was quicker
            return Done()
        matter = self._matter(session, row.sub)
        unit, number, raised = matter.addressee(row.unit), None, 0
        if unit and matter.open_to_orders:
            number, raised = self._order(session, matter, 1, unit, "overdue")
        session.merge(TakenUpRow(**running.key, due_at=row.due_at, order_number=number, grave=False))
        tell(session, matter.event.agency, unit, "overdue", row, now)
        return Done(raised=raised)

    def _raise_again(self, session: Session, running: Running) -> Done:
        """Three times overdue: its order goes up; without one there is a new order to the unit above."""
        now = self._clock.now()
        row = hold(session, running)
        taken = session.get(TakenUpRow, tuple(running.key.values()), populate_existing=True)
        if row is None or taken is None or taken.grave or row.triple_at is None or row.triple_at >= now:
            return Done()
        matter, done = self._matter(session, row.sub), Done()
        unit = matter.addressee(row.unit)
        order = None if taken.order_number is None else session.get(OrderRow, (row.sub, taken.order_number))
        if not matter.open_to_orders:
            pass  # whoever is late is only told
        elif order is not None and order.state != "lifted":
            if order.level == 1 or not self._went_up(session, order, row.triple_at):
                done = self._up(session, matter, order)
        elif unit:
            level, above = matter.above(1, unit) or (1, unit)
            taken.order_number, raised = self._order(session, matter, level, above, "overdue-3x")
            done = Done(raised=raised)
        taken.grave = True
        tell(session, matter.event.agency, unit, "overdue-3x", row, now)
        return done

    def _escalate(self, session: Session, place: Place) -> Done:
        """The reply was due: a level up."""
        row = hold(session, place.reply)
        order = session.get(OrderRow, (place.sub, place.number), populate_existing=True)
        missed = row is not None and row.due_at is not None and row.due_at < self._clock.now()
        if not missed or order is None or order.state != "open":
            return Done()
        return self._up(session, self._matter(session, place.sub), order)

    def _lift(self, session: Session, place: Place) -> Done:
        """Nothing is left to supervise."""
        hold(session, place.reply)
        order = session.get(OrderRow, (place.sub, place.number), populate_existing=True)
        if order is None or order.state == "lifted":
            return Done()
        self._taker.step(session, place.sub, "order_lift", None, details={"order": place.number})
        return Done(lifted=1)

    def _up(self, session: Session, matter: _Matter, order: OrderRow) -> Done:
        rung = matter.above(order.level, order.unit)
        if rung is None:
            return Done()
        details = {"order": order.number, "level": rung[0], "unit": rung[1]}
        self._taker.step(session, order.sub, "order_escalate", None, details=details)
        return Done(escalated=1)

    @staticmethod
    def _went_up(session: Session, order: OrderRow, since: datetime) -> bool:
        """Whether an order that several clocks share has been raised a level since then."""
        newest = select(func.max(ClockRow.started_at)).where(
            ClockRow.sub == order.sub, ClockRow.clock == REPLY, ClockRow.number == order.number
        )
        begun = session.scalar(newest)
        return begun is not None and begun >= since

    def _order(
        self, session: Session, matter: _Matter, level: int, unit: str, reason: str
    ) -> tuple[int, int]:
        """Number of the order the unit has now, and how many were raised for that."""
        sub = matter.event.sub
        known = select(OrderRow.number).where(
            OrderRow.sub == sub, OrderRow.unit == unit, OrderRow.state == "open"
        )
        number = session.scalar(known)
        if number is not None:
            return number, 0
        details = {"level": level, "unit": unit, "reason": reason}
        self._taker.step(session, sub, "order_raise", None, details=details)
        newest = select(func.max(OrderRow.number)).where(OrderRow.sub == sub)
        return session.scalars(newest).one(), 1

    def _matter(self, session: Session, sub: str) -> _Matter:
        event = session.get_one(EventRow, sub, populate_existing=True)
        loop = self._loops.version(session, event.loop)
        return _Matter(event, self._territories.at(session, self._clock.now()), loop)
