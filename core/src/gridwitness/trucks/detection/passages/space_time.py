"""BLACK_CLONE_ST 套牌 (时空): one plate at two checkpoints, faster than a truck can be."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from gridwitness.trucks.detection.distance import metres
from gridwitness.trucks.detection.findings import Family, Scene, as_hits, no_hits
from gridwitness.trucks.detection.passages.sighted import measured, sighted
from gridwitness.trucks.detection.rules_document import TruckRules

_PAIR = timedelta(minutes=30)
"""Passages further apart in time conflict at no distance within a city: 120 km/h make 60 km of it."""


class SpaceTime:
    """One conflict may be a misread or a clock; several that share no passage are two vehicles."""

    code = "BLACK_CLONE_ST"
    family: Family = "passages"
    reads: frozenset[Family] = frozenset({"passages"})

    def reach(self, rules: TruckRules) -> timedelta:
        """The passage before, with the near-duplicates of both."""
        return _PAIR + timedelta(seconds=rules.shared("near_duplicate"))

    def find(self, scene: Scene) -> pl.DataFrame:
        """Each conflict between two passages next to each other in time."""
        number = scene.rules.number
        hits = conflicts(scene, number(self.code, "speed"), number(self.code, "distance"))
        if hits.is_empty():
            return no_hits()
        found = hits.with_columns(
            pl.col("captured_at").alias("at"),
            pl.concat_list("_ref", "ref").alias("refs"),
            pl.lit("serious").alias("level"),
            pl.lit(int(number(self.code, "support"))).alias("needs"),
            pl.col("captured_at").alias("settles_at"),
            measured(
                distance_m=pl.col("_distance").round(0).cast(pl.Int64),
                seconds=pl.col("_seconds"),
                checkpoint_before=pl.col("_checkpoint"),
            ),
        )
        return as_hits(found, self.code)


def conflicts(scene: Scene, speed: float, distance: float) -> pl.DataFrame:
    """Passages that follow another of their plate too fast, with `_ref`, `_checkpoint`, `_distance` and
    `_seconds` of the pair. Both clocks may be off by the allowed skew.
    """
    seen = sighted(scene).filter(pl.col("registered") | (pl.col("truck") & pl.col("reliable")))
    before = [pl.col(name).shift(1).alias(f"_{name}") for name in _BEFORE]
    pairs = seen.with_columns(before)
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
