"""Which permit speaks for a passage: of those in force for its truck then, the one that allows it best."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.findings import Scene
from gridwitness.trucks.detection.passages.sighted import another_vehicle, sighted
from gridwitness.trucks.windows_arrays import windows_allow

_NAME = "passages.permits"


def permitted(scene: Scene) -> pl.DataFrame:
    """Passages that need a permit, one row each, with what speaks for them:

    `permit` (number@version; null where none is in force), `road` and `hours`: whether it allows checkpoint
    and time. They are those of registered trucks, read well, and not evidently of another vehicle.
    """
    found = scene.derived.get(_NAME)
    if found is None:
        found = scene.derived[_NAME] = _permitted(scene)
    assert isinstance(found, pl.DataFrame)
    return found


def periods(book: Book) -> pl.DataFrame:
    """`plate`, `permit`, `version`, `since`, `until`, `checkpoints`: when a permit names a plate.

    A later version ends an earlier one, also where it leaves a plate out or revokes.
    """
    named = book.permit_plates.select("permit", "version", "plate").unique()
    ends = pl.min_horizontal("valid_to", "governs_to").alias("until")
    valid = book.permits.filter(pl.col("state") == "valid").with_columns(ends)
    spans = valid.select("permit", "version", "checkpoints", pl.col("valid_from").alias("since"), "until")
    return spans.filter(pl.col("since") < pl.col("until")).join(named, on=["permit", "version"])


def _permitted(scene: Scene) -> pl.DataFrame:
    skew = timedelta(seconds=scene.rules.shared("clock_skew"))
    needing = sighted(scene).filter("registered", "reliable", ~another_vehicle()).with_row_index("_row")
    time = pl.col("captured_at")
    held = (
        needing.select("_row", "plate", "checkpoint", "captured_at")
        .join(periods(scene.book), on="plate")
        .filter((time >= pl.col("since") - skew) & (time < pl.col("until") + skew))
    )
    listed = pl.col("checkpoints").list.contains(pl.col("checkpoint"))
    anywhere = pl.col("checkpoints").is_null() | (pl.col("checkpoints").list.len() == 0)
    best = (
        held.with_columns((anywhere | listed).alias("road"), pl.Series("hours", _in_hours(scene, held)))
        .with_columns((pl.col("road").cast(pl.Int8) * 2 + pl.col("hours").cast(pl.Int8)).alias("_good"))
        .sort("_row", "_good", "since", "permit", "version", descending=[False, True, True, False, False])
        .unique("_row", keep="first", maintain_order=True)
        .select("_row", pl.format("{}@{}", "permit", "version").alias("permit"), "road", "hours")
    )
    return needing.join(best, on="_row", how="left", maintain_order="left")


def _in_hours(scene: Scene, held: pl.DataFrame) -> np.ndarray[Any, Any]:
    """Permits with the same windows are asked together: there are few different ones."""
    versions = held.select("permit", "version").unique()
    windows = [scene.book.windows(permit, version) for permit, version in versions.rows()]
    different = {window: place for place, window in enumerate(dict.fromkeys(windows))}
    kinds = versions.with_columns(
        pl.Series("kind", [different[window] for window in windows], dtype=pl.Int32)
    )
    kind = (
        held.select("permit", "version")
        .join(kinds, on=["permit", "version"], how="left", maintain_order="left")["kind"]
        .to_numpy()
    )
    local = held["captured_at"].dt.convert_time_zone(scene.zone.key).dt.replace_time_zone(None).to_numpy()
    grace = int(scene.rules.number("TIME_WIN", "grace"))
    allowed = np.zeros(held.height, dtype=bool)
    for window, place in different.items():
        rows = np.flatnonzero(kind == place)
        allowed[rows] = windows_allow(window, local[rows], grace, scene.holidays)
    return allowed
