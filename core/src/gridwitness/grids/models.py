"""Tables of the grids feature (docs/format.md section 23). A row of a register is one period of a number.

Places `*_e6` are millionths of a degree WGS 84; periods are `[valid_from, valid_to)`, an absent end is open.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)

ADDRESS_NAME = "lower(replace(normalize(name, NFKC), ' ', ''))"
"""An address's name as the search for it compares it; the index is on it."""


class GridRow(Base):
    """An area somebody answers for (网格), with its outline or without."""

    __tablename__ = "grid"
    __table_args__ = (
        Index("ix_grid_number", "grid"),
        Index("ix_grid_parent", "parent"),
        {"schema": "grids"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    grid: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    category: Mapped[str] = stated(Text)
    level: Mapped[int] = stated(Integer)
    parent: Mapped[str | None] = stated(Text)
    name: Mapped[str] = stated(Text)
    unit: Mapped[str | None] = stated(Text)
    area: Mapped[dict[str, Any] | None] = stated(JSONB(none_as_null=True))
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class UnitRow(Base):
    """Who handles (单位): a centre, department, township, community, enterprise or team, and its hours."""

    __tablename__ = "unit"
    __table_args__ = (Index("ix_unit_number", "unit"), {"schema": "grids"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    unit: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    name: Mapped[str] = stated(Text)
    category: Mapped[str] = stated(Text)
    parent: Mapped[str | None] = stated(Text)
    grid: Mapped[str | None] = stated(Text)
    calendar: Mapped[str] = stated(Text)
    hours: Mapped[dict[str, Any]] = stated(JSONB)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class AddressRow(Base):
    """A standard address (标准地址): one node of the tree from district to room."""

    __tablename__ = "address"
    __table_args__ = (
        Index("ix_address_number", "address"),
        Index("ix_address_parent", "parent"),
        Index("ix_address_name", text(ADDRESS_NAME)),
        {"schema": "grids"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    address: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    parent: Mapped[str | None] = stated(Text)
    level: Mapped[str] = stated(Text)
    name: Mapped[str] = stated(Text)
    lat_e6: Mapped[int | None] = stated(Integer)
    lon_e6: Mapped[int | None] = stated(Integer)
    grid: Mapped[str | None] = stated(Text)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class StaffRow(Base):
    """Who works for a unit. The history lives in the account's subject."""

    __tablename__ = "staff"
    __table_args__ = (Index("ix_staff_unit", "unit"), {"schema": "grids"})

    account: Mapped[UUID] = stated(Uuid, primary_key=True)
    unit: Mapped[str] = stated(Text, primary_key=True)
    since: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class MatterRow(Base):
    """One version of a matter (事项) of the responsibility list; all its versions share a subject."""

    __tablename__ = "matter"
    __table_args__ = (Index("ix_matter_subject", "sub"), {"schema": "grids"})

    matter: Mapped[str] = stated(Text, primary_key=True)
    version: Mapped[int] = stated(Integer, primary_key=True)
    sub: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    change: Mapped[str] = stated(Text)
    entry: Mapped[dict[str, Any] | None] = stated(JSONB(none_as_null=True))
    state: Mapped[str] = stated(Text)
    effective_from: Mapped[datetime] = stated(Instant)
    proposed_by: Mapped[UUID | None] = stated(Uuid)
    decided_by: Mapped[UUID | None] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()


class RegisterRevisionRow(Base):
    """Moves with every change of the registers or of the matters; who changes them holds it."""

    __tablename__ = "register_revision"
    __table_args__ = ({"schema": "grids"},)

    name: Mapped[str] = operational("tells readers that a register changed", Text, primary_key=True)
    revision: Mapped[int] = operational("tells readers that a register changed", BigInteger)
