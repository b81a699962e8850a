"""Handlers of all kinds of the trucks feature that change rows."""

from __future__ import annotations

from gridwitness.records import StepHandler
from gridwitness.trucks.registers import REGISTER_HANDLERS
from gridwitness.trucks.review import REVIEW_HANDLERS

TRUCK_HANDLERS: dict[str, StepHandler] = {**REGISTER_HANDLERS, **REVIEW_HANDLERS}
