"""Parts that were kept before anybody read them: taken one by one, by as many readers as there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gridwitness.errors import NotFound
from gridwitness.feeds.chain import unpacked
from gridwitness.feeds.models import FeedRow, PartRow


@dataclass(frozen=True, slots=True)
class PendingPart:
    """A part that waits: the kept bytes of its messages, the first of which is message `serial`."""

    feed: str
    serial: int
    bodies: Sequence[bytes]
    format: str
    received_at: datetime
    connection: str | None


def kept_message(session: Session, feed: str, serial: int) -> bytes:
    """The kept bytes of one message. Raises NotFound `message-unknown`: never there, or expired."""
    query = select(PartRow.serial, PartRow.body).where(PartRow.feed == feed, PartRow.serial <= serial)
    found = session.execute(query.order_by(PartRow.serial.desc()).limit(1)).first()
    bodies = [] if found is None else unpacked(bytes(found.body))
    if found is None or serial - found.serial >= len(bodies):
        raise NotFound("message-unknown", f"Feed {feed} has no message {serial}.", "it may have expired")
    return bodies[serial - found.serial]


def claim_pending(session: Session, door: str) -> PendingPart | None:
    """The next part of a door that waits, held to the end of the transaction; None where none is free."""
    query = (
        select(PartRow)
        .join(FeedRow, FeedRow.feed == PartRow.feed)
        .where(PartRow.pending, FeedRow.door == door)
        .order_by(PartRow.feed, PartRow.serial)
        .limit(1)
        .with_for_update(of=PartRow, skip_locked=True)
    )
    row = session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None:
        return None
    bodies = unpacked(bytes(row.body))
    return PendingPart(row.feed, row.serial, bodies, row.format, row.received_at, row.connection)


def settle_pending(
    session: Session,
    part: PendingPart,
    *,
    captured: tuple[datetime, datetime] | None = None,
    repeated: int = 0,
) -> None:
    """The part has been read, and this was in it; in the transaction that keeps what was."""
    since, until = captured or (None, None)
    told = {"captured_from": since, "captured_to": until, "repeated": repeated}
    where = (PartRow.feed == part.feed, PartRow.serial == part.serial)
    session.execute(update(PartRow).where(*where).values(pending=False, **told))
