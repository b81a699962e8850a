"""Territories as unit tests make them, without a database."""

from __future__ import annotations

from datetime import UTC, datetime

from gridwitness.calendars.hours import ROUND_THE_CLOCK
from gridwitness.grids import Grid, Territory, Unit

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
Box = tuple[int, int, int, int]
"""West, south, east, north."""


def a_grid(
    number: str, level: int, parent: str | None, unit: str | None = None, category: str = "base"
) -> Grid:
    return Grid(number, "A", category, level, parent, number, unit, SINCE, None)


def a_unit(number: str, category: str = "team", parent: str | None = None, grid: str | None = None) -> Unit:
    return Unit(number, "A", number, category, parent, grid, ROUND_THE_CLOCK)


def territory(
    grids: list[Grid], units: list[Unit] | None = None, boxes: dict[str, Box] | None = None
) -> Territory:
    areas = {
        number: [[[[w, s], [e, s], [e, n], [w, n], [w, s]]]] for number, (w, s, e, n) in (boxes or {}).items()
    }
    return Territory(
        {grid.number: grid for grid in grids}, {unit.number: unit for unit in units or []}, areas
    )
