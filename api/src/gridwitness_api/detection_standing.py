"""How far detection has come, for the metrics: read from its tables, without loading a frame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridwitness.trucks.models_sightings import CandidateRow, ShardRow, WatermarkRow, WorkRow
from sqlalchemy import func, select
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class DetectionStanding:
    """Seconds; `lag`: age of the oldest work nobody looked at, `scan`: since the shard looked at longest ago.

    `watermark`: by feed and family how far event time lies behind. A shard that was never looked at counts not.
    """

    lag: float
    scan: float | None
    work: int
    candidates: int
    watermark: dict[tuple[str, str], float]


def detection_standing(session: Session, now: datetime) -> DetectionStanding:
    """As of now."""
    oldest, work = session.execute(select(func.min(WorkRow.noted_at), func.count()).select_from(WorkRow)).one()
    looked = session.scalar(select(func.min(ShardRow.looked_at)))
    marks = session.execute(select(WatermarkRow.feed, WatermarkRow.family, WatermarkRow.greatest))
    waiting = select(func.count()).select_from(CandidateRow).where(CandidateRow.finding.is_(False))
    return DetectionStanding(
        lag=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        scan=None if looked is None else max(0.0, (now - looked).total_seconds()),
        work=work,
        candidates=session.scalar(waiting) or 0,
        watermark={(feed, family): (now - greatest).total_seconds() for feed, family, greatest in marks},
    )
