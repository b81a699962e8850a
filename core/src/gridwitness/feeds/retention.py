"""Messages whose time is over: whole batches go from a chain's front, what is left stays provable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gridwitness.feeds.feed import Feed
from gridwitness.feeds.models import BatchRow, LetterRow, PartRow


@dataclass(frozen=True, slots=True)
class Front:
    """The messages `first` … `end − 1` of a feed, whole batches. `until`: when the last of them came."""

    first: int
    end: int
    until: datetime

    @property
    def count(self) -> int:
        """How many messages."""
        return self.end - self.first


def expired_front(
    session: Session, feed: Feed, until: datetime, *, batches: int | None = None
) -> Front | None:
    """The front whose batches had come in whole by `until`; at most so many batches; None where none has.

    It ends before the first part that nobody has read.
    """
    first = session.scalar(select(func.min(PartRow.serial)).where(PartRow.feed == feed.name))
    if first is None:
        return None
    unread = session.scalar(
        select(func.min(PartRow.serial)).where(PartRow.feed == feed.name, PartRow.pending)
    )
    query = select(BatchRow.first, BatchRow.count, BatchRow.received_to)
    query = query.where(BatchRow.feed == feed.name, BatchRow.first >= first).order_by(BatchRow.first)
    front = None
    for begin, count, received_to in session.execute(query.limit(batches)):
        if received_to > until or (unread is not None and begin + count > unread):
            break
        front = Front(first, begin + count, received_to)
    return front


def remove_front(session: Session, feed: Feed, front: Front) -> int:
    """Delete the front's parts and letters; gives how many parts. Record `archive.expired.v1` first."""
    gone = session.execute(
        delete(PartRow).where(PartRow.feed == feed.name, PartRow.serial < front.end).returning(PartRow.serial)
    ).all()
    session.execute(delete(LetterRow).where(LetterRow.feed == feed.name, LetterRow.serial < front.end))
    return len(gone)
