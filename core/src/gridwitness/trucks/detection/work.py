"""What detection still has to look at: work and wakes of a shard, and how far event time has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.trucks.detection.findings import Columns, Family
from gridwitness.trucks.detection.intervals import COLUMNS
from gridwitness.trucks.shards import by_shard, shard_of

_ASKED: Columns = {"family": pl.String, **COLUMNS}
_SUPPORT = timedelta(days=2)
"""More than how far apart facts decide about one another."""
MOST_ROWS = 400
"""Work rows of one round and shard: what a transaction holds in memory is bounded by it."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Messages whose plates were chosen by other registers than the present ones."""

    feed: str
    first_serial: int
    last_serial: int
    family: Family


@dataclass(frozen=True, slots=True)
class Taken:
    """Work of a shard, gone once the transaction commits.

    `asked`: family, plate, since, until; `due`: the same of wakes; `stale`: to be chosen again.
    """

    asked: pl.DataFrame
    due: pl.DataFrame
    stale: Sequence[Notes]
    rows: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look at."""
        return self.asked.is_empty() and self.due.is_empty() and not self.stale


def lock_shard(session: Session, shard: int) -> bool:
    """Hold the shard until commit; False where another detector does."""
    return session.scalar(_LOCK, {"shard": shard}) is not None


def take(session: Session, shard: int, watermark: datetime | None, book: int) -> Taken:
    """Take the oldest work of a held shard, and the wakes whose time has come. `book`: present revision."""
    rows = session.execute(_TAKE, {"shard": shard, "most": MOST_ROWS}).all()
    due = session.execute(_WAKE, {"shard": shard, "watermark": watermark}).all() if watermark else []
    stale = [Notes(r.feed, r.first_serial, r.last_serial, r.family) for r in rows if r.feed and r.book < book]
    asked = [
        (r.family, plate, r.since, r.until) for r in rows for plate in r.plates if shard_of(plate) == shard
    ]
    wakes = [(family, plate, at, at) for family, plate, at in due]
    return Taken(
        pl.DataFrame(asked, schema=_ASKED, orient="row"),
        pl.DataFrame(wakes, schema=_ASKED, orient="row"),
        [*dict.fromkeys(stale)],
        len(rows),
    )


def note(
    session: Session,
    family: Family,
    plates: Iterable[str],
    since: datetime,
    until: datetime,
    book: int,
    noted_at: datetime,
) -> None:
    """Have plates looked at again, for a time, in a family."""
    rows = [
        {"shard": shard, "family": family, "plates": sorted(named), "since": since, "until": until}
        | {"book": book, "noted": noted_at}
        for shard, named in sorted(by_shard(plates).items())
    ]
    if rows:
        session.execute(_NOTE, rows)


def wake(session: Session, shard: int, family: Family, unsettled: pl.DataFrame) -> None:
    """Remember findings that may be filed later: `plate`, `at`, `settles_at`."""
    rows = [
        {"shard": shard, "family": family, "plate": plate, "at": at, "due": due}
        for plate, at, due in unsettled.select("plate", "at", "settles_at").unique().iter_rows()
    ]
    if rows:
        session.execute(_REMEMBER, rows)


def watermark(session: Session) -> datetime | None:
    """The greatest event time told by any feed; None before the first."""
    found: datetime | None = session.scalar(text("SELECT max(greatest) FROM trucks.watermark"))
    return found


def told_between(session: Session) -> tuple[datetime, datetime] | None:
    """The least and the greatest event time of all facts; the greatest may be of a clock that runs ahead."""
    query = "SELECT min(least), max(greatest) FROM trucks.watermark"
    least, greatest = session.execute(text(query)).one()
    return None if least is None else (least, max(least, greatest))


def whole_since(session: Session) -> datetime | None:
    """Since when nothing that decides an anomaly was removed by retention; None: nothing ever was.

    Anomalies before it stand as they were filed: their grounds went with the facts, not with the truth.
    """
    removed: datetime | None = session.scalar(
        text("SELECT max(until) FROM trucks.expiry WHERE state <> 'requested'")
    )
    return None if removed is None else removed + _SUPPORT


def finish(session: Session, shard: int, now: datetime) -> None:
    """Note when the shard was last looked at."""
    session.execute(_LOOKED, {"shard": shard, "now": now})


_LOCK = text("SELECT shard FROM trucks.shard WHERE shard = :shard FOR UPDATE SKIP LOCKED")
_TAKE = text(
    "DELETE FROM trucks.work WHERE id IN"
    " (SELECT id FROM trucks.work WHERE shard = :shard ORDER BY id LIMIT :most)"
    " RETURNING family, plates, since, until, feed, first_serial, last_serial, book"
)
_WAKE = text(
    "DELETE FROM trucks.wake WHERE shard = :shard AND due_at <= :watermark RETURNING family, plate, at"
)
_NOTE = text(
    "INSERT INTO trucks.work (shard, family, plates, since, until, book, noted_at)"
    " VALUES (:shard, :family, :plates, :since, :until, :book, :noted)"
)
_REMEMBER = text(
    "INSERT INTO trucks.wake (plate, family, at, due_at, shard) VALUES (:plate, :family, :at, :due, :shard)"
    " ON CONFLICT DO NOTHING"
)
_LOOKED = text("UPDATE trucks.shard SET looked_at = :now WHERE shard = :shard")
