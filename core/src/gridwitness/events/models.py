"""Tables of the events feature: events, steps, clocks, assignments, asks (docs/format.md section 24)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, stated
from gridwitness.events.models_beside import CheckinRow, LinkRow, NoticeRow, OrderRow, TakenUpRow, WhistleRow

__all__ = [
    "AskRow",
    "AssignmentRow",
    "CheckinRow",
    "ClockRow",
    "EventRow",
    "LinkRow",
    "NoticeRow",
    "OrderRow",
    "ReporterRow",
    "StepRow",
    "TakenUpRow",
    "WhistleRow",
]

Instant = TIMESTAMP(timezone=True)
OPEN = "state NOT IN ('assessed', 'closed', 'merged', 'void')"
"""Events that somebody still works on; the map of them has an index of its own."""
_POINT = text("point(lon_e6, lat_e6)")


class EventRow(Base):
    """An event as its steps leave it. `lat_e6`, `lon_e6`: millionths of a degree, WGS 84."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("number"),
        Index(
            "uq_event_channel_key",
            "agency",
            "channel",
            "channel_key",
            unique=True,
            postgresql_where=text("channel_key IS NOT NULL"),
        ),
        Index(
            "ix_event_numbers",
            "agency",
            text("split_part(number, '-', 2)"),
            text("length(number)"),
            "number",
        ),
        Index("ix_event_moved", "agency", "moved_at", "sub"),
        Index("ix_event_state", "agency", "state", "moved_at", "sub"),
        Index("ix_event_grid", "agency", "grid", "moved_at", "sub"),
        Index("ix_event_unit", "agency", "unit", "moved_at", "sub"),
        Index("ix_event_matter", "agency", "matter", "moved_at", "sub"),
        Index("ix_event_reported", "agency", "reported_at"),
        Index(
            "ix_event_reporter", "reported_by", "moved_at", postgresql_where=text("reported_by IS NOT NULL")
        ),
        Index("ix_event_place", _POINT, postgresql_using="gist"),
        Index("ix_event_open_place", _POINT, postgresql_using="gist", postgresql_where=text(OPEN)),
        {"schema": "events"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    channel: Mapped[str] = stated(Text)
    channel_key: Mapped[str | None] = stated(Text)
    category: Mapped[str] = stated(Text)
    matter: Mapped[str | None] = stated(Text)
    matter_version: Mapped[int | None] = stated(Integer)
    urgency: Mapped[str] = stated(Text)
    grid: Mapped[str | None] = stated(Text)
    lat_e6: Mapped[int | None] = stated(Integer)
    lon_e6: Mapped[int | None] = stated(Integer)
    address: Mapped[str | None] = stated(Text)
    title: Mapped[str | None] = stated(Text)
    description: Mapped[str | None] = stated(Text)
    state: Mapped[str] = stated(Text)
    round: Mapped[int] = stated(Integer)
    unit: Mapped[str | None] = stated(Text)
    handler: Mapped[UUID | None] = stated(Uuid)
    mode: Mapped[str | None] = stated(Text)
    responsible_since: Mapped[datetime | None] = stated(Instant)
    reported_at: Mapped[datetime] = stated(Instant)
    reported_by: Mapped[UUID | None] = stated(Uuid)
    accepted_at: Mapped[datetime | None] = stated(Instant)
    filed_at: Mapped[datetime | None] = stated(Instant)
    dispatched_at: Mapped[datetime | None] = stated(Instant)
    answered_at: Mapped[datetime | None] = stated(Instant)
    closed_at: Mapped[datetime | None] = stated(Instant)
    outcome: Mapped[str | None] = stated(Text)
    satisfaction: Mapped[str | None] = stated(Text)
    merged_into: Mapped[str | None] = stated(Text)
    detection: Mapped[str | None] = stated(Text)
    emergency: Mapped[str | None] = stated(Text)
    returns: Mapped[int] = stated(Integer)
    loop: Mapped[str] = stated(Text)
    steps: Mapped[int] = stated(Integer)
    moved_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class StepRow(Base):
    """One step of an event, by its record's `jti`; `state` is the event's after it."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("sub", "seq"),
        Index("ix_step_occurred", "step", "occurred_at"),
        Index("ix_step_actor", "actor", "occurred_at", postgresql_where=text("actor IS NOT NULL")),
        {"schema": "events"},
    )

    jti: Mapped[UUID] = stated(Uuid, primary_key=True)
    sub: Mapped[str] = stated(Text)
    seq: Mapped[int] = stated()
    round: Mapped[int] = stated(Integer)
    step: Mapped[str] = stated(Text)
    stage: Mapped[int] = stated(Integer)
    state: Mapped[str] = stated(Text)
    actor: Mapped[UUID | None] = stated(Uuid)
    unit: Mapped[str | None] = stated(Text)
    details: Mapped[dict[str, Any]] = stated(JSONB)
    note: Mapped[str | None] = stated(Text)
    occurred_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class ClockRow(Base):
    """One time limit of an event. `unit` is '' and `number` 0 where they say nothing."""

    __tablename__ = "clock"
    __table_args__ = (
        Index("ix_clock_due", "due_at", "sub", postgresql_where=text("state IN ('running', 'paused')")),
        Index("ix_clock_unit", "unit", "due_at"),
        Index("ix_clock_name", "clock", "due_at"),
        {"schema": "events"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    round: Mapped[int] = stated(Integer, primary_key=True)
    clock: Mapped[str] = stated(Text, primary_key=True)
    unit: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    amount: Mapped[int] = stated(Integer)
    measure: Mapped[str] = stated(Text)
    rule: Mapped[str] = stated(Text)
    calendar: Mapped[str] = stated(Text)
    hours: Mapped[dict[str, Any]] = stated(JSONB)
    started_at: Mapped[datetime] = stated(Instant)
    started_by: Mapped[UUID] = stated(Uuid)
    due_at: Mapped[datetime | None] = stated(Instant)
    triple_at: Mapped[datetime | None] = stated(Instant)
    added: Mapped[int] = stated(Integer)
    pauses: Mapped[list[Any]] = stated(JSONB)
    ended_at: Mapped[datetime | None] = stated(Instant)
    ended_by: Mapped[UUID | None] = stated(Uuid)
    state: Mapped[str] = stated(Text)
    problem: Mapped[str | None] = stated(Text)
    excused: Mapped[bool] = stated(Boolean)
    effect: Mapped[UUID] = effect_column()


class AssignmentRow(Base):
    """A unit's part in a dispatch: `lead` 主办 or `helper` 协办. `number`: of the dispatch in its round."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_unit", "unit", "assigned_at"),
        Index(
            "ix_assignment_handler", "handler", "assigned_at", postgresql_where=text("handler IS NOT NULL")
        ),
        {"schema": "events"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    round: Mapped[int] = stated(Integer, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    unit: Mapped[str] = stated(Text, primary_key=True)
    part: Mapped[str] = stated(Text)
    state: Mapped[str] = stated(Text)
    handler: Mapped[UUID | None] = stated(Uuid)
    basis: Mapped[str] = stated(Text)
    assigned_at: Mapped[datetime] = stated(Instant)
    signed_at: Mapped[datetime | None] = stated(Instant)
    answered_at: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class AskRow(Base):
    """What somebody asks for and another person decides: `return`, `extend`, `suspend`, `appeal`."""

    __tablename__ = "ask"
    __table_args__ = (
        Index("ix_ask_sub", "sub"),
        Index("ix_ask_open", "what", "sub", postgresql_where=text("state = 'open'")),
        {"schema": "events"},
    )

    jti: Mapped[UUID] = stated(Uuid, primary_key=True)
    sub: Mapped[str] = stated(Text)
    round: Mapped[int] = stated(Integer)
    what: Mapped[str] = stated(Text)
    number: Mapped[int] = stated(Integer)
    clock: Mapped[str | None] = stated(Text)
    amount: Mapped[int | None] = stated(Integer)
    until: Mapped[datetime | None] = stated(Instant)
    asked_by: Mapped[UUID] = stated(Uuid)
    unit: Mapped[str | None] = stated(Text)
    state: Mapped[str] = stated(Text)
    decided_by: Mapped[UUID | None] = stated(Uuid)
    decided_at: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class ReporterRow(Base):
    """Who reported an event, where somebody said so: personal data, never shown to the public."""

    __tablename__ = "reporter"
    __table_args__ = ({"schema": "events"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    name: Mapped[str | None] = stated(Text)
    phone: Mapped[str | None] = stated(Text)
    may_contact: Mapped[bool] = stated(Boolean)
    effect: Mapped[UUID] = effect_column()
