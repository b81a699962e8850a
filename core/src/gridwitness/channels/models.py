"""Tables of the channels feature (docs/format.md section 25)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)
_ACCESS = "by what a channel's sender is known; a secret's digest"
_QUEUE = "deliveries under way"


class ChannelRow(Base):
    """One way in for events. `sub`: its subject."""

    __tablename__ = "channel"
    __table_args__ = (Index("ix_channel_agency", "agency", "channel"), {"schema": "channels"})

    channel: Mapped[str] = stated(Text, primary_key=True)
    sub: Mapped[str] = stated(Text, unique=True)
    agency: Mapped[str] = stated(Text)
    category: Mapped[str] = stated(Text)
    title: Mapped[str] = stated(Text)
    settings: Mapped[dict[str, Any]] = stated(JSONB)
    state: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class CredentialRow(Base):
    """A token that sends through a channel, by its SHA-256 (hex)."""

    __tablename__ = "credential"
    __table_args__ = (Index("ix_credential_channel", "channel", "set_at"), {"schema": "channels"})

    digest: Mapped[str] = operational(_ACCESS, Text, primary_key=True)
    channel: Mapped[str] = operational(_ACCESS, Text)
    title: Mapped[str] = operational(_ACCESS, Text)
    set_at: Mapped[datetime] = operational(_ACCESS, Instant)
    set_by: Mapped[UUID | None] = operational(_ACCESS, Uuid)


class DetectionRow(Base):
    """What a camera or sensor claims; it becomes an event by a person's word only."""

    __tablename__ = "detection"
    __table_args__ = (
        Index("ix_detection_key", "channel", "channel_key", unique=True),
        Index("ix_detection_state", "agency", "state", "received_at", "sub"),
        {"schema": "channels"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    agency: Mapped[str] = stated(Text)
    channel: Mapped[str] = stated(Text)
    channel_key: Mapped[str] = stated(Text)
    device: Mapped[str] = stated(Text)
    matter: Mapped[str | None] = stated(Text)
    confidence: Mapped[int] = stated(Integer)
    image: Mapped[str | None] = stated(Text)
    lat_e6: Mapped[int | None] = stated(Integer)
    lon_e6: Mapped[int | None] = stated(Integer)
    captured_at: Mapped[datetime] = stated(Instant)
    received_at: Mapped[datetime] = stated(Instant)
    state: Mapped[str] = stated(Text)
    event: Mapped[str | None] = stated(Text)
    reason: Mapped[str | None] = stated(Text)
    decided_by: Mapped[UUID | None] = stated(Uuid)
    decided_at: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class WebhookRow(Base):
    """Whom news of steps goes to, one by one. `steps` empty: all; `scope` None: the whole agency."""

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_agency", "agency", "id"), {"schema": "channels"})

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    sub: Mapped[str] = stated(Text, unique=True)
    agency: Mapped[str] = stated(Text)
    url: Mapped[str] = stated(Text)
    scope: Mapped[str | None] = stated(Text)
    steps: Mapped[list[str]] = stated(ARRAY(Text))
    state: Mapped[str] = stated(Text)
    secret: Mapped[bytes | None] = operational("sealed; a secret", LargeBinary)
    effect: Mapped[UUID] = effect_column()


class UpstreamRow(Base):
    """An upper platform that gets every step of a scope in order, and answers with a receipt."""

    __tablename__ = "upstream"
    __table_args__ = ({"schema": "channels"},)

    upstream: Mapped[str] = stated(Text, primary_key=True)
    sub: Mapped[str] = stated(Text, unique=True)
    agency: Mapped[str] = stated(Text)
    title: Mapped[str] = stated(Text)
    url: Mapped[str] = stated(Text)
    scope: Mapped[str | None] = stated(Text)
    state: Mapped[str] = stated(Text)
    secret: Mapped[bytes | None] = operational("sealed; a secret", LargeBinary)
    effect: Mapped[UUID] = effect_column()


class PushedRow(Base):
    """How far a target (`webhook/<id>`, `upstream/<name>`) has been handed its movements."""

    __tablename__ = "pushed"
    __table_args__ = ({"schema": "channels"},)

    target: Mapped[str] = operational(_QUEUE, Text, primary_key=True)
    accepted_in: Mapped[int] = operational(_QUEUE, BigInteger)
    accept_order: Mapped[int] = operational(_QUEUE, BigInteger)
    batches: Mapped[int] = operational(_QUEUE, BigInteger)


class DeliveryRow(Base):
    """One body for one target: of a webhook one movement, of an upper platform a batch in order.

    `state`: waiting, delivered, failed (given up; it can be sent again). `answer`: what the target said.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_target", "target", "id"),
        Index("ix_delivery_waiting", "target", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_delivery_settled", "settled_at", postgresql_where=text("state = 'delivered'")),
        {"schema": "channels"},
    )

    id: Mapped[int] = operational(_QUEUE, BigInteger, Identity(always=True), primary_key=True)
    target: Mapped[str] = operational(_QUEUE, Text)
    movements: Mapped[int] = operational(_QUEUE, Integer)
    body: Mapped[str] = operational(_QUEUE, Text)
    state: Mapped[str] = operational(_QUEUE, Text)
    tries: Mapped[int] = operational(_QUEUE, Integer)
    next_try_at: Mapped[datetime] = operational(_QUEUE, Instant)
    made_at: Mapped[datetime] = operational(_QUEUE, Instant)
    settled_at: Mapped[datetime | None] = operational(_QUEUE, Instant)
    status: Mapped[int | None] = operational(_QUEUE, Integer)
    answer: Mapped[str | None] = operational(_QUEUE, Text)
