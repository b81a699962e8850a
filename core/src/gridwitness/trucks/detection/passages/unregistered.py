"""BLACK_UNREG 疑似黑车: a truck that is not in the register, read well and seen more than once."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import Family, Scene, as_hits, no_hits
from gridwitness.trucks.detection.passages.look_alikes import look_alike
from gridwitness.trucks.detection.passages.sighted import measured, sighted
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.detection.support import CANDIDATE


class Unregistered:
    """One misread plate is no truck: several sightings have to agree, more where it is like a known one."""

    code = "BLACK_UNREG"
    family: Family = "passages"
    reads: frozenset[Family] = frozenset({"passages"})

    def reach(self, rules: TruckRules) -> timedelta:
        """A near-duplicate before it decides whether a passage counts."""
        return timedelta(seconds=rules.shared("near_duplicate"))

    def find(self, scene: Scene) -> pl.DataFrame:
        """Passages of unregistered trucks; those read badly are candidates."""
        number = scene.rules.number
        unknown = sighted(scene).filter(pl.col("truck") & ~pl.col("registered"))
        if unknown.is_empty():
            return no_hits()
        like = look_alike(unknown["plate"], scene.book.trucks["plate"])
        needs = np.where(like, number(self.code, "look_alike_support"), number(self.code, "support"))
        found = unknown.with_columns(pl.Series("needs", needs.astype(np.int32))).with_columns(
            pl.col("captured_at").alias("at"),
            pl.when("reliable").then(pl.lit("event")).otherwise(pl.lit(CANDIDATE)).alias("level"),
            pl.concat_list("ref").alias("refs"),
            measured(
                look_alike=pl.when(pl.Series(like)).then(pl.lit("yes")).otherwise(pl.lit("no")),
                reliability=pl.col("reliability").cast(pl.String).fill_null("not told"),
                sightings_at_least=pl.col("needs"),
                vehicle_class=pl.coalesce("vehicle_class", "plate_color"),
            ),
        )
        return as_hits(found, self.code)
