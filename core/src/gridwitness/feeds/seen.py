"""The replay guard: what a feed may say once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from gridwitness.feeds.feed import Feed
from gridwitness.feeds.models import SeenRow

# In order, so that two transactions wait for each other and never both.
_NOTE = text("""
    INSERT INTO feeds.seen (feed, kind, identifier, seen_at)
    SELECT :feed, :kind, identifier, :now FROM unnest(CAST(:identifiers AS text[])) AS given(identifier)
    ORDER BY identifier
    ON CONFLICT DO NOTHING RETURNING identifier
""")


def note_seen(
    session: Session, feed: Feed, kind: str, identifiers: Collection[str], now: datetime
) -> set[str]:
    """Note identifiers; gives those that are new. It waits for another transaction that notes the same."""
    given = sorted({identifier for identifier in identifiers if "\0" not in identifier})
    if not given:
        return set()
    noted = session.scalars(_NOTE, {"feed": feed.name, "kind": kind, "now": now, "identifiers": given})
    return set(noted)


def forget_seen(session: Session, before: datetime, kinds: Collection[str]) -> None:
    """Remove what was seen of these kinds earlier: nobody sends that again, or its age refuses it."""
    session.execute(delete(SeenRow).where(SeenRow.seen_at < before, SeenRow.kind.in_(kinds)))
