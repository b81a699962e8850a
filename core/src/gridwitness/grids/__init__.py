"""Grids, units and the matters they answer for."""

from gridwitness.grids import kinds
from gridwitness.grids.duties import Duty, duty_for
from gridwitness.grids.handlers import GRID_HANDLERS
from gridwitness.grids.matter import Matter, MatterDuty
from gridwitness.grids.matters import MatterBook, Matters, MatterVersion
from gridwitness.grids.register_import import Entered, GridImport
from gridwitness.grids.staff import Staff, units_of, units_of_each
from gridwitness.grids.territories import Territories
from gridwitness.grids.territory import Grid, Territory, Unit

__all__ = [
    "GRID_HANDLERS",
    "Duty",
    "Entered",
    "Grid",
    "GridImport",
    "Matter",
    "MatterBook",
    "MatterDuty",
    "MatterVersion",
    "Matters",
    "Staff",
    "Territories",
    "Territory",
    "Unit",
    "duty_for",
    "kinds",
    "units_of",
    "units_of_each",
]
