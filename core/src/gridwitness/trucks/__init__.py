"""Construction-muck trucks: registers, permits, passages, positions, anomalies and their review."""

from gridwitness.trucks import kinds

__all__ = ["kinds"]
