"""Which events an account sees: those of the grids its roles hold for, of the units it works for, its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, any_, false, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY

from gridwitness.events.models import EventRow
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

    def sees(self, event: EventRow) -> bool:
        """Whether it may see this event."""
        if event.agency != self.agency:
            return False
        if self.grids is None or event.reported_by == self.account:
            return True
        return event.grid in self.grids or event.unit in self.units

    def condition(self) -> ColumnElement[bool]:
        """The same as a condition of SQL."""
        here = EventRow.agency == self.agency
        if self.grids is None:
            return here
        ways = [EventRow.reported_by == self.account, among(EventRow.grid, self.grids)]
        return here & or_(*ways, among(EventRow.unit, self.units))


def among(column: Any, values: frozenset[str]) -> ColumnElement[bool]:
    """The column is one of the values; none of none."""
    if not values:
        return false()
    found: ColumnElement[bool] = column == any_(literal(sorted(values), ARRAY(Text)))
    return found


def with_below(units: Collection[str], territory: Territory) -> frozenset[str]:
    """Units, and every unit below them."""
    own = set(units)
    below = {unit for unit in territory.units if own.intersection(territory.units_above(unit))}
    return frozenset(below | own)
