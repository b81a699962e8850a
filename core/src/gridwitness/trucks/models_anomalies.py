"""Tables of the trucks feature: anomalies, their reviews, and who looked at a vehicle's passages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, stated

Instant = TIMESTAMP(timezone=True)


class AnomalyRow(Base):
    """An anomaly as its newest `truck.anomaly.v2` says, with the state that reviews gave it.

    `entry`: b64u entry digest of that record; `state`: `suspected`, `withdrawn`, `upheld` or `excluded`;
    `grounds`: what the newest record said, `suspected` or `withdrawn`. The plate may be erased.
    """

    __tablename__ = "anomaly"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_anomaly_plate", "plate", "occurred_at"),
        Index("ix_anomaly_time", "agency", "occurred_at", "sub"),
        {"schema": "trucks"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    key: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    rule: Mapped[str] = stated(Text)
    rules: Mapped[str] = stated(Text)
    state: Mapped[str] = stated(Text)
    grounds: Mapped[str] = stated(Text)
    level: Mapped[str] = stated(Text)
    plate: Mapped[str | None] = stated(Text)
    plate_color: Mapped[str | None] = stated(Text)
    carrier: Mapped[str | None] = stated(Text)
    checkpoint: Mapped[str | None] = stated(Text)
    lat_e6: Mapped[int | None] = stated(Integer)
    lon_e6: Mapped[int | None] = stated(Integer)
    cell: Mapped[str | None] = stated(Text)
    occurred_at: Mapped[datetime] = stated(Instant)
    until: Mapped[datetime | None] = stated(Instant)
    permit: Mapped[str | None] = stated(Text)
    assurance: Mapped[str] = stated(Text)
    device_standing: Mapped[str | None] = stated(Text)
    reason: Mapped[dict[str, Any]] = stated(JSONB)
    measured: Mapped[dict[str, Any]] = stated(JSONB)
    entry: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class ReviewRow(Base):
    """One review of an anomaly, by its record's `jti`."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_anomaly", "sub", "reviewed_at"), {"schema": "trucks"})

    jti: Mapped[UUID] = stated(Uuid, primary_key=True)
    sub: Mapped[str] = stated(Text)
    entry: Mapped[str] = stated(Text)
    outcome: Mapped[str] = stated(Text)
    reason: Mapped[str] = stated(Text)
    second_source: Mapped[str | None] = stated(Text)
    files: Mapped[int] = stated(Integer)
    reviewer: Mapped[UUID] = stated(Uuid)
    reviewed_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class ReadingRow(Base):
    """Who looked at the passages of one vehicle, for which open case and why. The plate may be erased."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_case", "case_sub", "read_at"), {"schema": "trucks"})

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    agency: Mapped[str] = stated(Text)
    account: Mapped[UUID] = stated(Uuid)
    case_sub: Mapped[str] = stated(Text)
    plate: Mapped[str | None] = stated(Text)
    reason: Mapped[str] = stated(Text)
    anomaly: Mapped[str | None] = stated(Text)
    captured_from: Mapped[datetime] = stated(Instant)
    captured_to: Mapped[datetime] = stated(Instant)
    passages: Mapped[int] = stated(BigInteger)
    read_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()
