"""Tables of the dispatch feature: learned models and the knowledge base (docs/format.md section 26)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, stated

Instant = TIMESTAMP(timezone=True)


class ModelRow(Base):
    """A learned model's version. `sha256`: hex, of its file; `record`: the newest that speaks of it."""

    __tablename__ = "model"
    __table_args__ = (
        Index("uq_model_active", "agency", unique=True, postgresql_where=text("state = 'active'")),
        {"schema": "dispatch"},
    )

    model: Mapped[str] = stated(Text, primary_key=True)
    version: Mapped[int] = stated(Integer, primary_key=True)
    sub: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    state: Mapped[str] = stated(Text)
    trained: Mapped[dict[str, Any]] = stated(JSONB)
    measured: Mapped[dict[str, Any]] = stated(JSONB)
    gate: Mapped[Decimal] = stated(Numeric)
    sha256: Mapped[str] = stated(Text)
    record: Mapped[UUID] = stated(Uuid)
    effect: Mapped[UUID] = effect_column()


class ArticleRow(Base):
    """A version of an article of the knowledge base; `matters`: prefixes of the matters it is about."""

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_agency", "agency", "article", "version"),
        Index("ix_article_sub", "sub"),
        {"schema": "dispatch"},
    )

    article: Mapped[str] = stated(Text, primary_key=True)
    version: Mapped[int] = stated(Integer, primary_key=True)
    sub: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    title: Mapped[str] = stated(Text)
    body: Mapped[str] = stated(Text)
    matters: Mapped[list[str]] = stated(ARRAY(Text))
    law: Mapped[list[str] | None] = stated(ARRAY(Text))
    source: Mapped[str | None] = stated(Text)
    state: Mapped[str] = stated(Text)
    published_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()
