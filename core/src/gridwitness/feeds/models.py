"""Tables of the feeds feature: registered feeds, what they sent, batches, dead letters, credentials."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Identity, Index, Integer, LargeBinary, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, derived, effect_column, operational, stated
from gridwitness.feeds.models_subscriptions import SubscriptionRow  # noqa: F401 - a table of this feature

Instant = TIMESTAMP(timezone=True)

_DOOR = "the door's word"
_QUEUE = "dead letters"


class FeedRow(Base):
    """One source of outside data. `sub`: its subject, where its batches stand as well."""

    __tablename__ = "feed"
    __table_args__ = ({"schema": "feeds"},)

    feed: Mapped[str] = stated(Text, primary_key=True)
    sub: Mapped[str] = stated(Text, unique=True)
    agency: Mapped[str] = stated(Text)
    door: Mapped[str] = stated(Text)
    assurance: Mapped[str] = stated(Text)
    datum: Mapped[str] = stated(Text)
    title: Mapped[str] = stated(Text)
    state: Mapped[str] = stated(Text)
    registered_by: Mapped[UUID | None] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()


class BatchRow(Base):
    """The messages `first` … `first + count − 1` of a feed, as their `feed.batch.v1` (`record`) says."""

    __tablename__ = "batch"
    __table_args__ = ({"schema": "feeds"},)

    feed: Mapped[str] = stated(Text, primary_key=True)
    first: Mapped[int] = stated(BigInteger, primary_key=True)
    count: Mapped[int] = stated(BigInteger)
    head: Mapped[str] = stated(Text)
    assurance: Mapped[str] = stated(Text)
    received_from: Mapped[datetime] = stated(Instant)
    received_to: Mapped[datetime] = stated(Instant)
    captured_from: Mapped[datetime | None] = stated(Instant)
    captured_to: Mapped[datetime | None] = stated(Instant)
    serial_gaps: Mapped[int] = stated(BigInteger)
    repeated: Mapped[int] = stated(BigInteger)
    rejected: Mapped[int] = stated(BigInteger)
    clock_offset: Mapped[Decimal | None] = stated(Numeric)
    record: Mapped[UUID] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()


class ChainRow(Base):
    """The end of a feed's chain: the next message's serial and the link before it. Appending holds it."""

    __tablename__ = "chain"
    __table_args__ = ({"schema": "feeds"},)

    feed: Mapped[str] = derived(Text, primary_key=True)
    next_serial: Mapped[int] = derived(BigInteger)
    link: Mapped[bytes] = derived(LargeBinary)


class PartRow(Base):
    """Consecutive messages of a feed. `body`, `received`, `link`: docs/format.md section 18.

    The tallies are what the door saw in them: span of the times told, numbers a device skipped, objects that
    had come before, and how many seconds after each told time the message came (float32, little-endian).
    """

    __tablename__ = "part"
    __table_args__ = (
        Index("ix_part_pending", "feed", "serial", postgresql_where=text("pending")),
        {"schema": "feeds"},
    )

    feed: Mapped[str] = derived(Text, primary_key=True)
    serial: Mapped[int] = derived(BigInteger, primary_key=True)
    count: Mapped[int] = derived(Integer)
    link: Mapped[bytes] = derived(LargeBinary)
    body: Mapped[bytes] = derived(LargeBinary)
    received: Mapped[bytes | None] = derived(LargeBinary)
    received_at: Mapped[datetime] = operational(_DOOR, Instant)
    connection: Mapped[str | None] = operational(_DOOR, Text)
    format: Mapped[str] = operational(_DOOR, Text)
    captured_from: Mapped[datetime | None] = operational(_DOOR, Instant)
    captured_to: Mapped[datetime | None] = operational(_DOOR, Instant)
    serial_gaps: Mapped[int] = operational(_DOOR, Integer)
    repeated: Mapped[int] = operational(_DOOR, Integer)
    offsets: Mapped[bytes] = operational(_DOOR, LargeBinary)
    pending: Mapped[bool] = operational("kept, and not read yet", Boolean)


class LetterRow(Base):
    """An object, or a whole message (`item` NULL), that could not be read; `raw` can be replayed."""

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_place", "feed", "serial"),
        Index("ix_letter_state", "feed", "state", "id"),
        {"schema": "feeds"},
    )

    id: Mapped[int] = operational(_QUEUE, BigInteger, Identity(always=True), primary_key=True)
    feed: Mapped[str] = operational(_QUEUE, Text)
    serial: Mapped[int] = operational(_QUEUE, BigInteger)
    item: Mapped[int | None] = operational(_QUEUE, Integer)
    format: Mapped[str] = operational(_QUEUE, Text)
    raw: Mapped[bytes] = operational(_QUEUE, LargeBinary)
    code: Mapped[str] = operational(_QUEUE, Text)
    detail: Mapped[str] = operational(_QUEUE, Text)
    state: Mapped[str] = operational(_QUEUE, Text)
    tries: Mapped[int] = operational(_QUEUE, Integer)
    received_at: Mapped[datetime] = operational(_QUEUE, Instant)
    settled_at: Mapped[datetime | None] = operational(_QUEUE, Instant)
    settled_by: Mapped[UUID | None] = operational(_QUEUE, Uuid)


class SeenRow(Base):
    """What a feed may say once: identifiers of notifications, nonces. Rows of the past are removed."""

    __tablename__ = "seen"
    __table_args__ = (Index("ix_seen_seen_at", "seen_at"), {"schema": "feeds"})

    feed: Mapped[str] = operational("replay guard", Text, primary_key=True)
    kind: Mapped[str] = operational("replay guard", Text, primary_key=True)
    identifier: Mapped[str] = operational("replay guard", Text, primary_key=True)
    seen_at: Mapped[datetime] = operational("replay guard", Instant)


class CredentialRow(Base):
    """By what a sender is known: `kind` is a word of `credentials.KINDS`. Its secret is no evidence."""

    __tablename__ = "credential"
    __table_args__ = (Index("ix_credential_name", "kind", "name", unique=True), {"schema": "feeds"})

    feed: Mapped[str] = stated(Text, primary_key=True)
    kind: Mapped[str] = stated(Text, primary_key=True)
    name: Mapped[str] = stated(Text, primary_key=True)
    secret: Mapped[bytes | None] = operational("sealed; a secret", LargeBinary)
    set_at: Mapped[datetime] = stated(Instant)
    set_by: Mapped[UUID | None] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()
