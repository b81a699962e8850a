"""Feeds as registered: found, listed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.feeds.feed import Feed, feed_of, registered_feed
from gridwitness.feeds.models import BatchRow, FeedRow


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

    def batches(
        self, session: Session, feed: Feed, before: int | None = None, limit: int = 100
    ) -> list[BatchRow]:
        """Batches of a feed, newest first, from those that begin before message `before`."""
        query = select(BatchRow).where(BatchRow.feed == feed.name)
        if before is not None:
            query = query.where(BatchRow.first < before)
        return [*session.scalars(query.order_by(BatchRow.first.desc()).limit(limit))]
