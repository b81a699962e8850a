"""Tables of the rules feature: which content of which rule is in force when."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, effect_column, stated


class VersionRow(Base):
    """One published version of a rule; its content stands in the record `record` alone.

    `digest`: hex SHA-256 of the content's JCS bytes, which cases name. A content may be published again.
    """

    __tablename__ = "version"
    __table_args__ = ({"schema": "rules"},)

    name: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    digest: Mapped[str] = stated(Text, index=True)
    jurisdiction: Mapped[str | None] = stated(Text)
    effective_from: Mapped[date] = stated(Date)
    effective_to: Mapped[date | None] = stated(Date)
    record: Mapped[UUID] = stated(Uuid)
    sub: Mapped[str] = stated(Text, index=True)
    effect: Mapped[UUID] = effect_column()
