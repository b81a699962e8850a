"""GATE_MISMATCH: what left a site on a manifest and did not come in at the dump site it names (国办函57)."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from gridwitness.trucks.detection.findings import Family, Scene, as_findings, no_findings
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.detection.tracks.episodes import EVENT, SERIOUS


class GateMismatch:
    """Only a receipt within `unmatched` seconds counts; one from another dump site is a mismatch."""

    code = "GATE_MISMATCH"
    family: Family = "positions"
    reads: frozenset[Family] = frozenset({"manifests"})

    def reach(self, rules: TruckRules) -> timedelta:
        """A manifest is judged by its own receipt."""
        return rules.span(self.code, "unmatched") + timedelta(hours=1)

    def find(self, scene: Scene) -> pl.DataFrame:
        """`at` is when it left; its reference is the manifest's."""
        until = pl.col("left_at") + scene.rules.span(self.code, "unmatched")
        in_time = (pl.col("received_at") <= until).fill_null(False)
        elsewhere = in_time & (pl.col("received_dump") != pl.col("dump"))
        found = scene.manifests.filter(
            pl.col("left_at").is_not_null() & pl.col("plate").is_not_null() & (~in_time | elsewhere)
        ).with_columns(until=until, elsewhere=elsewhere)
        if not len(found):
            return no_findings()
        return as_findings(
            found.sort("left_at", "manifest").select(
                "plate",
                *self._places(scene, found.sort("left_at", "manifest")),
                at="left_at",
                level=pl.when("elsewhere").then(pl.lit(SERIOUS)).otherwise(pl.lit(EVENT)),
                refs=pl.concat_list("ref"),
                measured=pl.struct(
                    "dump",
                    "manifest",
                    received_dump=pl.when("elsewhere").then("received_dump").otherwise(pl.lit("")),
                ).struct.json_encode(),
                settles_at=pl.when("elsewhere").then("received_at").otherwise("until"),
            ),
            self.code,
        )

    def _places(self, scene: Scene, found: pl.DataFrame) -> list[pl.Series]:
        """The middle of the site that it left."""
        areas = [scene.book.area(site) for site in found["site"].to_list()]
        middles = [None if area is None else area.centroid for area in areas]
        return [
            pl.Series("lat_e6", [None if m is None else round(m.y * 1e6) for m in middles], dtype=pl.Int32),
            pl.Series("lon_e6", [None if m is None else round(m.x * 1e6) for m in middles], dtype=pl.Int32),
        ]
