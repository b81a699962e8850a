"""Tables of what is written around a case: documents, letters, publication, refusals, readings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, stated

Instant = TIMESTAMP(timezone=True)


class DocumentRow(Base):
    """A document issued of a step (`statement`); its digests stand in the record `jti` alone."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_case", "sub", "statement"), {"schema": "cases"})

    jti: Mapped[UUID] = stated(Uuid, primary_key=True)
    sub: Mapped[str] = stated(Text)
    statement: Mapped[UUID] = stated(Uuid)
    document: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class LetterRow(Base):
    """A letter of supervision (监督意见书, 监督决定书) with its reply; `letter`: opinion or decision."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "reply_due_on", "sub"), {"schema": "cases"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    jti: Mapped[UUID] = stated(Uuid)
    letter: Mapped[str] = stated(Text)
    issued_by: Mapped[UUID] = stated(Uuid)
    issued_at: Mapped[datetime] = stated(Instant)
    reply_due_on: Mapped[date | None] = stated(Date)
    problem: Mapped[str | None] = stated(Text)
    replied_index: Mapped[int | None] = stated(Integer)
    replied_at: Mapped[datetime | None] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class PublicationRow(Base):
    """A decision's publication (三项制度, Art. 48), under the decision's `index`."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_published", "published_at", "sub"),
        Index("ix_publication_due", "due_on", "sub"),
        {"schema": "cases"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    due_on: Mapped[date | None] = stated(Date)
    problem: Mapped[str | None] = stated(Text)
    published_at: Mapped[datetime | None] = stated(Instant)
    remove_on: Mapped[date | None] = stated(Date)
    """From this day on it is no longer shown: five years, a natural person's two."""
    withdrawn_at: Mapped[datetime | None] = stated(Instant)
    reason: Mapped[str | None] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class RefusalRow(Base):
    """A step the procedure refused: who tried it, by which rule. `statement`: `jti` of what was handed in."""

    __tablename__ = "refusal"
    __table_args__ = (
        Index("ix_refusal_case", "case_sub", "refused_at"),
        Index("ix_refusal_time", "refused_at"),
        {"schema": "cases"},
    )

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    case_sub: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    step: Mapped[str | None] = stated(Text)
    code: Mapped[str] = stated(Text)
    rule: Mapped[str | None] = stated(Text)
    article: Mapped[str | None] = stated(Text)
    reasons: Mapped[list[Any]] = stated(JSONB)
    statement: Mapped[UUID] = stated(Uuid)
    signer: Mapped[UUID | None] = stated(Uuid)
    submitted_by: Mapped[UUID | None] = stated(Uuid)
    refused_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class ReadingRow(Base):
    """Who took a case file out, and whether with the party's personal data (个人信息保护法 Art. 54)."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_case", "case_sub", "read_at"), {"schema": "cases"})

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    case_sub: Mapped[str] = stated(Text)
    account: Mapped[UUID] = stated(Uuid)
    what: Mapped[str] = stated(Text)
    personal: Mapped[bool] = stated(Boolean)

    read_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()
