"""BLACK_CLONE_ST 套牌 (时空): one plate at two checkpoints, faster than a truck can be."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from gridwitness.trucks.detection.distance import metres
from gridwitness.trucks.detection.findings import Family, Scene, as_findings, no_findings
from gridwitness.trucks.detection.passages.sighted import measured, sighted
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.detection.support import within_time

_PAIR = timedelta(hours=2)
"""Passages further apart conflict at no distance within a city: 120 km/h make 240 km of it."""


class SpaceTime:
    """One conflict may be a misread or a clock; several that share no passage are two vehicles."""

    code = "BLACK_CLONE_ST"
    family: Family = "passages"
    reads: frozenset[Family] = frozenset({"passages"})

    def reach(self, rules: TruckRules) -> timedelta:
        """Conflicts that support one another, and the passages between which they are."""
        return rules.span(self.code, "support_window") + 2 * _PAIR

    def find(self, scene: Scene) -> pl.DataFrame:
        """Each conflict between two passages next to each other in time; a single one is a candidate."""
        number = scene.rules.number
        hits = conflicts(scene, number(self.code, "speed"), number(self.code, "distance"))
        if hits.is_empty():
            return no_findings()
        window = scene.rules.span(self.code, "support_window")
        first, behind = within_time(hits, hits, "captured_at", window, window)
        enough = (behind - first) - 1 - _sharing(hits) >= number(self.code, "support") - 1
        return as_findings(
            hits.with_columns(
                pl.col("captured_at").alias("at"),
                pl.Series("_enough", enough),
                pl.concat_list("_ref", "ref").alias("refs"),
                pl.col("captured_at").alias("settles_at"),
                measured(
                    distance_m=pl.col("_distance").round(0).cast(pl.Int64),
                    seconds=pl.col("_seconds"),
                    checkpoint_before=pl.col("_checkpoint"),
                ),
            ).with_columns(
                pl.when("_enough").then(pl.lit("serious")).otherwise(pl.lit("candidate")).alias("level")
            ),
            self.code,
        )


def conflicts(scene: Scene, speed: float, distance: float) -> pl.DataFrame:
    """Passages that follow another of their plate too fast, with `_ref`, `_checkpoint`, `_distance` and
    `_seconds` of the pair; `_place` counts the plate's passages. Both clocks may be off by the allowed skew.
    """
    seen = sighted(scene).filter(pl.col("registered") | (pl.col("truck") & pl.col("reliable")))
    before = [pl.col(name).shift(1).alias(f"_{name}") for name in _BEFORE]
    pairs = seen.with_row_index("_place").with_columns(before)
    seconds = (pl.col("captured_at") - pl.col("_captured_at")).dt.total_milliseconds() / 1000
    pairs = pairs.with_columns(seconds.alias("_seconds")).filter(
        (pl.col("plate") == pl.col("_plate"))
        & (pl.col("checkpoint") != pl.col("_checkpoint"))
        & (pl.col("captured_at") - pl.col("_captured_at") <= _PAIR)
        & pl.col("lat_e6").is_not_null()
        & pl.col("_lat_e6").is_not_null()
    )
    ends = (pairs[name].cast(pl.Float64).to_numpy() for name in ("_lat_e6", "_lon_e6", "lat_e6", "lon_e6"))
    allowed = 2 * scene.rules.shared("clock_skew")
    far = pairs.with_columns(pl.Series("_distance", metres(*ends)))
    possible = speed / 3.6 * (pl.col("_seconds") + allowed)
    return far.filter((pl.col("_distance") >= distance) & (pl.col("_distance") > possible)).with_columns(
        pl.col("_seconds").round(0).cast(pl.Int64)
    )


_BEFORE = ("plate", "checkpoint", "captured_at", "lat_e6", "lon_e6", "ref")


def _sharing(hits: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many other conflicts have a passage in common with each: those of the passage before and after."""
    before = (pl.col("_place").cast(pl.Int64) - pl.col("_place").cast(pl.Int64).shift(1) == 1) & (
        pl.col("plate") == pl.col("plate").shift(1)
    )
    shared = hits.select(before.fill_null(value=False).cast(pl.Int64).alias("n"))["n"].to_numpy()
    return shared + np.append(shared[1:], 0)
