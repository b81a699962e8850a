"""Storing what doors decoded: passages and positions, with what detection has to look at because of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.feeds import Feed, Letter
from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.findings import Family
from gridwitness.trucks.frames import INSTANT, PASSAGE_COLUMNS, POSITION_COLUMNS
from gridwitness.trucks.kept_book import KeptBook
from gridwitness.trucks.periods import holding
from gridwitness.trucks.shards import by_shard
from gridwitness.trucks.sighting_copy import copy_in
from gridwitness.trucks.truck_like import matters

_PERIOD = ("valid_from", "valid_to")
_STORED_PASSAGES = ["feed", "serial", "received_at", *(n for n in PASSAGE_COLUMNS if n != "message")]
_STORED_POSITIONS = ["feed", "serial", "received_at", *(n for n in POSITION_COLUMNS if n != "message")]


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows were stored, and letters for those whose device or terminal nobody registered.

    A letter's `raw` is empty: the message itself, which the door has.
    """

    passages: int
    positions: int
    letters: list[Letter]


class Sightings:
    """Stores decoded objects. One in a process: it keeps the registers between calls."""

    def __init__(self) -> None:
        self._book = KeptBook()

    def store(
        self,
        session: Session,
        feed: Feed,
        first_serial: int,
        received_at: datetime,
        *,
        passages: pl.DataFrame | None = None,
        positions: pl.DataFrame | None = None,
    ) -> Stored:
        """Store objects of messages `first_serial` + `message` of a feed; all in the session's transaction.

        `passages`, `positions`: as PASSAGE_COLUMNS and POSITION_COLUMNS. Checkpoint and plate come from the
        registers; what they do not name becomes a letter (`device-unknown`, `terminal-unknown`).
        """
        revision, book = self._book.of(session)
        batch = _Batch(session, feed, first_serial, received_at, revision)
        seen = fixed = 0
        letters: list[Letter] = []
        if passages is not None and not passages.is_empty():
            known, unknown = located(passages, book)
            letters += _letters(unknown, "device", "device-unknown", "No checkpoint has this device then")
            copy_in(session, "trucks.passage", batch.stamped(known).select(_STORED_PASSAGES))
            batch.note("passages", known, "captured_at", pl.lit(matters(known, book)))
            seen = known.height
        if positions is not None and not positions.is_empty():
            known, unknown = bound(positions, book)
            letters += _letters(unknown, "terminal", "terminal-unknown", "No truck has this terminal then")
            copy_in(session, "trucks.position", batch.stamped(known).select(_STORED_POSITIONS))
            batch.note("positions", known, "fixed_at", pl.lit(value=True))
            fixed = known.height
        return Stored(seen, fixed, letters)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one call stores, and the notes it leaves for detection."""

    session: Session
    feed: Feed
    first_serial: int
    received_at: datetime
    revision: int

    def stamped(self, frame: pl.DataFrame) -> pl.DataFrame:
        """With feed, serial and time of receipt."""
        return frame.with_columns(
            feed=pl.lit(self.feed.name),
            serial=pl.col("message").cast(pl.Int64) + self.first_serial,
            received_at=pl.lit(self.received_at, dtype=INSTANT),
        )

    def note(self, family: Family, frame: pl.DataFrame, time: str, chosen: pl.Expr) -> None:
        """Work rows for each shard and hour of the facts, one also where no plate matters; the watermark."""
        if frame.is_empty():
            return
        times = frame[time]
        least, greatest = times.min(), times.max()
        assert isinstance(least, datetime) and isinstance(greatest, datetime)
        serials = frame["message"].cast(pl.Int64) + self.first_serial
        common = {
            "family": family,
            "feed": self.feed.name,
            "first": serials.min(),
            "last": serials.max(),
            "book": self.revision,
            "noted": self.received_at,
        }
        found = frame.filter(chosen, pl.col("plate").is_not_null())
        rows = [
            {**common, "shard": shard, "plates": plates, "since": since, "until": until}
            for since, until, named in _by_hour(found, time)
            for shard, plates in sorted(by_shard(named).items())
        ]
        nothing = {**common, "shard": 0, "plates": [], "since": least, "until": greatest}
        self.session.execute(_NOTE_WORK, rows or [nothing])
        # A clock that runs ahead settles nothing.
        mark = {"least": least, "greatest": min(greatest, self.received_at)}
        self.session.execute(_MOVE_WATERMARK, {**mark, "feed": self.feed.name, "family": family})


def _by_hour(found: pl.DataFrame, time: str) -> Iterator[tuple[datetime, datetime, list[str]]]:
    """Late facts among live ones have work of their own, or each plate of a batch would wait for days."""
    hours = found.group_by(pl.col(time).dt.truncate("1h").alias("hour")).agg(
        pl.col(time).min().alias("since"), pl.col(time).max().alias("until"), pl.col("plate").unique().sort()
    )
    yield from hours.sort("hour").select("since", "until", "plate").iter_rows()


_NOTE_WORK = text(
    "INSERT INTO trucks.work"
    " (shard, family, feed, first_serial, last_serial, plates, since, until, book, noted_at)"
    " VALUES (:shard, :family, :feed, :first, :last, :plates, :since, :until, :book, :noted)"
)
_MOVE_WATERMARK = text(
    "INSERT INTO trucks.watermark AS known (feed, family, least, greatest)"
    " VALUES (:feed, :family, :least, :greatest)"
    " ON CONFLICT (feed, family) DO UPDATE SET greatest = greatest(known.greatest, excluded.greatest),"
    " least = least(known.least, excluded.least)"
)


def located(passages: pl.DataFrame, book: Book) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Passages with the checkpoint of their device at that time, and those whose device has none.

    Where a feed names no device its checkpoint has to be a registered one.
    """
    found = pl.col("checkpoint").alias("_found")
    by_device = book.checkpoints.select(pl.col("device").alias("_named"), found, *_PERIOD)
    by_number = book.checkpoints.select(pl.col("checkpoint").alias("_named"), found, *_PERIOD)
    with_device = pl.col("device").is_not_null()
    named = passages.with_columns(pl.coalesce("device", "checkpoint").alias("_named"))
    joined = holding(named.filter(with_device), by_device, on="_named", time="captured_at")
    if joined.height < named.height:
        others = holding(named.filter(~with_device), by_number, on="_named", time="captured_at")
        joined = pl.concat([joined, others])
    return _parted(joined, "checkpoint", passages.columns)


def bound(positions: pl.DataFrame, book: Book) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Positions with the plate of their terminal at that time, and those whose terminal has none."""
    binding = book.terminals.select(
        _same_terminal("terminal").alias("_named"), pl.col("plate").alias("_found"), *_PERIOD
    )
    named = positions.with_columns(_same_terminal("terminal").alias("_named"))
    return _parted(holding(named, binding, on="_named", time="fixed_at"), "plate", positions.columns)


def _same_terminal(column: str) -> pl.Expr:
    """A terminal's number without the zeros that one edition of JT/T 808 puts before it and another not."""
    return pl.col(column).str.strip_chars_start("0")


def _parted(joined: pl.DataFrame, column: str, columns: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    known = joined.filter(pl.col("_found").is_not_null()).with_columns(pl.col("_found").alias(column))
    return known.select(columns), joined.filter(pl.col("_found").is_null()).select(columns)


def _letters(unknown: pl.DataFrame, column: str, code: str, detail: str) -> list[Letter]:
    rows = unknown.select("message", "item", column).rows()
    return [Letter(message, item, b"", code, f"{detail}: {name}.") for message, item, name in rows]
