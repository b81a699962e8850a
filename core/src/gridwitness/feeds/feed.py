"""A feed as the doors know it, and what they hand over: messages, and what could not be read in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, NotFound
from gridwitness.feeds.models import FeedRow


@dataclass(frozen=True, slots=True)
class Feed:
    """One registered feed; words as in docs/format.md section 3."""

    name: str
    agency: str
    sub: str
    door: str
    assurance: str
    datum: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `received`: SHA-256 of the bytes that came in, where the door dropped some of them."""

    kept: bytes
    received: bytes | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What could not be read. `message`: its index among those appended together; `item` None: all of it.

    `raw`: the object's bytes, or the message's where `item` is None; empty: the message as it is kept.
    """

    message: int
    item: int | None
    raw: bytes
    code: str
    detail: str


def feed_of(row: FeedRow) -> Feed:
    """The feed of a row."""
    return Feed(row.feed, row.agency, row.sub, row.door, row.assurance, row.datum, row.title, row.state)


def registered_feed(session: Session, name: str) -> Feed:
    """A feed, open or closed. Raises NotFound `feed-unknown`."""
    row = None if "\0" in name else session.get(FeedRow, name, populate_existing=True)
    if row is None:
        raise NotFound("feed-unknown", f"There is no feed {name[:64]!r}.", "register it: gridwitness feed")
    return feed_of(row)


def feed_named(session: Session, name: str) -> Feed:
    """A feed that may send. Raises NotFound `feed-unknown`, Conflict `feed-closed`."""
    feed = registered_feed(session, name)
    if feed.state != "open":
        raise Conflict("feed-closed", f"Feed {name} is closed.", "an officer can open it again")
    return feed


def open_feeds(session: Session, door: str) -> list[Feed]:
    """The feeds that may send through a door, by name."""
    query = select(FeedRow).where(FeedRow.door == door, FeedRow.state == "open").order_by(FeedRow.feed)
    return [feed_of(row) for row in session.scalars(query.execution_options(populate_existing=True))]
