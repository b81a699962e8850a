"""Batches: at most each minute a record says what a feed sent since the last one (`feed.batch.v1`)."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from statistics import median
from typing import Any

from gridwitness_evidence import base64url
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.feeds.feed import Feed, registered_feed
from gridwitness.feeds.handler import batch_ends
from gridwitness.feeds.kinds import BATCH
from gridwitness.feeds.models import LetterRow, PartRow
from gridwitness.records import Acceptance, OwnKeys, current_log, lock_subjects, rfc3339

LONGEST = 200_000
"""Parts of one batch: what a worker that was away for long still has in memory at once."""

_SAMPLE = 20_001
"""More offsets than this are thinned out evenly before their median is taken."""

# Three look-ups by index for each feed there is: the worker asks with every round.
_DUE = text("""
    SELECT c.feed
    FROM feeds.chain AS c
    LEFT JOIN LATERAL (SELECT b.first + b.count AS serial FROM feeds.batch AS b
                       WHERE b.feed = c.feed ORDER BY b.first DESC LIMIT 1) AS batched ON true
    JOIN LATERAL (SELECT p.received_at FROM feeds.part AS p
                  WHERE p.feed = c.feed AND p.serial >= coalesce(batched.serial, 0)
                  ORDER BY p.serial LIMIT 1) AS oldest ON oldest.received_at <= :until
    ORDER BY c.feed
""")
_TALLIES = (
    PartRow.serial,
    PartRow.count,
    PartRow.link,
    PartRow.received_at,
    PartRow.captured_from,
    PartRow.captured_to,
    PartRow.serial_gaps,
    PartRow.repeated,
    PartRow.offsets,
    PartRow.pending,
)


@dataclass(frozen=True, slots=True)
class _Tally:
    first: int
    count: int
    link: bytes
    received: tuple[datetime, datetime]
    captured: tuple[datetime, datetime] | None
    serial_gaps: int
    repeated: int
    offset: Decimal | None


class Batches:
    """Makes batches. Where the last one ended is in `feeds.batch`: a crash neither loses nor doubles one."""

    def __init__(self, acceptance: Acceptance, own_keys: OwnKeys, clock: Clock, seconds: int) -> None:
        """`seconds`: how old the oldest message outside a batch becomes."""
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._clock = clock
        self._age = timedelta(seconds=seconds)

    def due(self, session: Session) -> list[str]:
        """Feeds with a message outside a batch that is old enough."""
        return [*session.scalars(_DUE, {"until": self._clock.now() - self._age})]

    def close(self, session: Session, name: str, *, now: bool = False) -> bool:
        """Record a feed's batch, where one is due (or `now`: where there is any message); whether it was.

        Raises NotFound `feed-unknown`.
        """
        feed = registered_feed(session, name)
        log = current_log(session, feed.agency)
        lock_subjects(session, [(log.name, feed.sub)])
        tally = _tally(session, feed, self._clock.now() - self._age)
        if tally is None or not (now or tally.received[0] <= self._clock.now() - self._age):
            return False
        statement = self._acceptance.sign_own(
            session,
            log,
            BATCH,
            feed.sub,
            _fields(feed, tally, _rejected(session, feed, tally)),
            key=self._own_keys.service_key(feed.agency),
            iss=feed.agency,
        )
        self._acceptance.accept_one(session, statement, internal=True)
        return True


def _tally(session: Session, feed: Feed, unread_before: datetime) -> _Tally | None:
    """What came since the last batch. Appending holds the chain, so what is visible has no gap.

    Parts that nobody has read yet are waited for, until they are old: their times belong to the batch.
    """
    first = batch_ends(session, [feed.name]).get(feed.name, 0)
    query = select(*_TALLIES).where(PartRow.feed == feed.name, PartRow.serial >= first)
    found = session.execute(query.order_by(PartRow.serial).limit(LONGEST))
    rows = [*takewhile(lambda row: not row.pending or row.received_at <= unread_before, found)]
    if not rows:
        return None
    received = [row.received_at for row in rows]
    captured = [when for row in rows for when in (row.captured_from, row.captured_to) if when is not None]
    return _Tally(
        first=first,
        count=rows[-1].serial + rows[-1].count - first,
        link=bytes(rows[-1].link),
        received=(min(received), max(received)),
        captured=(min(captured), max(captured)) if captured else None,
        serial_gaps=sum(row.serial_gaps for row in rows),
        repeated=sum(row.repeated for row in rows),
        offset=_median([bytes(row.offsets) for row in rows]),
    )


def _median(packed: Sequence[bytes]) -> Decimal | None:
    offsets = array("f", b"".join(packed))
    thinned = offsets[:: math.ceil(len(offsets) / _SAMPLE)] if offsets else offsets
    finite = [offset for offset in thinned if math.isfinite(offset)]
    return Decimal(f"{median(finite):.3f}") + 0 if finite else None  # + 0: there is no −0.000


def _rejected(session: Session, feed: Feed, tally: _Tally) -> int:
    query = select(func.count()).where(
        LetterRow.feed == feed.name,
        LetterRow.serial >= tally.first,
        LetterRow.serial < tally.first + tally.count,
    )
    return session.scalar(query) or 0


def _fields(feed: Feed, tally: _Tally, rejected: int) -> dict[str, Any]:
    captured = tally.captured
    return {
        "feed": feed.name,
        "assurance": feed.assurance,
        "first": tally.first,
        "count": tally.count,
        "head": base64url.encode(tally.link),
        "received_from": rfc3339(tally.received[0]),
        "received_to": rfc3339(_second_after(tally.received[1])),
        "captured_from": None if captured is None else rfc3339(captured[0]),
        "captured_to": None if captured is None else rfc3339(_second_after(captured[1])),
        "serial_gaps": tally.serial_gaps,
        "repeated": tally.repeated,
        "rejected": rejected,
        "clock_offset": None if tally.offset is None else str(tally.offset),
    }


def _second_after(when: datetime) -> datetime:
    """The whole second at or after it: an interval of whole seconds holds everything in it."""
    return when + timedelta(microseconds=-when.microsecond % 1_000_000)
