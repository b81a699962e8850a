"""Feeds (docs/format.md section 18): the messages kept are those whose chain the batches anchored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.effect_fold import key_text
from gridwitness_verifier.audit.feed_batches import (
    Batch,
    FeedBatches,
    check_batch_rows,
    key_of,
    read_batches,
)
from gridwitness_verifier.audit.feed_chain import StoredPart, digests, first_link, next_link
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.report import Phrase

FEED, BATCH, PART, CHAIN = "feeds.feed", "feeds.batch", "feeds.part", "feeds.chain"
ON_ITS_WAY = 120
"""Seconds that a message may wait for its batch."""

_PARTS_AT_ONCE = 8  # of up to 16 MiB each
_FEEDS = 'SELECT left(feed, 200), left(sub, 100) FROM feeds.feed ORDER BY feed COLLATE "C"'
_PARTS = """
SELECT serial, count, substr(link, 1, 64), CASE WHEN octet_length(body) <= 16777216 THEN body END,
       substr(received, 1, 1048576), ceil(extract(epoch FROM received_at))::bigint
FROM feeds.part WHERE feed = %s ORDER BY serial
"""
_CHAINS = "SELECT left(feed, 200), next_serial, substr(link, 1, 64) FROM feeds.chain"
_UNKNOWN = "SELECT DISTINCT left(feed, 200) FROM feeds.part WHERE feed NOT IN (SELECT feed FROM feeds.feed)"


def check_feeds(
    tally: Tally, snapshot: Snapshot, scratch: Scratch, catalog: dict[str, Relation], now: int | None
) -> bool:
    """Every feed's chain against its batches; False where there is no feed and so nothing to say.

    `now`: Unix seconds at which messages without a batch are judged, None: not judged.
    """
    absent = [name for name in (FEED, BATCH, PART, CHAIN) if name not in catalog]
    if len(absent) == 4:
        return False
    unusable = [name for name in (FEED, BATCH, PART, CHAIN) if name in absent or not catalog[name].usable]
    if unusable:
        tally.not_evaluated.append(f"{', '.join(unusable)} can not be read as a table")
        return True
    try:
        with snapshot.attempt():
            return _check(tally, snapshot, scratch, now)
    except psycopg.Error as error:
        tally.not_evaluated.append(f"feeds could not be read: {error}"[:300])
        return True


def _check(tally: Tally, snapshot: Snapshot, scratch: Scratch, now: int | None) -> bool:
    check_batch_rows(tally, snapshot, scratch)
    subs = dict(snapshot.rows(_FEEDS))
    batches = dict(read_batches(tally, scratch, subs))
    feeds = sorted({*subs, *batches, *(feed for (feed,) in snapshot.rows(_UNKNOWN))})
    ends = {feed: (serial, bytes(link)) for feed, serial, link in snapshot.rows(_CHAINS)}
    waiting = 0
    for feed in feeds:
        walk = _FeedWalk(tally, feed, batches.get(feed, FeedBatches()), now)
        for part in _parts(snapshot, feed):
            walk.add(part)
        walk.finish(ends.get(feed))
        waiting += walk.waiting
    if waiting:
        text = f"{waiting} messages are not in a batch yet"
        tally.notes.append(Phrase(text, f"{waiting} 条报文尚未入批次"))
    return bool(feeds)


def _parts(snapshot: Snapshot, feed: str) -> Iterator[StoredPart]:
    rows = snapshot.stream(_PARTS, (feed,), _PARTS_AT_ONCE, binary=True)
    for serial, count, link, body, received, received_at in rows:
        yield StoredPart(serial, count, link or b"", body, received, received_at or 0)


@dataclass
class _FeedWalk:
    """Goes along one feed. After a break it goes on from what is stored, so that one change is one place."""

    tally: Tally
    feed: str
    batches: FeedBatches
    now: int | None
    serial: int = 0
    link: bytes | None = None
    forged: bytes | None = None
    """The stored link at the end of a batch that names another."""
    begun: bool = False
    waiting: int = 0

    def add(self, part: StoredPart) -> None:
        """The next part by serial."""
        self.tally.checked += 1
        self._join(part)
        found = digests(part)
        if found is None:
            self._fail("part-form", "its bytes are not what its count says", part.serial)
            self.serial = part.serial + max(part.count, 1)
            batch = self.batches.by_end.get(self.serial)
            self.link = part.link if batch is None else batch.head
            return
        if self.link is not None:
            self._follow(part.serial, self.link, found, part)
        else:
            self.link = part.link
        self.serial = part.serial + part.count
        batch = self.batches.by_end.get(self.serial)
        if batch is not None:
            self._end_batch(batch)
        if self.batches.last is None or self.serial > self.batches.last.end:
            self._wait(part)

    def finish(self, end: tuple[int, bytes] | None) -> None:
        """After the last part: nothing that a batch names is missing, and the chain ends here."""
        last = self.batches.last
        if not self.begun and last is not None and self._is_expired(last):
            self.serial, self.link = last.end, last.head
        if last is not None and self.serial < last.end:
            detail = f"messages {self.serial} to {last.end - 1} of feed {self.feed} are missing"
            self._fail("messages-missing", detail, self.serial)
            return
        serial, link = end or (0, first_link(self.feed))
        if serial != self.serial or link not in (self.link or first_link(self.feed), self.forged):
            detail = f"the messages of feed {self.feed} end before {self.serial}, or with another link"
            self.tally.fail("feed-end", detail, table=CHAIN, key=key_text({"feed": self.feed}))

    def _join(self, part: StoredPart) -> None:
        """Set `link` to the one before the part, or to None where nothing says it."""
        if not self.begun:
            self.begun = True
            self.link = first_link(self.feed)
            if part.serial > 0:
                self._begin_later(part.serial)
        elif part.serial != self.serial:
            detail = f"message {part.serial} of feed {self.feed} where {self.serial} should follow"
            self._fail("part-gap", detail, part.serial)
            before = self.batches.by_end.get(part.serial)
            self.link = None if before is None else before.head

    def _begin_later(self, serial: int) -> None:
        before = self.batches.by_end.get(serial)
        self.link = None if before is None else before.head
        if before is None or not self._is_expired(before):
            detail = f"messages up to {serial - 1} of feed {self.feed} are gone, and no record says so"
            self._fail("front-removed", detail, serial)

    def _is_expired(self, batch: Batch) -> bool:
        """Whether a record of the messages' removal reaches to the batch's end. Times compare as texts."""
        return self.batches.expired is not None and self.batches.expired >= batch.received_to

    def _follow(self, serial: int, link: bytes, found: list[tuple[bytes, bytes]], part: StoredPart) -> None:
        for index, (received, kept) in enumerate(found):
            link = next_link(link, received, kept)
            batch = self.batches.by_end.get(serial + index + 1)
            if batch is not None and index + 1 < len(found) and batch.head != link:
                self._fail_batch(batch)
        if link != part.link and self.forged is not None:  # whoever forged a batch's end may have gone on
            link = self.forged
            for received, kept in found:
                link = next_link(link, received, kept)
        self.forged = None
        if link != part.link:
            self._fail("link-differs", "its link does not follow from its messages", serial)
        self.link = part.link

    def _end_batch(self, batch: Batch) -> None:
        if self.link != batch.head:
            self._fail_batch(batch)
            self.link, self.forged = batch.head, self.link

    def _fail_batch(self, batch: Batch) -> None:
        detail = f"messages {batch.first} to {batch.end - 1} of feed {self.feed} are not those of the batch"
        key = key_of(self.feed, "first", batch.first)
        self.tally.fail("batch-head", detail, table=BATCH, key=key, **batch.where)

    def _wait(self, part: StoredPart) -> None:
        if self.waiting == 0 and self.now is not None and self.now - part.received_at > ON_ITS_WAY:
            age = _age(self.now - part.received_at)
            self._fail("batch-overdue", f"received {age} ago and in no batch", part.serial)
        self.waiting += part.count

    def _fail(self, code: str, detail: str, serial: int, **where: Any) -> None:
        self.tally.fail(code, detail, table=PART, key=key_of(self.feed, "serial", serial), **where)


def _age(seconds: int) -> str:
    return f"{seconds} s" if seconds < 3600 else f"{seconds // 3600} h"
