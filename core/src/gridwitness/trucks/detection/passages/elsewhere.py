"""BLACK_CLONE_GPS 套牌 (车机): a checkpoint saw the plate while the truck's own terminal was elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from gridwitness.trucks.detection.distance import metres_to_segment
from gridwitness.trucks.detection.findings import Family, Scene, as_hits, no_hits
from gridwitness.trucks.detection.near_in_time import within_time
from gridwitness.trucks.detection.passages.sighted import another_vehicle, measured, sighted
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.detection.tracks.scenery import track_of
from gridwitness.trucks.detection.tracks.track import NEIGHBOUR_SECONDS

Array = np.ndarray[Any, Any]


class Elsewhere:
    """The least distance between checkpoint and track counts, over all times that both clocks allow."""

    code = "BLACK_CLONE_GPS"
    family: Family = "passages"
    reads: frozenset[Family] = frozenset({"passages", "positions"})

    def reach(self, rules: TruckRules) -> timedelta:
        """The fixes around a passage, with those that judge them."""
        return self._around(rules) + timedelta(seconds=NEIGHBOUR_SECONDS)

    def find(self, scene: Scene) -> pl.DataFrame:
        """Passages of trucks whose track never came near."""
        number, around = scene.rules.number, self._around(scene.rules)
        seen = sighted(scene).filter(
            "registered", "reliable", pl.col("lat_e6").is_not_null(), ~another_vehicle()
        )
        if seen.is_empty() or scene.positions.is_empty():
            return no_hits()
        fixes = track_of(scene, self.code).frame
        if fixes.is_empty():
            return no_hits()
        first, behind = within_time(seen, fixes, "captured_at", around, around, "fixed_at")
        followed = _followed(seen, fixes, (first, behind), scene.rules)
        seen, first, behind = seen.filter(pl.Series(followed)), first[followed], behind[followed]
        if seen.is_empty():
            return no_hits()
        least, nearest = _least(seen, fixes, first, behind)
        far = least > number(self.code, "distance") + number(self.code, "accuracy")
        refs = fixes["ref"].gather(nearest)
        hits = seen.with_columns(pl.Series("_least", least), refs.alias("_fix")).filter(pl.Series(far))
        if hits.is_empty():
            return no_hits()
        return as_hits(self._told(hits, around, int(number(self.code, "support"))), self.code)

    def _told(self, hits: pl.DataFrame, around: timedelta, needs: int) -> pl.DataFrame:
        return hits.with_columns(
            pl.col("captured_at").alias("at"),
            pl.concat_list("ref").alias("refs"),
            pl.concat_list("ref", "_fix").alias("inputs"),
            pl.lit("serious").alias("level"),
            pl.lit(needs).alias("needs"),
            (pl.col("captured_at") + around).alias("settles_at"),
            measured(least_distance_m=pl.col("_least").round(0).cast(pl.Int64)),
        )

    def _around(self, rules: TruckRules) -> timedelta:
        return rules.span(self.code, "window") + timedelta(seconds=rules.shared("clock_skew"))


def _followed(
    seen: pl.DataFrame, fixes: pl.DataFrame, places: tuple[Array, Array], rules: TruckRules
) -> Array:
    """Whether fixes lie on both sides of each passage, beyond its skew, and none further than `window`
    from the next: where a track has a hole its truck may have been anywhere.
    """
    first, behind = places
    times = fixes["fixed_at"].dt.timestamp("us").to_numpy()
    at = seen["captured_at"].dt.timestamp("us").to_numpy()
    skew = round(rules.shared("clock_skew") * 1e6)
    holes = np.append(0, np.cumsum(np.diff(times) > rules.number("BLACK_CLONE_GPS", "window") * 1e6))
    last = np.maximum(behind - 1, first)
    some = behind - first >= 2
    inside = np.minimum(first, len(times) - 1), np.minimum(last, len(times) - 1)
    both = (times[inside[0]] <= at - skew) & (times[inside[1]] >= at + skew)
    return some & both & (holes[inside[0]] == holes[inside[1]])


def _least(seen: pl.DataFrame, fixes: pl.DataFrame, first: Array, behind: Array) -> tuple[Array, Array]:
    """For each passage the metres to the nearest stretch of its fixes [first, behind), and that fix."""
    count = behind - first - 1
    of = np.repeat(np.arange(seen.height), count)
    begins = np.cumsum(count) - count
    at = np.arange(count.sum()) - np.repeat(begins, count) + np.repeat(first, count)
    lat, lon = (fixes[name].cast(pl.Float64).to_numpy() for name in ("lat_e6", "lon_e6"))
    here = [seen[name].cast(pl.Float64).to_numpy()[of] for name in ("lat_e6", "lon_e6")]
    away = metres_to_segment(here[0], here[1], (lat[at], lon[at]), (lat[at + 1], lon[at + 1]))
    least = np.minimum.reduceat(away, begins)
    nearest = np.lexsort((at, away, of))[begins]
    return least, at[nearest]
