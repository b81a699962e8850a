"""Subscriptions of a feed's view library: what it may notify under, and until when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict
from gridwitness.feeds.feed import Feed
from gridwitness.feeds.models_subscriptions import SubscriptionRow

MOST_OF_A_FEED = 1_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription. Times None: from the start, without end."""

    subscription: str
    title: str
    details: str
    begin_at: datetime | None
    end_at: datetime | None
    receive_address: str | None
    state: str = "active"

    def holds(self, now: datetime) -> bool:
        """Whether something may be notified under it now."""
        begun = self.begin_at is None or self.begin_at <= now
        return self.state == "active" and begun and (self.end_at is None or now <= self.end_at)


def put_subscription(session: Session, feed: Feed, given: Subscription, now: datetime) -> None:
    """Add a subscription, or change it. Raises Conflict `subscriptions-too-many`."""
    held = session.scalar(select(func.count()).where(SubscriptionRow.feed == feed.name)) or 0
    if held >= MOST_OF_A_FEED and given.subscription not in subscriptions_of(session, feed):
        raise Conflict(
            "subscriptions-too-many", f"Feed {feed.name} has {held} subscriptions.", "delete one first"
        )
    told = asdict(given) | {"changed_at": now}
    row = insert(SubscriptionRow).values(feed=feed.name, **told)
    session.execute(row.on_conflict_do_update(index_elements=["feed", "subscription"], set_=told))


def cancel_subscriptions(session: Session, feed: Feed, named: Collection[str], now: datetime) -> set[str]:
    """Cancel subscriptions; gives those that there were."""
    given = [name for name in named if "\0" not in name]
    cancelled = (
        update(SubscriptionRow)
        .where(SubscriptionRow.feed == feed.name, SubscriptionRow.subscription.in_(given))
        .values(state="cancelled", changed_at=now)
        .returning(SubscriptionRow.subscription)
    )
    return {*session.scalars(cancelled)}


def subscriptions_of(session: Session, feed: Feed) -> dict[str, Subscription]:
    """A feed's subscriptions by their identifier, cancelled ones as well."""
    query = select(SubscriptionRow).where(SubscriptionRow.feed == feed.name)
    rows = session.scalars(
        query.order_by(SubscriptionRow.subscription).execution_options(populate_existing=True)
    )
    return {
        row.subscription: Subscription(
            row.subscription,
            row.title,
            row.details,
            row.begin_at,
            row.end_at,
            row.receive_address,
            row.state,
        )
        for row in rows
    }
