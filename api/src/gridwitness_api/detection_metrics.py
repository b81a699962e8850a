"""Gauges of detection: how far it has come, read from its tables without loading a frame."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gridwitness.platform import Platform
from gridwitness.trucks.models_sightings import CandidateRow, ShardRow, WatermarkRow, WorkRow
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session


class DetectionGauges(Collector):
    """Read from the database at each scrape; nothing while it is away."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Named without asking the database: registering must not need one."""
        yield from self._families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Lag and scan, what waits, and how far event time lies behind by feed and family."""
        lag, scan, work, candidates, behind = self._families()
        now = self._platform.clock.now()
        try:
            with self._platform.transaction() as session:
                oldest, waiting = session.execute(
                    select(func.min(WorkRow.noted_at), func.count()).select_from(WorkRow)
                ).one()
                looked = session.scalar(select(func.min(ShardRow.looked_at)))
                lag.add_metric([], _since(oldest, now))
                scan.add_metric([], _since(looked, now))
                work.add_metric([], waiting)
                candidates.add_metric([], _candidates(session))
                for row in session.scalars(select(WatermarkRow)):
                    behind.add_metric([row.feed, row.family], (now - row.greatest).total_seconds())
        except SQLAlchemyError:
            return  # `gridwitness_database_up` says so
        yield from (lag, scan, work, candidates, behind)

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, ...]:
        return (
            GaugeMetricFamily(
                "gridwitness_detection_lag_seconds", "Age of the oldest work that nobody looked at", labels=[]
            ),
            GaugeMetricFamily(
                "gridwitness_detection_scan_seconds",
                "Since the end of the last round, of the shard that waits longest",
                labels=[],
            ),
            GaugeMetricFamily("gridwitness_detection_work", "Work rows that wait", labels=[]),
            GaugeMetricFamily(
                "gridwitness_detection_candidates", "Hits too weakly supported to be anomalies", labels=[]
            ),
            GaugeMetricFamily(
                "gridwitness_detection_watermark_seconds",
                "How far the greatest event time lies behind now",
                labels=["feed", "family"],
            ),
        )


def _since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())


def _candidates(session: Session) -> int:
    return session.scalar(select(func.count()).where(CandidateRow.finding.is_(False))) or 0
