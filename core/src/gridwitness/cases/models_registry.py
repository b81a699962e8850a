"""Tables of what `CaseRegistry` is told: milestones, the outbox, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, derived, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)


class MilestoneRow(Base):
    """One statutory milestone (Art. 47), to be told to `CaseRegistry` once its record is anchored.

    `head`: the leaf hash of its record.
    """

    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("jti"), {"schema": "cases"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    milestone: Mapped[str] = stated(Text)
    seq: Mapped[int] = stated(BigInteger)
    head: Mapped[bytes] = stated(LargeBinary)
    jti: Mapped[UUID] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()


class SendingRow(Base):
    """One milestone on its way to the contract: taken up in the order of the log, signed (`nonce`, `raw`,
    `transaction`) before it is sent, gone when it is registered; `error` says that the contract refused it.
    """

    __tablename__ = "sending"
    __table_args__ = (
        UniqueConstraint("agency", "nonce"),
        Index("ix_sending_order", "agency", "log", "leaf_index"),
        {"schema": "cases"},
    )

    sub: Mapped[str] = operational("outbox", Text, primary_key=True)
    index: Mapped[int] = operational("outbox", Integer, primary_key=True)
    agency: Mapped[str] = operational("outbox", Text)
    log: Mapped[str] = operational("outbox", Text)
    leaf_index: Mapped[int] = operational("outbox", BigInteger)
    nonce: Mapped[int | None] = operational("outbox", BigInteger)
    raw: Mapped[bytes | None] = operational("outbox", LargeBinary)
    transaction: Mapped[bytes | None] = operational("outbox", LargeBinary)
    error: Mapped[str | None] = operational("outbox", Text)
    refused_at: Mapped[datetime | None] = operational("outbox", Instant)


class TakenUpRow(Base):
    """Size of a log up to which its milestones were taken up into the outbox."""

    __tablename__ = "taken_up"
    __table_args__ = ({"schema": "cases"},)

    log: Mapped[str] = operational("outbox", Text, primary_key=True)
    size: Mapped[int] = operational("outbox", BigInteger)


class RegistrationRow(Base):
    """A milestone the contract has, with the proof of its event `MilestoneReached`."""

    __tablename__ = "registration"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = derived(Text, primary_key=True)
    index: Mapped[int] = derived(Integer, primary_key=True)
    transaction: Mapped[bytes] = derived(LargeBinary)
    block_number: Mapped[int] = derived(BigInteger)
    block_hash: Mapped[bytes] = derived(LargeBinary)
    block_time: Mapped[datetime] = derived(Instant)
    proof: Mapped[dict[str, Any]] = derived(JSONB)
