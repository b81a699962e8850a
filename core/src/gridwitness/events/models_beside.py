"""Tables of what goes on beside an event's stages: orders, whistles, check-ins, links; and the notices of it
all.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Identity, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)


class OrderRow(Base):
    """A supervision order 督办 of a level, to a unit. `state`: `open`, `replied`, `lifted`."""

    __tablename__ = "order"
    __table_args__ = (
        Index("ix_order_unlifted", "unit", "raised_at", postgresql_where=text("state <> 'lifted'")),
        Index("ix_order_raised", "raised_at", "sub", "number"),
        {"schema": "events"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    level: Mapped[int] = stated(Integer)
    unit: Mapped[str] = stated(Text)
    reason: Mapped[str] = stated(Text)
    automatic: Mapped[bool] = stated(Boolean)
    raised_at: Mapped[datetime] = stated(Instant)
    replied_at: Mapped[datetime | None] = stated(Instant)
    lifted_at: Mapped[datetime | None] = stated(Instant)
    state: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class WhistleRow(Base):
    """A whistle 吹哨: units are called to the place. `state`: `open`, `ended`."""

    __tablename__ = "whistle"
    __table_args__ = (Index("ix_whistle_blown", "blown_at", "sub", "number"), {"schema": "events"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    caller: Mapped[UUID | None] = stated(Uuid)
    urgency: Mapped[str] = stated(Text)
    blown_at: Mapped[datetime] = stated(Instant)
    ended_at: Mapped[datetime | None] = stated(Instant)
    state: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class CheckinRow(Base):
    """A unit that a whistle called 报到, when it came, and how the caller rated it (1 … 5)."""

    __tablename__ = "checkin"
    __table_args__ = (
        Index("ix_checkin_unit", "unit", "called_at"),
        Index("ix_checkin_called", "called_at"),
        {"schema": "events"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    unit: Mapped[str] = stated(Text, primary_key=True)
    called_at: Mapped[datetime] = stated(Instant)
    due_at: Mapped[datetime | None] = stated(Instant)
    checked_in_at: Mapped[datetime | None] = stated(Instant)
    checked_in_by: Mapped[UUID | None] = stated(Uuid)
    rating: Mapped[int | None] = stated(Integer)
    rated_at: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class LinkRow(Base):
    """One event beside another (`merged-into`, `holds`); always both ways."""

    __tablename__ = "link"
    __table_args__ = ({"schema": "events"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    other: Mapped[str] = stated(Text, primary_key=True)
    relation: Mapped[str] = stated(Text)
    linked_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class TakenUpRow(Base):
    """An overdue clock the duty process has dealt with: which order it led to, and whether it was raised
    again when three times overdue. Lost, it is only dealt with once more.
    """

    __tablename__ = "taken_up"
    __table_args__ = ({"schema": "events"},)

    sub: Mapped[str] = operational("queue", Text, primary_key=True)
    round: Mapped[int] = operational("queue", Integer, primary_key=True)
    clock: Mapped[str] = operational("queue", Text, primary_key=True)
    unit: Mapped[str] = operational("queue", Text, primary_key=True)
    number: Mapped[int] = operational("queue", Integer, primary_key=True)
    due_at: Mapped[datetime] = operational("queue", Instant)
    order_number: Mapped[int | None] = operational("queue", Integer)
    grave: Mapped[bool] = operational("queue", Boolean)


class NoticeRow(Base):
    """One thing a unit is told, once; `digest_at`: the digest it went out with, None while it waits."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("unit", "what", "sub", "round", "clock", "number", "since"),
        Index("ix_notice_waiting", "agency", "unit", postgresql_where=text("digest_at IS NULL")),
        Index("ix_notice_digest", "unit", "digest_at", "id"),
        {"schema": "events"},
    )

    id: Mapped[int] = operational("notice", BigInteger, Identity(), primary_key=True)
    agency: Mapped[str] = operational("notice", Text)
    unit: Mapped[str] = operational("notice", Text)
    what: Mapped[str] = operational("notice", Text)
    sub: Mapped[str] = operational("notice", Text)
    round: Mapped[int] = operational("notice", Integer)
    clock: Mapped[str] = operational("notice", Text)
    number: Mapped[int] = operational("notice", Integer)
    since: Mapped[datetime] = operational("notice", Instant)
    due_at: Mapped[datetime | None] = operational("notice", Instant)
    noticed_at: Mapped[datetime] = operational("notice", Instant)
    digest_at: Mapped[datetime | None] = operational("notice", Instant)
    read_at: Mapped[datetime | None] = operational("notice", Instant)
    read_by: Mapped[UUID | None] = operational("notice", Uuid)
