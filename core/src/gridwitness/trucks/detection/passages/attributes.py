"""BLACK_ATTR: brand, colour and class of what passed are not those that the register has for the plate."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from gridwitness.trucks.detection.findings import Family, Scene, as_hits
from gridwitness.trucks.detection.passages.sighted import measured, sighted
from gridwitness.trucks.detection.rules_document import TruckRules

_ATTRIBUTES = ("brand", "color", "vehicle_class")


class Attributes:
    """A device takes one vehicle for another now and then; several times with the same result it does not."""

    code = "BLACK_ATTR"
    family: Family = "passages"
    reads: frozenset[Family] = frozenset({"passages"})

    def reach(self, rules: TruckRules) -> timedelta:
        """A near-duplicate before it decides whether a passage counts."""
        return timedelta(seconds=rules.shared("near_duplicate"))

    def find(self, scene: Scene) -> pl.DataFrame:
        """Passages of registered plates that differ in enough attributes."""
        number = scene.rules.number
        differing = pl.sum_horizontal(differs(name).cast(pl.Int64) for name in _ATTRIBUTES)
        unlike = (
            sighted(scene)
            .filter("registered", "reliable")
            .filter(differing >= number(self.code, "attributes"))
        )
        found = unlike.with_columns(
            pl.col("captured_at").alias("at"),
            pl.concat_list("ref").alias("refs"),
            pl.lit("flag").alias("level"),
            pl.lit(int(number(self.code, "support"))).alias("needs"),
            measured(**{name: _compared(name) for name in _ATTRIBUTES}),
        )
        return as_hits(found, self.code)


def differs(name: str) -> pl.Expr:
    """Both are told, in the same code where it is a class, and are not the same."""
    seen, own = _plain(name), _plain(f"own_{name}")
    differ = seen != own
    if name == "vehicle_class":  # GA/T PlateClass (two digits) and VehicleClass (letter first) do not compare
        digits = r"^[0-9]{2}$"
        differ &= seen.str.contains(digits) == own.str.contains(digits)
    return differ.fill_null(value=False)


def _plain(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars().str.to_lowercase()
    return pl.when(text == "").then(None).otherwise(text)


def _compared(name: str) -> pl.Expr:
    told = [pl.col(part).fill_null("not told") for part in (name, f"own_{name}")]
    return pl.format("{} / {}", *told)
