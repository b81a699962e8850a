"""Tables of the archive: parts of passages and positions, and what was let go after its retention."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)


class ArchivePartRow(Base):
    """One archived part: rows of a feed and local day. `root`: b64u; `sha256`: hex, of the file."""

    __tablename__ = "part"
    __table_args__ = ({"schema": "trucks"},)

    feed: Mapped[str] = stated(Text, primary_key=True)
    content: Mapped[str] = stated(Text, primary_key=True)
    day: Mapped[date] = stated(Date, primary_key=True)
    part: Mapped[int] = stated(Integer, primary_key=True)
    rows: Mapped[int] = stated(BigInteger)
    root: Mapped[str] = stated(Text)
    sha256: Mapped[str] = stated(Text)
    size: Mapped[int] = stated(BigInteger)
    captured_from: Mapped[datetime] = stated(Instant)
    captured_to: Mapped[datetime] = stated(Instant)
    record: Mapped[UUID] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()
    key: Mapped[bytes | None] = operational("salts of the leaves, until they are destroyed", LargeBinary)


class ExpiryRow(Base):
    """A removal after retention: `requested`, then `approved` by a second person, then `done`."""

    __tablename__ = "expiry"
    __table_args__ = (Index("ix_expiry_state", "state"), {"schema": "trucks"})

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    feed: Mapped[str] = stated(Text)
    content: Mapped[str] = stated(Text)
    until: Mapped[datetime] = stated(Instant)
    reason: Mapped[str] = stated(Text)
    requested_by: Mapped[UUID] = stated(Uuid)
    approved_by: Mapped[UUID | None] = stated(Uuid)
    parts: Mapped[list[str] | None] = stated(ARRAY(Text))
    record: Mapped[UUID | None] = stated(Uuid)
    state: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()
