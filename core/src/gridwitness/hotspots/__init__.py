"""Hotspots: where anomalies gather, as snapshots that a police node reads from the chain."""

from gridwitness.hotspots import kinds

__all__ = ["kinds"]
