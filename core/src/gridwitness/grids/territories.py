"""Snapshots of the registers, at hand as long as no register changes."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.calendars.hours import Schedule
from gridwitness.clock import Clock
from gridwitness.grids.areas import Polygons
from gridwitness.grids.models import GridRow, UnitRow
from gridwitness.grids.revisions import revision_of
from gridwitness.grids.territory import Grid, Territory, Unit

_MOST_KEPT = 8
"""Snapshots of the past beside the newest: what is filed late asks for them in turn."""
_Period = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class _Registers:
    """All periods, and the moments at which anything begins or ends."""

    revision: int
    grids: Sequence[tuple[Grid, Polygons | None]]
    units: Sequence[tuple[Unit, _Period]]
    moments: Sequence[datetime]

    @classmethod
    def load(cls, session: Session) -> _Registers:
        revision = revision_of(session, "registers")  # first: what changes meanwhile is loaded next time
        grids = [_grid(row) for row in session.execute(select(*GridRow.__table__.columns))]
        units = [_unit(row) for row in session.execute(select(*UnitRow.__table__.columns))]
        periods = [(g.valid_from, g.valid_to) for g, _ in grids] + [period for _, period in units]
        moments = sorted({moment for period in periods for moment in period if moment is not None})
        return cls(revision, grids, units, moments)

    def at(self, moment: datetime) -> Territory:
        """What held at the moment."""
        grids = [(g, area) for g, area in self.grids if _holds((g.valid_from, g.valid_to), moment)]
        return Territory(
            grids={grid.number: grid for grid, _ in grids},
            units={unit.number: unit for unit, period in self.units if _holds(period, moment)},
            areas={grid.number: area for grid, area in grids if area is not None},
        )


class Territories:
    """Gives the `Territory` of a moment. One for the process; threads may share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._registers: _Registers | None = None
        self._made: OrderedDict[tuple[int, int], Territory] = OrderedDict()

    def at(self, session: Session, moment: datetime | None = None) -> Territory:
        """The registers this transaction sees, as they stand at a moment (now). Reads one row if known."""
        revision = revision_of(session, "registers")
        with self._lock:
            if self._registers is None or self._registers.revision != revision:
                self._registers = _Registers.load(session)
            registers = self._registers
            key = registers.revision, bisect_right(registers.moments, moment or self._clock.now())
            if key not in self._made:
                self._made[key] = registers.at(moment or self._clock.now())
            self._made.move_to_end(key)
            while len(self._made) > _MOST_KEPT:
                self._made.popitem(last=False)
            return self._made[key]


def _holds(period: _Period, moment: datetime) -> bool:
    since, until = period
    return since <= moment and (until is None or moment < until)


def _grid(row: Any) -> tuple[Grid, Polygons | None]:
    grid = Grid(
        number=row.grid,
        agency=row.agency,
        category=row.category,
        level=row.level,
        parent=row.parent,
        name=row.name,
        unit=row.unit,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
    return grid, None if row.area is None else row.area["polygons"]


def _unit(row: Any) -> tuple[Unit, _Period]:
    unit = Unit(
        number=row.unit,
        agency=row.agency,
        name=row.name,
        category=row.category,
        parent=row.parent,
        grid=row.grid,
        schedule=Schedule.parse(row.calendar, row.hours),
    )
    return unit, (row.valid_from, row.valid_to)
