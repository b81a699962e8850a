"""Tables of the performance feature: the figures of a period, fixed by a record."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, stated

Instant = TIMESTAMP(timezone=True)


class PerformanceSnapshotRow(Base):
    """One snapshot as its `performance.snapshot.v1` (`record`) says; the figures are in the file it names."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("record"), {"schema": "performance"})

    agency: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    title: Mapped[str] = stated(Text)
    period_from: Mapped[datetime] = stated(Instant)
    period_to: Mapped[datetime] = stated(Instant)
    metrics: Mapped[str] = stated(Text)
    size: Mapped[int] = stated(BigInteger)
    events: Mapped[int] = stated(BigInteger)
    result: Mapped[str] = stated(Text)
    files: Mapped[list[dict[str, Any]]] = stated(JSONB)
    record: Mapped[UUID] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()
