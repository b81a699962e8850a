"""Tables of the devices feature: technical monitoring equipment and its reviews (行政处罚法 2021 Art. 41)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, stated

Instant = TIMESTAMP(timezone=True)


class DeviceRow(Base):
    """One device (checkpoint, camera, terminal) whose records may become evidence. `sub`: its subject."""

    __tablename__ = "device"
    __table_args__ = ({"schema": "devices"},)

    device: Mapped[str] = stated(Text, primary_key=True)
    sub: Mapped[str] = stated(Text, unique=True)
    agency: Mapped[str] = stated(Text)
    category: Mapped[str] = stated(Text)
    place: Mapped[str] = stated(Text)
    datum: Mapped[str] = stated(Text)
    latitude: Mapped[Decimal | None] = stated(Numeric)
    longitude: Mapped[Decimal | None] = stated(Numeric)
    announced_at: Mapped[datetime | None] = stated(Instant)
    marked: Mapped[str] = stated(Text)
    registered_by: Mapped[UUID | None] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()


class DeviceReviewRow(Base):
    """A legal (法制审核) or technical (技术审核) review of a device, by its record's `jti`."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_device", "device", "reviewed_at"), {"schema": "devices"})

    jti: Mapped[UUID] = stated(Uuid, primary_key=True)
    device: Mapped[str] = stated(Text)
    review: Mapped[str] = stated(Text)
    outcome: Mapped[str] = stated(Text)
    reviewed_at: Mapped[datetime] = stated(Instant)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime] = stated(Instant)
    standard: Mapped[str | None] = stated(Text)
    report: Mapped[str | None] = stated(Text)
    signer: Mapped[UUID] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()
