"""NO_PERMIT, EXPIRED, ROUTE_DEV, TIME_WIN at checkpoints: a registered truck and its permits (令139 Art. 14).

EXPIRED is a truck whose permit ended not long before (`recent`), NO_PERMIT one without any since then.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from gridwitness.trucks.detection.findings import Family, Scene, as_hits
from gridwitness.trucks.detection.passages.permits_then import periods, permitted
from gridwitness.trucks.detection.passages.sighted import measured
from gridwitness.trucks.detection.rules_document import TruckRules

_PASSAGES: frozenset[Family] = frozenset({"passages"})


class _PermitRule:
    """A misread plate may be that of another registered truck: one passage alone is a candidate."""

    code: str
    family: Family = "passages"
    reads = _PASSAGES

    def reach(self, rules: TruckRules) -> timedelta:
        """A near-duplicate before it decides whether a passage counts."""
        return timedelta(seconds=rules.shared("near_duplicate"))

    def told(self, scene: Scene, found: pl.DataFrame, **texts: pl.Expr) -> pl.DataFrame:
        """The hits of these passages."""
        needs = int(scene.rules.number(self.code, "support"))
        at = pl.col("captured_at").alias("at")
        told = found.with_columns(
            at, pl.concat_list("ref").alias("refs"), pl.lit("event").alias("level"), measured(**texts)
        ).with_columns(pl.lit(needs).alias("needs"))
        return as_hits(told, self.code)


class WithoutPermit(_PermitRule):
    """NO_PERMIT 无证 and EXPIRED 过期: no permit in force names the truck."""

    def __init__(self, code: str) -> None:
        """`NO_PERMIT` or `EXPIRED`."""
        self.code = code

    def find(self, scene: Scene) -> pl.DataFrame:
        """Passages without a permit, of the one kind or the other."""
        lacking = permitted(scene).filter(pl.col("permit").is_null()).drop("permit")
        ended = (
            lacking.select("_row", "plate", "captured_at")
            .join(periods(scene.book), on="plate")
            .filter(pl.col("until") <= pl.col("captured_at"))
            .sort("_row", "until", "permit", "version")
            .unique("_row", keep="last", maintain_order=True)
            .select("_row", "until", pl.format("{}@{}", "permit", "version").alias("permit"))
        )
        judged = lacking.join(ended, on="_row", how="left", maintain_order="left")
        recent = timedelta(days=scene.rules.number("EXPIRED", "recent"))
        late = (pl.col("captured_at") - pl.col("until") <= recent).fill_null(value=False)
        if self.code == "EXPIRED":
            found = judged.filter(late)
            return self.told(scene, found.drop("until"), permit_ended=_instant(found["until"]))
        found = judged.filter(~late).with_columns(pl.lit(None, dtype=pl.String).alias("permit"))
        return self.told(scene, found.drop("until"), permits_in_force=pl.lit("0"))


class OffRoad(_PermitRule):
    """ROUTE_DEV 偏离路线 at a checkpoint that the permit does not list."""

    code = "ROUTE_DEV"

    def find(self, scene: Scene) -> pl.DataFrame:
        """Passages at checkpoints that no permit in force allows."""
        found = permitted(scene).filter(pl.col("permit").is_not_null() & ~pl.col("road"))
        return self.told(scene, found, checkpoint=pl.col("checkpoint"))


class OutsideHours(_PermitRule):
    """TIME_WIN 未按规定时间: a passage outside the permit's windows, with the grace at both ends."""

    code = "TIME_WIN"

    def find(self, scene: Scene) -> pl.DataFrame:
        """Passages at times that no permit in force allows."""
        found = permitted(scene).filter(pl.col("permit").is_not_null() & ~pl.col("hours"))
        local = pl.col("captured_at").dt.convert_time_zone(scene.zone.key).dt.strftime("%Y-%m-%d %H:%M:%S")
        return self.told(scene, found, local_time=local)


def _instant(times: pl.Series) -> pl.Expr:
    return pl.lit(times.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
