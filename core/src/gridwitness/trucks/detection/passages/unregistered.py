"""BLACK_UNREG 疑似黑车: a truck that is not in the register, read well and seen more than once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import Family, Scene, as_findings, no_findings
from gridwitness.trucks.detection.passages.look_alikes import look_alike
from gridwitness.trucks.detection.passages.sighted import measured, sighted
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.detection.support import within_time


class Unregistered:
    """One misread plate is no truck: several sightings have to agree, more where it is like a known one."""

    code = "BLACK_UNREG"
    family: Family = "passages"
    reads: frozenset[Family] = frozenset({"passages"})

    def reach(self, rules: TruckRules) -> timedelta:
        """Sightings that support one another, and what makes one of those count."""
        return rules.span(self.code, "support_window") + rules.span(self.code, "support_gap")

    def find(self, scene: Scene) -> pl.DataFrame:
        """Well-read passages of unregistered trucks; those with too little support as candidates."""
        number = scene.rules.number
        unknown = sighted(scene).filter(pl.col("truck") & ~pl.col("registered"))
        if unknown.is_empty():
            return no_findings()
        sure = unknown.filter("reliable")
        gap = pl.col("captured_at") - pl.col("captured_at").shift(1)
        again = (pl.col("plate") == pl.col("plate").shift(1)) & (
            gap < scene.rules.span(self.code, "support_gap")
        )
        apart = sure.filter(~again.fill_null(value=False))
        window = scene.rules.span(self.code, "support_window")
        first, behind = within_time(unknown, apart, "captured_at", window, window)
        like = look_alike(unknown["plate"], scene.book.trucks["plate"])
        needed = np.where(like, number(self.code, "look_alike_support"), number(self.code, "support"))
        refs = apart["ref"].to_numpy()
        inputs = [_nearby(ref, refs[a:b]) for ref, a, b in zip(unknown["ref"], first, behind, strict=True)]
        found = unknown.with_columns(
            pl.Series("_needed", needed.astype(np.int64)),
            pl.Series("_enough", behind - first >= needed) & pl.col("reliable"),
            inputs=pl.Series("inputs", inputs, dtype=pl.List(pl.String)),
        )
        return as_findings(
            found.with_columns(
                pl.col("captured_at").alias("at"),
                pl.when("_enough").then(pl.lit("event")).otherwise(pl.lit("candidate")).alias("level"),
                pl.concat_list("ref").alias("refs"),
                measured(
                    look_alike=pl.Series("look_alike", like).replace_strict({True: "yes", False: "no"}),
                    reliability=pl.col("reliability").cast(pl.String).fill_null("not told"),
                    sightings_at_least=pl.col("_needed"),
                    vehicle_class=pl.coalesce("vehicle_class", "plate_color"),
                ),
            ),
            self.code,
        )


def _nearby(own: str, others: np.ndarray[Any, Any]) -> list[str]:
    """The passage and the first others that support it."""
    return [own, *(ref for ref in others[:9].tolist() if ref != own)][:9]
