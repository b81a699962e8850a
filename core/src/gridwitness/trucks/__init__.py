"""Construction-muck trucks: registers, permits, passages, positions, anomalies and their review.

What works on frames (`book`, `filing`, `sightings`, `detection`) is imported from its own module, by who
needs it: polars takes a moment to load.
"""

from gridwitness.records import StepHandler
from gridwitness.trucks import kinds
from gridwitness.trucks.registers import REGISTER_HANDLERS
from gridwitness.trucks.review import REVIEW_HANDLERS
from gridwitness.trucks.reviewed import ReviewedAnomalies

TRUCK_HANDLERS: dict[str, StepHandler] = {**REGISTER_HANDLERS, **REVIEW_HANDLERS}

__all__ = ["TRUCK_HANDLERS", "ReviewedAnomalies", "kinds"]
