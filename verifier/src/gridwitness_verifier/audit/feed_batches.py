"""Batches of feeds: records of the log against rows of `feeds.batch`, and in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from gridwitness_verifier import base64url
from gridwitness_verifier.audit.effect_fold import key_text
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.truck_kinds import BATCH, EXPIRED

BATCH_TABLE = "feeds.batch"
_TIMES = ("received_from", "received_to", "captured_from", "captured_to")
_COLUMNS = (
    "feed", "first", "count", "head", "assurance", "serial_gaps", "repeated", "rejected", "clock_offset",
    *_TIMES,
)  # fmt: skip
_ROWS = """
SELECT record::text, left(feed, 200), first, count, left(head, 100), left(assurance, 100), serial_gaps,
       repeated, rejected, clock_offset::text, {times}
FROM feeds.batch
""".format(
    times=", ".join(
        f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')" for name in _TIMES
    )
)
_INDEX = "CREATE INDEX statement_jti ON statement (jti)"
_STATEMENT = "SELECT fields FROM statement WHERE jti = ? AND kind = ?"
_WITHOUT_ROW = """
SELECT log, leaf, jti, sub, seq FROM statement WHERE kind = ? AND jti NOT IN (SELECT jti FROM batched)
"""
_BATCHES = """
SELECT fields ->> 'feed', fields ->> 'first', fields ->> 'count', fields ->> 'head', fields ->> 'received_to',
       log, leaf, jti, sub, seq
FROM statement WHERE kind = ? AND typeof(fields ->> 'first') = 'integer'
ORDER BY 1, 2, leaf
"""
_EXPIRED = "SELECT fields ->> 'feed', max(fields ->> 'until') FROM statement WHERE kind = ? AND {} GROUP BY 1"
_MESSAGES_ONLY = "fields ->> 'content' = 'messages'"


@dataclass(frozen=True, slots=True)
class Batch:
    """The messages `first` … `end − 1`; `head`: the link after the last one, None: it has no form."""

    first: int
    end: int
    head: bytes | None
    received_to: str
    where: dict[str, Any]


@dataclass
class FeedBatches:
    """One feed's batches as its records say, by the serial after their last message."""

    by_end: dict[int, Batch] = field(default_factory=dict)
    last: Batch | None = None
    expired: str | None = None
    """Until when messages were removed from the front, by its records; None: never."""


def key_of(feed: str, column: str, serial: int) -> str:
    """Where in a table: feed and serial."""
    return key_text({"feed": feed, column: str(serial)})


def check_batch_rows(tally: Tally, snapshot: Snapshot, scratch: Scratch) -> None:
    """Every row is what its record says, and every record has its row."""
    scratch.settle()
    scratch.execute(_INDEX)
    scratch.execute("CREATE TABLE batched (jti TEXT PRIMARY KEY)")
    for jti, *values in snapshot.stream(_ROWS):
        tally.checked += 1
        row = dict(zip(_COLUMNS, values, strict=True))
        where = {"table": BATCH_TABLE, "key": key_of(row["feed"] or "", "first", row["first"]), "jti": jti}
        scratch.execute("INSERT OR IGNORE INTO batched VALUES (?)", (jti,))
        found = scratch.one(_STATEMENT, (jti, BATCH))
        if found is None:
            tally.fail("batch-without-record", "no batch of the log is named by this row", **where)
            continue
        fields = json.loads(found[0])
        for name in _COLUMNS:
            if name in fields and fields[name] != row[name]:
                tally.fail("batch-differs", f"{name} is not that of the record", column=name, **where)
    for log, leaf, jti, sub, seq in scratch.rows(_WITHOUT_ROW, (BATCH,)):
        tally.fail(
            "batch-without-row",
            "feeds.batch does not have it",
            log=log,
            index=leaf,
            jti=jti,
            sub=sub,
            seq=seq,
        )


def read_batches(tally: Tally, scratch: Scratch, subs: dict[str, str]) -> Iterator[tuple[str, FeedBatches]]:
    """The batches of each feed, feeds in order, as records say; `subs`: each feed's subject."""
    expired = dict(scratch.rows(_EXPIRED.format(_MESSAGES_ONLY), (EXPIRED,)))
    rows = [*scratch.rows(_BATCHES, (BATCH,))]
    for feed, found in groupby(rows, key=lambda row: row[0]):
        batches = FeedBatches(expired=expired.get(feed))
        end = 0
        for _, first, count, head, received_to, log, leaf, jti, sub, seq in found:
            tally.checked += 1
            where = {"log": log, "index": leaf, "jti": jti, "sub": sub, "seq": seq}
            if subs.get(feed) != sub:
                tally.fail("batch-subject", f"feed {feed} is another subject", **where)
            if first != end or count < 1:
                detail = f"feed {feed}: message {first} where {end} should follow"
                tally.fail("batch-gap", detail, **where)
            batch = Batch(first, first + max(count, 1), _head(head), received_to or "", where)
            batches.by_end.setdefault(batch.end, batch)  # the earlier of two is in force
            if batch.end > end:
                end, batches.last = batch.end, batch
        yield feed, batches


def _head(text: Any) -> bytes | None:
    try:
        return base64url.decode(text)
    except (VerificationError, TypeError, AttributeError):
        return None
