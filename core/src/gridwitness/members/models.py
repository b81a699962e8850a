"""Tables of the members feature: agencies, accounts, roles, qualifications, signing keys, login sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, operational, stated

Instant = TIMESTAMP(timezone=True)


class AgencyRow(Base):
    """An agency (行政机关) of this deployment."""

    __tablename__ = "agency"
    __table_args__ = ({"schema": "members"},)

    code: Mapped[str] = stated(Text, primary_key=True)
    name: Mapped[str] = stated(Text)
    admin: Mapped[str] = stated(Text)
    sub: Mapped[str] = stated(Text, unique=True)
    effect: Mapped[UUID] = effect_column()


class AccountRow(Base):
    """Someone who may log in. Names are personal data: in effects they are disclosures, never in the log."""

    __tablename__ = "account"
    __table_args__ = ({"schema": "members"},)

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    agency: Mapped[str] = stated(Text)
    username: Mapped[str] = stated(Text, unique=True)
    display_name: Mapped[str | None] = stated(Text)
    active: Mapped[bool] = stated(Boolean)
    sub: Mapped[str] = stated(Text, unique=True)
    password_set_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()
    password_hash: Mapped[str | None] = operational("argon2id; a secret", Text)
    failed_logins: Mapped[int] = operational("lockout", Integer, server_default=text("0"))
    locked_until: Mapped[datetime | None] = operational("lockout", Instant)
    last_login: Mapped[datetime | None] = operational("display", Instant)


class RoleRow(Base):
    """One role of one account in one agency, for a grid and what is below it, or everywhere."""

    __tablename__ = "role"
    __table_args__ = (
        Index("uq_role_grant", "account", "role", "agency", text("coalesce(scope, '')"), unique=True),
        {"schema": "members"},
    )

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    account: Mapped[UUID] = stated(Uuid)
    role: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    scope: Mapped[str | None] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class QualificationRow(Base):
    """What an account is qualified for.

    `kind`: `enforcement` (执法资格, 行政处罚法 2021 Art. 42) or `legal` (法律职业资格, Art. 58).
    """

    __tablename__ = "qualification"
    __table_args__ = (Index("ix_qualification_account", "account", "kind"), {"schema": "members"})

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    account: Mapped[UUID] = stated(Uuid)
    kind: Mapped[str] = stated(Text)
    certificate: Mapped[str] = stated(Text)
    valid_from: Mapped[datetime] = stated(Instant)
    valid_to: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class SigningKeyRow(Base):
    """A signing key as its records say; the contract `Members` says the same."""

    __tablename__ = "signing_key"
    __table_args__ = ({"schema": "members"},)

    agency: Mapped[str] = stated(Text, primary_key=True)
    kid: Mapped[str] = stated(Text, primary_key=True)
    jwk: Mapped[dict[str, Any]] = stated(JSONB)
    purpose: Mapped[str] = stated(Text)
    holder: Mapped[UUID | None] = stated(Uuid)
    not_before: Mapped[datetime] = stated(Instant)
    not_after: Mapped[datetime] = stated(Instant)
    replaces: Mapped[str | None] = stated(Text)
    registered_alone: Mapped[bool] = stated(Boolean)
    confirmed_by: Mapped[str | None] = stated(Text)
    compromised_since: Mapped[datetime | None] = stated(Instant)
    sub: Mapped[str] = stated(Text, unique=True)
    effect: Mapped[UUID] = effect_column()


class SessionRow(Base):
    """A login, by the SHA-256 of its token: the token itself is never stored."""

    __tablename__ = "session"
    __table_args__ = ({"schema": "members"},)

    token_digest: Mapped[bytes] = operational("login", LargeBinary, primary_key=True)
    account: Mapped[UUID] = operational("login", Uuid, index=True)
    expires_at: Mapped[datetime] = operational("login", Instant)


class IdempotencyRow(Base):
    """The answer given to a write under an `Idempotency-Key`, so that the same write again changes
    nothing.
    """

    __tablename__ = "idempotency"
    __table_args__ = ({"schema": "members"},)

    account: Mapped[UUID] = operational("answers given", Uuid, primary_key=True)
    key: Mapped[str] = operational("answers given", Text, primary_key=True)
    request_digest: Mapped[bytes] = operational("answers given", LargeBinary)
    response: Mapped[dict[str, Any]] = operational("answers given", JSONB)
    created_at: Mapped[datetime] = operational("answers given", Instant, index=True)
