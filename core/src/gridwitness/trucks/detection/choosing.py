"""Choosing the plates of stored messages again, where the registers moved between storing and looking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from sqlalchemy.orm import Session

from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.work import Notes, note
from gridwitness.trucks.frames import INSTANT
from gridwitness.trucks.sighting_copy import copy_out
from gridwitness.trucks.truck_like import matters

_COLUMNS = {"plate": pl.String, "plate_color": pl.String, "vehicle_class": pl.String, "captured_at": INSTANT}
_QUERY = (
    "SELECT plate, plate_color, vehicle_class, (extract(epoch FROM captured_at) * 1000000)::bigint"
    " FROM trucks.passage WHERE feed = %(feed)s AND serial BETWEEN %(first)s AND %(last)s"
    " AND plate IS NOT NULL"
)


def choose_again(session: Session, stale: Sequence[Notes], book: Book, revision: int, now: datetime) -> None:
    """Note work for the plates that matter by the present registers; of positions every plate mattered."""
    for notes in stale:
        if notes.family == "passages":
            serials = {"feed": notes.feed, "first": notes.first_serial, "last": notes.last_serial}
            stored = copy_out(session, _QUERY, serials, _COLUMNS)
            found = stored.filter(matters(stored, book))
            hours = found.group_by(pl.col("captured_at").dt.truncate("1h").alias("hour")).agg(
                pl.col("captured_at").min().alias("since"),
                pl.col("captured_at").max().alias("until"),
                pl.col("plate").unique(),
            )
            for since, until, plates in hours.select("since", "until", "plate").iter_rows():
                note(session, "passages", plates, since, until, revision, now)
