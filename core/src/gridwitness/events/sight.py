"""Which events an account sees: of the grids its roles hold for, of its units, and those it reported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from gridwitness.database import among
from gridwitness.events.models import AssignmentRow, CheckinRow, EventRow, OrderRow
from gridwitness.grids.territory import Territory
from gridwitness.members import Actor
from gridwitness.members.roles import READERS


@dataclass(frozen=True, slots=True)
class Sight:
    """Of one agency's events. `grids`: None for all of them."""

    agency: str
    account: UUID
    grids: frozenset[str] | None
    units: frozenset[str]

    @classmethod
    def of(cls, actor: Actor, agency: str, own_units: Collection[str], territory: Territory) -> Sight:
        """What the actor sees; `own_units`: those it works for. Units below them are theirs too."""
        scopes = [g.scope for g in actor.grants if g.role in READERS and g.agency == agency]
        below = frozenset(grid for scope in scopes if scope for grid in territory.below(scope))
        grids = None if None in scopes else below
        units = with_below(own_units, territory) if scopes else frozenset()
        return cls(agency, actor.account, grids, units)

    def sees(self, session: Session, event: EventRow) -> bool:
        """Whether it may see this event."""
        if event.agency != self.agency:
            return False
        if self.grids is None or event.reported_by == self.account or event.grid in self.grids:
            return True
        if event.unit in self.units:
            return True
        found = select(EventRow.sub).where(EventRow.sub == event.sub, self.condition())
        return session.scalars(found).first() is not None

    def condition(self) -> ColumnElement[bool]:
        """The same as a condition of SQL."""
        here = EventRow.agency == self.agency
        if self.grids is None:
            return here
        ways = [EventRow.reported_by == self.account]
        if self.grids:
            ways.append(among(EventRow.grid, self.grids))
        if self.units:
            ways += [self._among_units(model) for model in (AssignmentRow, OrderRow, CheckinRow)]
        return here & or_(*ways)

    def _among_units(self, model: Any) -> ColumnElement[bool]:
        """Events in which one of the units has a part, an order, a call."""
        return EventRow.sub.in_(select(model.sub).where(among(model.unit, self.units)))


def with_below(units: Collection[str], territory: Territory) -> frozenset[str]:
    """Units, and every unit below them."""
    own = set(units)
    below = {unit for unit in territory.units if own.intersection(territory.units_above(unit))}
    return frozenset(below | own)
