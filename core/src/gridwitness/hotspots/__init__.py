"""Hotspots: where anomalies gather, as snapshots that a police node reads from the chain.

What computes (`making`, `composition`, `live`) loads numpy and h3, what publishes (`publishing`) speaks to
the chain: both are imported from their own modules.
"""

from gridwitness.hotspots import kinds
from gridwitness.hotspots.handler import HOTSPOT_HANDLERS
from gridwitness.hotspots.models import ExposureRow, PublicationRow, SnapshotRow

__all__ = ["HOTSPOT_HANDLERS", "ExposureRow", "PublicationRow", "SnapshotRow", "kinds"]
