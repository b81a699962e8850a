"""Construction-muck trucks: registers, permits, passages, positions, anomalies and their review.

What works on frames (`book`, `filing`, `sightings`, `detection`) is imported from its own module, by who
needs it: polars takes a moment to load.
"""

from gridwitness.trucks import kinds
from gridwitness.trucks.access import Question, VehicleAccess, VehiclePassages
from gridwitness.trucks.handlers import TRUCK_HANDLERS
from gridwitness.trucks.reviewed import ReviewedAnomalies

__all__ = ["TRUCK_HANDLERS", "Question", "ReviewedAnomalies", "VehicleAccess", "VehiclePassages", "kinds"]
