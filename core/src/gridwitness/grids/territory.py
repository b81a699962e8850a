"""Grids and units as they stood at one moment: one frozen snapshot to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from gridwitness.calendars.hours import Schedule
from gridwitness.errors import NotFound
from gridwitness.grids.areas import Polygons

if TYPE_CHECKING:
    from gridwitness.grids.shapes import ShapeTree

BASE = "base"


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid, without its outline (`Territory.area`)."""

    number: str
    agency: str
    category: str
    level: int
    parent: str | None
    name: str
    unit: str | None
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its hours."""

    number: str
    agency: str
    name: str
    category: str
    parent: str | None
    grid: str | None
    schedule: Schedule


@dataclass(frozen=True)
class Territory:
    """What the registers said at a moment; made by `Territories`. Nothing in it changes."""

    grids: Mapping[str, Grid]
    units: Mapping[str, Unit]
    areas: Mapping[str, Polygons]
    _children: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)
    _centres: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _trees: dict[str, tuple[Sequence[Grid], ShapeTree]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Turn the pointers round: who lies below, and which centre sits in a grid."""
        for grid in self.grids.values():
            if grid.parent is not None:
                self._children.setdefault(grid.parent, []).append(grid.number)
        for unit in sorted(self.units.values(), key=lambda unit: unit.number):
            if unit.category == "centre" and unit.grid is not None:
                self._centres.setdefault(unit.grid, unit.number)

    def grid(self, number: str) -> Grid:
        """Raises NotFound `grid-unknown`."""
        found = self.grids.get(number)
        if found is None:
            raise NotFound("grid-unknown", f"No grid {number} is valid then.", "see the list of grids")
        return found

    def unit(self, number: str) -> Unit:
        """Raises NotFound `unit-unknown`."""
        found = self.units.get(number)
        if found is None:
            raise NotFound("unit-unknown", f"No unit {number} is valid then.", "see the list of units")
        return found

    def area(self, number: str) -> Polygons | None:
        """A grid's outline in millionths of a degree, longitude first; None where it has none."""
        return self.areas.get(number)

    def path(self, number: str) -> tuple[Grid, ...]:
        """From the root to the grid itself, as far up as grids are valid then. Raises NotFound."""
        found = [self.grid(number)]
        while (parent := self.grids.get(found[-1].parent or "")) is not None:
            found.append(parent)
        return tuple(reversed(found))

    def covers(self, scope: str | None, grid: str | None) -> bool:
        """Whether what holds for `scope` (None: everywhere) holds in the grid: it is the grid or above it."""
        if scope is None or scope == grid:
            return True
        at = self.grids.get(grid or "")
        while at is not None and at.number != scope:
            at = self.grids.get(at.parent or "")
        return at is not None

    def below(self, number: str) -> frozenset[str]:
        """The grid itself and every grid below it; an unknown number is alone."""
        found, waiting = {number}, [number]
        while waiting:
            children = self._children.get(waiting.pop(), ())
            found.update(children)
            waiting.extend(children)
        return frozenset(found)

    def locate(self, lat_e6: int, lon_e6: int, category: str = BASE) -> Grid | None:
        """The deepest grid of a category that holds the point (of two, the smaller number); None: none."""
        grids, tree = self._tree(category)
        found = [grids[place] for place in tree.at(lat_e6, lon_e6)]
        return min(found, key=lambda grid: (-grid.level, grid.number), default=None)

    def locate_all(self, lat_e6: int, lon_e6: int) -> dict[str, Grid]:
        """The grid of each category that holds the point; categories without one are left out."""
        categories = sorted({grid.category for grid in self.grids.values()})
        found = {category: self.locate(lat_e6, lon_e6, category) for category in categories}
        return {category: grid for category, grid in found.items() if grid is not None}

    def units_above(self, unit: str) -> tuple[str, ...]:
        """The unit and its superiors, itself first. Raises NotFound `unit-unknown`."""
        found = [self.unit(unit).number]
        while (parent := self.units.get(self.units[found[-1]].parent or "")) is not None:
            if parent.number in found:  # two changes of the past that cross
                break
            found.append(parent.number)
        return tuple(found)

    def unit_for(self, grid: str, level: int | None = None) -> str | None:
        """The unit that answers for the grid: its own, or of the nearest above that has a valid one.

        `level`: the deepest that may answer; a street's duty is no community's. Raises NotFound.
        """
        for step in reversed(self.path(grid)):
            if step.unit in self.units and (level is None or step.level <= level):
                return step.unit
        return None

    def centre_of(self, grid: str | None) -> str:
        """The command centre that answers for the grid: of itself or the nearest above; "" without one.

        A grid's centre is its unit where that is a centre, else the centre registered for that grid.
        """
        at = self.grids.get(grid or "")
        while at is not None:
            unit = self.units.get(at.unit or "")
            if unit is not None and unit.category == "centre":
                return unit.number
            if at.number in self._centres:
                return self._centres[at.number]
            at = self.grids.get(at.parent or "")
        return ""

    def _tree(self, category: str) -> tuple[Sequence[Grid], ShapeTree]:
        if category not in self._trees:
            from gridwitness.grids.shapes import ShapeTree  # noqa: PLC0415 - loads slowly

            grids = [g for g in self.grids.values() if g.category == category and g.number in self.areas]
            self._trees[category] = grids, ShapeTree([self.areas[grid.number] for grid in grids])
        return self._trees[category]
