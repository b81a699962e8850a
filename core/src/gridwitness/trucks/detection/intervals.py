"""Times of plates that are asked about: frames of `plate`, `since`, `until`, both ends included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import polars as pl

from gridwitness.trucks.detection.findings import Columns
from gridwitness.trucks.frames import INSTANT

COLUMNS: Columns = {"plate": pl.String, "since": INSTANT, "until": INSTANT}


def intervals(rows: Iterable[tuple[str, datetime, datetime]] = ()) -> pl.DataFrame:
    """Intervals of these rows, merged."""
    return merged(pl.DataFrame([*rows], schema=COLUMNS, orient="row"))


def merged(frame: pl.DataFrame) -> pl.DataFrame:
    """Disjoint intervals that cover the same, by plate and time."""
    ends = pl.col("until").cum_max().shift(1).over("plate", order_by="since")
    begins = (pl.col("since") > ends).fill_null(value=True)
    return (
        frame.select(*COLUMNS)
        .sort("plate", "since")
        .with_columns(begins.cum_sum().over("plate").alias("_run"))
        .group_by("plate", "_run")
        .agg(pl.col("since").min(), pl.col("until").max())
        .select(*COLUMNS)
        .sort("plate", "since")
    )


def widened(frame: pl.DataFrame, by: timedelta) -> pl.DataFrame:
    """Each interval longer by this at both ends."""
    return merged(frame.with_columns(pl.col("since") - by, pl.col("until") + by))


def inside(frame: pl.DataFrame, asked: pl.DataFrame, time: str) -> pl.DataFrame:
    """The rows whose plate is asked about at their time. `asked` is merged."""
    if frame.is_empty() or asked.is_empty():
        return frame.clear()
    begins = asked.rename({"since": "_since", "until": "_until"}).sort("_since")
    return (
        frame.sort(time)
        .join_asof(begins, left_on=time, right_on="_since", by="plate", check_sortedness=False)
        .filter(pl.col(time) <= pl.col("_until"))
        .select(frame.columns)
    )
