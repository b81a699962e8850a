"""Tables of what was seen: passages and positions as stored, and what detection still has to look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Identity, Index, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, derived, operational

Instant = TIMESTAMP(timezone=True)
_WORK = "work in hand"
_UNSURE = "candidate, no anomaly"


class PassageRow(Base):
    """One vehicle seen at one checkpoint, named by feed, message and its place in the message.

    Derived: it follows from the message in `feeds.part` and the registers.
    """

    __tablename__ = "passage"
    __table_args__ = (
        Index("ix_passage_plate", "plate", "captured_at"),
        Index("ix_passage_captured_at", "captured_at", postgresql_using="brin"),
        {"schema": "trucks"},
    )

    feed: Mapped[str] = derived(Text, primary_key=True)
    serial: Mapped[int] = derived(BigInteger, primary_key=True)
    item: Mapped[int] = derived(Integer, primary_key=True)
    captured_at: Mapped[datetime] = derived(Instant)
    received_at: Mapped[datetime] = operational("time of receipt", Instant)
    device: Mapped[str | None] = derived(Text)
    checkpoint: Mapped[str] = derived(Text)
    lane: Mapped[int | None] = derived(SmallInteger)
    plate: Mapped[str | None] = derived(Text)
    plate_color: Mapped[str | None] = derived(Text)
    vehicle_class: Mapped[str | None] = derived(Text)
    brand: Mapped[str | None] = derived(Text)
    color: Mapped[str | None] = derived(Text)
    speed_kmh: Mapped[int | None] = derived(SmallInteger)
    reliability: Mapped[int | None] = derived(SmallInteger)
    marks: Mapped[int | None] = derived(SmallInteger)
    images: Mapped[str | None] = derived(Text)


class PositionRow(Base):
    """One fix of a terminal, named as a passage is. `lat_e6`, `lon_e6`: WGS 84, millionths of a degree."""

    __tablename__ = "position"
    __table_args__ = (
        Index("ix_position_plate", "plate", "fixed_at"),
        Index("ix_position_fixed_at", "fixed_at", postgresql_using="brin"),
        {"schema": "trucks"},
    )

    feed: Mapped[str] = derived(Text, primary_key=True)
    serial: Mapped[int] = derived(BigInteger, primary_key=True)
    item: Mapped[int] = derived(Integer, primary_key=True)
    fixed_at: Mapped[datetime] = derived(Instant)
    received_at: Mapped[datetime] = operational("time of receipt", Instant)
    mileage_hm: Mapped[int | None] = derived(BigInteger)
    alarms: Mapped[int | None] = derived(BigInteger)
    status: Mapped[int | None] = derived(BigInteger)
    terminal: Mapped[str] = derived(Text)
    plate: Mapped[str] = derived(Text)
    lat_e6: Mapped[int | None] = derived(Integer)
    lon_e6: Mapped[int | None] = derived(Integer)
    weight_kg: Mapped[int | None] = derived(Integer)
    speed_dkmh: Mapped[int | None] = derived(SmallInteger)
    direction: Mapped[int | None] = derived(SmallInteger)
    cover: Mapped[int | None] = derived(SmallInteger)
    lift: Mapped[int | None] = derived(SmallInteger)
    load: Mapped[int | None] = derived(SmallInteger)
    backfill: Mapped[bool | None] = derived(Boolean)
    extra: Mapped[str | None] = derived(Text)


class WorkRow(Base):
    """Plates of one shard about which something is new between two event times; gone when looked at.

    `book`: revision of the registers by which `plates` were chosen among those of the messages
    `first_serial` … `last_serial`; a detector with a newer one chooses again. Without `feed` nothing was
    stored: a register changed.
    """

    __tablename__ = "work"
    __table_args__ = (Index("ix_work_shard", "shard", "id"), {"schema": "trucks"})

    id: Mapped[int] = operational(_WORK, BigInteger, Identity(), primary_key=True)
    shard: Mapped[int] = operational(_WORK, SmallInteger)
    family: Mapped[str] = operational(_WORK, Text)
    feed: Mapped[str | None] = operational(_WORK, Text)
    first_serial: Mapped[int | None] = operational(_WORK, BigInteger)
    last_serial: Mapped[int | None] = operational(_WORK, BigInteger)
    plates: Mapped[list[str]] = operational(_WORK, ARRAY(Text()))
    since: Mapped[datetime] = operational(_WORK, Instant)
    until: Mapped[datetime] = operational(_WORK, Instant)
    book: Mapped[int] = operational(_WORK, BigInteger)
    noted_at: Mapped[datetime] = operational(_WORK, Instant)


class ShardRow(Base):
    """A part of the plates that one detector at a time works on. `looked_at`: when its last round ended."""

    __tablename__ = "shard"
    __table_args__ = ({"schema": "trucks"},)

    shard: Mapped[int] = operational(_WORK, SmallInteger, primary_key=True)
    looked_at: Mapped[datetime | None] = operational(_WORK, Instant)


class WakeRow(Base):
    """A plate to be looked at again, at `at`, once the watermark has passed `due_at`."""

    __tablename__ = "wake"
    __table_args__ = (Index("ix_wake_due", "shard", "due_at"), {"schema": "trucks"})

    plate: Mapped[str] = operational(_WORK, Text, primary_key=True)
    family: Mapped[str] = operational(_WORK, Text, primary_key=True)
    at: Mapped[datetime] = operational(_WORK, Instant, primary_key=True)
    due_at: Mapped[datetime] = operational(_WORK, Instant, primary_key=True)
    shard: Mapped[int] = operational(_WORK, SmallInteger)


class WatermarkRow(Base):
    """The least and the greatest event time that a feed has told, by family."""

    __tablename__ = "watermark"
    __table_args__ = ({"schema": "trucks"},)

    feed: Mapped[str] = operational(_WORK, Text, primary_key=True)
    family: Mapped[str] = operational(_WORK, Text, primary_key=True)
    least: Mapped[datetime] = operational(_WORK, Instant)
    greatest: Mapped[datetime] = operational(_WORK, Instant)


class NoticedRow(Base):
    """A row of a register, or a version of the rules, as detection has taken note of it.

    `digest`: of its values; `plates` (null: all) and the time for which a change of it matters.
    """

    __tablename__ = "noticed"
    __table_args__ = ({"schema": "trucks"},)

    register: Mapped[str] = operational(_WORK, Text, primary_key=True)
    key: Mapped[str] = operational(_WORK, Text, primary_key=True)
    digest: Mapped[int] = operational(_WORK, BigInteger)
    plates: Mapped[list[str] | None] = operational(_WORK, ARRAY(Text()))
    checkpoint: Mapped[str | None] = operational(_WORK, Text)
    since: Mapped[datetime | None] = operational(_WORK, Instant)
    until: Mapped[datetime | None] = operational(_WORK, Instant)


class CandidateRow(Base):
    """A hit of a rule that asks for others beside it: a finding where they are, else for people to look at.

    `refs`, `inputs` with spaces between them; the other columns as those of findings.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        Index("ix_candidate_at", "at", "rule"),
        Index("ix_candidate_plate", "plate", "at"),
        {"schema": "trucks"},
    )

    key: Mapped[str] = operational(_UNSURE, Text, primary_key=True)
    rule: Mapped[str] = operational(_UNSURE, Text)
    plate: Mapped[str] = operational(_UNSURE, Text)
    plate_color: Mapped[str | None] = operational(_UNSURE, Text)
    checkpoint: Mapped[str | None] = operational(_UNSURE, Text)
    at: Mapped[datetime] = operational(_UNSURE, Instant)
    until: Mapped[datetime | None] = operational(_UNSURE, Instant)
    lat_e6: Mapped[int | None] = operational(_UNSURE, Integer)
    lon_e6: Mapped[int | None] = operational(_UNSURE, Integer)
    level: Mapped[str] = operational(_UNSURE, Text)
    permit: Mapped[str | None] = operational(_UNSURE, Text)
    refs: Mapped[str] = operational(_UNSURE, Text)
    inputs: Mapped[str] = operational(_UNSURE, Text)
    measured: Mapped[str] = operational(_UNSURE, Text)
    settles_at: Mapped[datetime | None] = operational(_UNSURE, Instant)
    needs: Mapped[int] = operational(_UNSURE, Integer)
    finding: Mapped[bool] = operational(_UNSURE, Boolean)
