"""Tables of the records feature (`docs/format.md` section 11 describes them for the verifier)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped
from sqlalchemy.types import UserDefinedType

from gridwitness.database import Base, derived, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which never wraps."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Column type in DDL."""
        return "xid8"


class LogRow(Base):
    """One agency's log, as the contract knows it."""

    __tablename__ = "log"
    __table_args__ = ({"schema": "records"},)

    name: Mapped[str] = derived(Text, primary_key=True)
    origin: Mapped[str] = derived(Text, unique=True)
    agency: Mapped[str] = derived(Text)
    vkey: Mapped[str] = derived(Text)
    maximum_merge_delay: Mapped[int] = derived(Integer)
    predecessor: Mapped[str | None] = derived(Text)


class RecordRow(Base):
    """One accepted record: its entry byte for byte, and its disclosures in the order of `_sd`."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("sub", "log", "seq"),  # in this order it also finds the logs of a subject
        UniqueConstraint("log", "leaf_index"),
        Index("ix_record_waiting", "log", "accept_order", postgresql_where=text("leaf_index IS NULL")),
        Index("ix_record_kind", "kind", "leaf_index"),
        Index(
            "ix_record_entry",
            text("sha256(decode(entry, 'escape'))"),
            postgresql_where=text("kind IN ('case.step.v2', 'case.cosign.v1', 'document.issued.v1')"),
        ),
        Index("ix_record_accepted_in", "accepted_in"),  # made by `append_only_ddl`: the guard looks here
        {"schema": "records"},
    )

    jti: Mapped[UUID] = derived(Uuid, primary_key=True)
    log: Mapped[str] = derived(Text)
    identity: Mapped[bytes] = derived(LargeBinary, unique=True)
    kind: Mapped[str] = derived(Text)
    iss: Mapped[str] = derived(Text)
    kid: Mapped[str] = derived(Text)
    sub: Mapped[str] = derived(Text)
    seq: Mapped[int] = derived(BigInteger)
    iat: Mapped[int] = derived(BigInteger)
    entry: Mapped[str] = derived(Text)
    disclosures: Mapped[list[str | None]] = derived(ARRAY(Text))
    received_at: Mapped[datetime] = derived(Instant)
    receipt: Mapped[str] = derived(Text)
    leaf_index: Mapped[int | None] = derived(BigInteger)
    provenance: Mapped[dict[str, Any]] = operational(
        "claimed by the device, never proof", JSONB, server_default=text("'{}'::jsonb")
    )
    accepted_in: Mapped[int] = operational(
        "the guard's proof of one transaction", TransactionId, server_default=text("pg_current_xact_id()")
    )
    accept_order: Mapped[int] = operational("queue position", BigInteger, Identity(always=False))


class TreeHeadRow(Base):
    """A tree head signed by the log key; its tiles are durable."""

    __tablename__ = "tree_head"
    __table_args__ = ({"schema": "records"},)

    log: Mapped[str] = derived(Text, primary_key=True)
    size: Mapped[int] = derived(BigInteger, primary_key=True)
    root: Mapped[bytes] = derived(LargeBinary)
    note: Mapped[str] = derived(Text)


class AnchorRow(Base):
    """A tree head the contract accepted, with the proof that it did."""

    __tablename__ = "anchor"
    __table_args__ = ({"schema": "records"},)

    log: Mapped[str] = derived(Text, primary_key=True)
    size: Mapped[int] = derived(BigInteger, primary_key=True)
    old_size: Mapped[int] = derived(BigInteger)
    root: Mapped[bytes] = derived(LargeBinary)
    transaction: Mapped[bytes] = derived(LargeBinary)
    block_number: Mapped[int] = derived(BigInteger)
    block_hash: Mapped[bytes] = derived(LargeBinary)
    block_time: Mapped[datetime] = derived(Instant)
    proof: Mapped[dict[str, Any]] = derived(JSONB)


class KeyStateRow(Base):
    """State of one signing key in `Members` at an anchor's block."""

    __tablename__ = "key_state"
    __table_args__ = ({"schema": "records"},)

    log: Mapped[str] = derived(Text, primary_key=True)
    size: Mapped[int] = derived(BigInteger, primary_key=True)
    agency: Mapped[str] = derived(Text, primary_key=True)
    kid: Mapped[str] = derived(Text, primary_key=True)
    proof: Mapped[dict[str, Any]] = derived(JSONB)


class FileRow(Base):
    """A file that records may name; its bytes lie under the files folder by SHA-256."""

    __tablename__ = "file"
    __table_args__ = ({"schema": "records"},)

    sha256: Mapped[bytes] = derived(LargeBinary, primary_key=True)
    sm3: Mapped[bytes] = derived(LargeBinary)
    size: Mapped[int] = derived(BigInteger)
    media_type: Mapped[str] = operational("sniffed for display", Text)
    received_at: Mapped[datetime] = operational("before any record names it", Instant)


class SourceRow(Base):
    """Which subject an outside system's row became, and the digest of the row's latest version."""

    __tablename__ = "source"
    __table_args__ = ({"schema": "records"},)

    agency: Mapped[str] = stated(Text, primary_key=True)
    kind: Mapped[str] = stated(Text, primary_key=True)
    source_key: Mapped[str] = stated(Text, primary_key=True)
    sub: Mapped[str] = stated(Text, unique=True)
    row_digest: Mapped[str] = stated(Text)
    log: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class ErasureRow(Base):
    """A request to erase one personal field of one subject."""

    __tablename__ = "erasure"
    __table_args__ = ({"schema": "records"},)

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    log: Mapped[str] = stated(Text)
    sub: Mapped[str] = stated(Text)
    field: Mapped[str] = stated(Text)
    reason: Mapped[str] = stated(Text)
    requested_by: Mapped[UUID] = stated(Uuid)
    approved_by: Mapped[UUID | None] = stated(Uuid)
    record: Mapped[UUID | None] = stated(Uuid)
    state: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class SendingRow(Base):
    """The one transaction a log has under way: durable before it is sent, gone when its anchor is stored."""

    __tablename__ = "sending"
    __table_args__ = ({"schema": "records"},)

    log: Mapped[str] = operational("outbox", Text, primary_key=True)
    size: Mapped[int] = operational("outbox", BigInteger)
    nonce: Mapped[int] = operational("outbox", BigInteger)
    raw: Mapped[bytes] = operational("outbox", LargeBinary)
    transaction: Mapped[bytes] = operational("outbox", LargeBinary)
