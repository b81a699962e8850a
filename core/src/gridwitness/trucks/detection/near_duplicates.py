"""Near-duplicates: a device that fires twice at one vehicle. They are stored, and count once."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from gridwitness.trucks.truck_like import truck_like

WITHIN = timedelta(seconds=60)
ORDER = ("captured_at", "feed", "serial", "item")


def counted(passages: pl.DataFrame, within: timedelta = WITHIN) -> pl.DataFrame:
    """Without passages that follow another of the same plate, checkpoint and lane within this time.

    Of a plate taken for a truck's once and for a car's then both count: whoever misread the class did not see
    twice.
    Whether a passage counts depends on its neighbours only, never on how far back a row of them began: of
    three passages 50 s apart the first counts. Sorted by (plate, time, feed, serial, item).
    """
    place = ["plate", "checkpoint", "lane", "_truck"]
    ordered = passages.with_columns(truck_like().alias("_truck")).sort(*place, *ORDER, nulls_last=True)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in place)
    follows = same & (pl.col("captured_at") - pl.col("captured_at").shift(1) <= within)
    kept = ordered.filter(pl.col("plate").is_null() | ~follows.fill_null(value=False))
    return kept.drop("_truck").sort("plate", *ORDER, nulls_last=True)
