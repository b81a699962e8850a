"""Feeds as registered: found, listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridwitness.feeds.feed import Feed, feed_of, registered_feed
from gridwitness.feeds.models import BatchRow, FeedRow

# Three look-ups by index for each feed there is.
_STANDINGS = text("""
    SELECT c.feed, c.next_serial, coalesce(extract(epoch FROM :now - oldest.received_at), 0)::float8
    FROM feeds.chain AS c
    LEFT JOIN LATERAL (SELECT b.first + b.count AS serial FROM feeds.batch AS b
                       WHERE b.feed = c.feed ORDER BY b.first DESC LIMIT 1) AS batched ON true
    LEFT JOIN LATERAL (SELECT p.received_at FROM feeds.part AS p
                       WHERE p.feed = c.feed AND p.serial >= coalesce(batched.serial, 0)
                       ORDER BY p.serial LIMIT 1) AS oldest ON true
    ORDER BY c.feed
""")


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """How a feed does: messages since its start, seconds that the oldest one outside a batch has waited."""

    feed: str
    messages: int
    oldest_unbatched_seconds: float


class Feeds:
    """Use cases of registered feeds; registrations come in by `records.Acceptance`."""

    def find(self, session: Session, name: str) -> Feed:
        """A feed, open or closed. Raises NotFound `feed-unknown`."""
        return registered_feed(session, name)

    def page(self, session: Session, agency: str, after: str | None = None, limit: int = 100) -> list[Feed]:
        """Feeds of an agency by name, from the one behind `after` on."""
        query = select(FeedRow).where(FeedRow.agency == agency)
        if after is not None:
            query = query.where(FeedRow.feed > after)
        return [feed_of(row) for row in session.scalars(query.order_by(FeedRow.feed).limit(limit))]

    def standings(self, session: Session, now: datetime) -> list[FeedStanding]:
        """Every feed that ever sent, by name."""
        return [FeedStanding(*row) for row in session.execute(_STANDINGS, {"now": now})]

    def batches(
        self, session: Session, feed: Feed, before: int | None = None, limit: int = 100
    ) -> list[BatchRow]:
        """Batches of a feed, newest first, from those that begin before message `before`."""
        query = select(BatchRow).where(BatchRow.feed == feed.name)
        if before is not None:
            query = query.where(BatchRow.first < before)
        return [*session.scalars(query.order_by(BatchRow.first.desc()).limit(limit))]
