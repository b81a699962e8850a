"""Tables of the trucks feature: its registers. A row of a register is one period of a number, by subject.

Places `*_e6` are millionths of a degree WGS 84; periods are `[valid_from, valid_to)`, an absent end is open.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, operational, stated
from gridwitness.trucks import models_anomalies, models_archive, models_sightings

__all__ = [
    "CarrierRow",
    "CheckpointRow",
    "ManifestRow",
    "PermitRow",
    "RegisterRevisionRow",
    "SiteRow",
    "TerminalRow",
    "TruckRow",
    "models_anomalies",
    "models_archive",
    "models_sightings",
]

Instant = TIMESTAMP(timezone=True)


class CarrierRow(Base):
    """A transport company (运输单位)."""

    __tablename__ = "carrier"
    __table_args__ = (Index("ix_carrier_number", "carrier"), {"schema": "trucks"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    carrier: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    name: Mapped[str] = stated(Text)
    licence: Mapped[str | None] = stated(Text)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class TruckRow(Base):
    """A muck truck (渣土车) by its plate."""

    __tablename__ = "truck"
    __table_args__ = (Index("ix_truck_plate", "plate"), {"schema": "trucks"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    plate: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    plate_color: Mapped[str] = stated(Text)
    carrier: Mapped[str] = stated(Text)
    vehicle_class: Mapped[str | None] = stated(Text)
    brand: Mapped[str | None] = stated(Text)
    color: Mapped[str | None] = stated(Text)
    rated_kg: Mapped[int | None] = stated(BigInteger)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class SiteRow(Base):
    """A construction site or a dump site with its area, a ring of millionths of a degree."""

    __tablename__ = "site"
    __table_args__ = (Index("ix_site_number", "site"), {"schema": "trucks"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    site: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    category: Mapped[str] = stated(Text)
    name: Mapped[str] = stated(Text)
    area: Mapped[dict[str, Any]] = stated(JSONB)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class CheckpointRow(Base):
    """A checkpoint (卡口) with its place as registered, in `datum`, and converted once to WGS 84."""

    __tablename__ = "checkpoint"
    __table_args__ = (
        Index("ix_checkpoint_number", "checkpoint"),
        Index("ix_checkpoint_device", "device"),
        {"schema": "trucks"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    checkpoint: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    name: Mapped[str] = stated(Text)
    device: Mapped[str] = stated(Text)
    latitude: Mapped[Decimal] = stated(Numeric)
    longitude: Mapped[Decimal] = stated(Numeric)
    datum: Mapped[str] = stated(Text)
    lat_e6: Mapped[int] = stated(Integer)
    lon_e6: Mapped[int] = stated(Integer)
    road: Mapped[str | None] = stated(Text)
    direction: Mapped[str | None] = stated(Text)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class PermitRow(Base):
    """One version of a disposal permit (处置核准); all versions of a permit share its subject."""

    __tablename__ = "permit"
    __table_args__ = (
        Index("ix_permit_subject", "sub"),
        Index("ix_permit_plates", "plates", postgresql_using="gin"),
        {"schema": "trucks"},
    )

    permit: Mapped[str] = stated(Text, primary_key=True)
    version: Mapped[int] = stated(Integer, primary_key=True)
    sub: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    carrier: Mapped[str] = stated(Text)
    plates: Mapped[list[str]] = stated(ARRAY(Text))
    site: Mapped[str] = stated(Text)
    dumps: Mapped[list[str]] = stated(ARRAY(Text))
    checkpoints: Mapped[list[str] | None] = stated(ARRAY(Text))
    corridor: Mapped[dict[str, Any] | None] = stated(JSONB(none_as_null=True))
    windows: Mapped[dict[str, Any]] = stated(JSONB)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime] = stated(Instant)
    state: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class TerminalRow(Base):
    """Which truck carries a terminal (车载终端)."""

    __tablename__ = "terminal"
    __table_args__ = (Index("ix_terminal_number", "terminal"), {"schema": "trucks"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    terminal: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    plate: Mapped[str] = stated(Text)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class ManifestRow(Base):
    """An e-manifest (电子联单): what left the site and what the dump received; either half may come first."""

    __tablename__ = "manifest"
    __table_args__ = (
        UniqueConstraint("sub"),
        Index("ix_manifest_plate", "plate", "left_at"),
        Index("ix_manifest_effect", "effect"),
        {"schema": "trucks"},
    )

    manifest: Mapped[str] = stated(Text, primary_key=True)
    sub: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    permit: Mapped[str | None] = stated(Text)
    plate: Mapped[str | None] = stated(Text)
    site: Mapped[str | None] = stated(Text)
    dump: Mapped[str | None] = stated(Text)
    left_at: Mapped[datetime | None] = stated(Instant)
    load_kg: Mapped[int | None] = stated(BigInteger)
    received_dump: Mapped[str | None] = stated(Text)
    received_at: Mapped[datetime | None] = stated(Instant)
    received_load_kg: Mapped[int | None] = stated(BigInteger)
    effect: Mapped[UUID] = effect_column()


class RegisterRevisionRow(Base):
    """One row that counts changes of the registers; who changes them holds it, one after the other."""

    __tablename__ = "register_revision"
    __table_args__ = ({"schema": "trucks"},)

    name: Mapped[str] = operational("tells readers that a register changed", Text, primary_key=True)
    revision: Mapped[int] = operational("tells readers that a register changed", BigInteger)
