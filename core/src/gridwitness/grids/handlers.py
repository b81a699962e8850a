"""Handlers of all kinds of the grids feature."""

from __future__ import annotations

from gridwitness.grids import kinds
from gridwitness.grids.matter_statements import MATTER_HANDLERS
from gridwitness.grids.registers import GridRegisterHandler
from gridwitness.records import StepHandler

GRID_HANDLERS: dict[str, StepHandler] = {
    **dict.fromkeys((kinds.GRID, kinds.UNIT, kinds.ADDRESS), GridRegisterHandler()),
    **MATTER_HANDLERS,
}
