"""Tables of the hotspots feature: snapshots, what they rest on, and what `HotspotBoard` has of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, derived, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)


class SnapshotRow(Base):
    """One snapshot as its `hotspot.snapshot.v1` (`record`) says; `head`: the leaf hash of that record."""

    __tablename__ = "snapshot"
    __table_args__ = (
        UniqueConstraint("record"),
        Index("ix_snapshot_period", "agency", "family", "period_to"),
        {"schema": "hotspots"},
    )

    agency: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    family: Mapped[str] = stated(Text)
    period_from: Mapped[datetime] = stated(Instant)
    period_to: Mapped[datetime] = stated(Instant)
    resolution: Mapped[int] = stated(Integer)
    rules: Mapped[str] = stated(Text)
    method: Mapped[dict[str, Any]] = stated(JSONB)
    size: Mapped[int] = stated(BigInteger)
    inputs: Mapped[str] = stated(Text)
    inputs_count: Mapped[int] = stated(BigInteger)
    exposure: Mapped[str] = stated(Text)
    cells: Mapped[str] = stated(Text)
    result: Mapped[str] = stated(Text)
    suppressed: Mapped[int] = stated(Integer)
    record: Mapped[UUID] = stated(Uuid)
    head: Mapped[bytes] = stated(LargeBinary)
    effect: Mapped[UUID] = effect_column()


class ExposureRow(Base):
    """What a snapshot's rates are counted against: `cells`, whose SHA-256 is the record's `exposure`."""

    __tablename__ = "exposure"
    __table_args__ = ({"schema": "hotspots"},)

    agency: Mapped[str] = derived(Text, primary_key=True)
    number: Mapped[int] = derived(Integer, primary_key=True)
    cells: Mapped[bytes] = derived(LargeBinary)


class PublicationRow(Base):
    """A snapshot that the contract has, with the proof of its event `HotspotPublished`."""

    __tablename__ = "publication"
    __table_args__ = ({"schema": "hotspots"},)

    agency: Mapped[str] = derived(Text, primary_key=True)
    number: Mapped[int] = derived(Integer, primary_key=True)
    transaction: Mapped[bytes] = derived(LargeBinary)
    block_number: Mapped[int] = derived(BigInteger)
    block_hash: Mapped[bytes] = derived(LargeBinary)
    block_time: Mapped[datetime] = derived(Instant)
    proof: Mapped[dict[str, Any]] = derived(JSONB)


class SendingRow(Base):
    """The one transaction an agency's publisher has under way: durable before it is sent, gone when its
    publication is stored; `error` says that the contract refused the snapshot.
    """

    __tablename__ = "sending"
    __table_args__ = ({"schema": "hotspots"},)

    agency: Mapped[str] = operational("outbox", Text, primary_key=True)
    number: Mapped[int] = operational("outbox", Integer)
    nonce: Mapped[int | None] = operational("outbox", BigInteger)
    raw: Mapped[bytes | None] = operational("outbox", LargeBinary)
    transaction: Mapped[bytes | None] = operational("outbox", LargeBinary)
    error: Mapped[str | None] = operational("outbox", Text)
    refused_at: Mapped[datetime | None] = operational("outbox", Instant)
