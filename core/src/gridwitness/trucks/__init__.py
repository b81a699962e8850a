"""Construction-muck trucks: registers, permits, passages, positions, anomalies and their review.

What works on frames (`book`, `filing`, `sightings`, `detection`) is imported from its own module, by who
needs it: polars takes a moment to load.
"""

from gridwitness.trucks import kinds
from gridwitness.trucks.registers import REGISTER_HANDLERS

TRUCK_HANDLERS = {**REGISTER_HANDLERS}

__all__ = ["TRUCK_HANDLERS", "kinds"]
