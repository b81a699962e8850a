"""Support: a hit that a misread plate explains as well becomes a finding when others stand beside it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import FINDING_COLUMNS
from gridwitness.trucks.detection.near_in_time import within_time
from gridwitness.trucks.detection.rules_document import TruckRules

CANDIDATE = "candidate"
"""Level of a hit that stays for people to look at, whatever stands beside it."""
_ORDER = ("plate", "at", "key")
_ALIKE = frozenset({"BLACK_ATTR"})
"""Rules whose hits have to agree: two vehicles that were misread once each do not look the same."""


def reach_of_support(rules: TruckRules) -> timedelta:
    """How far around a hit others may decide whether it is a finding."""
    spans = [rules.span(code, "support_window") + rules.span(code, "support_gap") for code in rules.rules]
    return max(spans)


def supported(hits: pl.DataFrame, rules: TruckRules) -> pl.DataFrame:
    """The hits that are findings. `hits`: HIT_COLUMNS and `key`, whole for the time that is asked about.

    Counted are hits of the same rule and plate within the rule's `support_window`: none that rests on a fact
    of this one too, of several within `support_gap` the first only, of `BLACK_ATTR` those that saw the same.
    """
    able = hits.filter(pl.col("level") != CANDIDATE)
    alone = able.filter(pl.col("needs").fill_null(1) <= 1)
    found = [alone]
    for (code,), group in able.filter(pl.col("needs") > 1).group_by("rule"):
        found.append(_supported(group, str(code), rules))
    return pl.concat(found).select(*FINDING_COLUMNS, "key")


def _supported(found: pl.DataFrame, code: str, rules: TruckRules) -> pl.DataFrame:
    own = pl.col("plate").alias("_plate")
    whose = pl.concat_str("plate", "measured") if code in _ALIKE else pl.col("plate")
    hits = found.with_columns(own, whose.alias("plate")).sort(_ORDER)
    window = rules.span(code, "support_window")
    gap = pl.col("at") - pl.col("at").shift(1)
    same = (pl.col("plate") == pl.col("plate").shift(1)).fill_null(value=False)
    again = same & (gap < rules.span(code, "support_gap"))
    counted = hits.filter(~again.fill_null(value=False))
    first, behind = within_time(hits, counted, "at", window, window)
    shares = same & (pl.col("refs").list.first() == pl.col("refs").list.last().shift(1))
    shared = hits.select((shares & (pl.col("refs").list.len() > 1)).cast(pl.Int64).alias("n"))["n"].to_numpy()
    beside = behind - first - shared - np.append(shared[1:], 0)
    return hits.filter(pl.Series(beside) >= pl.col("needs")).with_columns(plate="_plate").drop("_plate")
