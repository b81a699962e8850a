"""Table of subscriptions between view libraries (GA/T 1400)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.database import Base, operational

_AGREED = "what a sender and this door agreed on"
Instant = TIMESTAMP(timezone=True)


class SubscriptionRow(Base):
    """Under what a feed's view library notifies. `details`: numbers of GA/T 1400 SubscribeDetail, by comma;
    `state`: `active` or `cancelled`. Who applied for it is not kept.
    """

    __tablename__ = "subscription"
    __table_args__ = ({"schema": "feeds"},)

    feed: Mapped[str] = operational(_AGREED, Text, primary_key=True)
    subscription: Mapped[str] = operational(_AGREED, Text, primary_key=True)
    title: Mapped[str] = operational(_AGREED, Text)
    details: Mapped[str] = operational(_AGREED, Text)
    begin_at: Mapped[datetime | None] = operational(_AGREED, Instant)
    end_at: Mapped[datetime | None] = operational(_AGREED, Instant)
    receive_address: Mapped[str | None] = operational(_AGREED, Text)
    state: Mapped[str] = operational(_AGREED, Text)
    changed_at: Mapped[datetime] = operational(_AGREED, Instant)
