"""What has to be filed: findings as they are now, held against anomalies as they were filed. Pure."""

from __future__ import annotations

import json

import polars as pl

from gridwitness.trucks.detection.findings import FINDING_COLUMNS

SUSPECTED, WITHDRAWN = "suspected", "withdrawn"
CHANGE_COLUMNS = [*FINDING_COLUMNS, "key", "sub", "rules", "standing"]
_COMPARED = ("level", "permit", "measured", "until")


def changes(findings: pl.DataFrame, filed: pl.DataFrame) -> pl.DataFrame:
    """The records to write, by time and key: new findings, changed ones, and those whose ground went.

    `findings`: FINDING_COLUMNS, `key`, `rules`; `filed` as `filing.filed` gives it. What was withdrawn and is
    found again is suspected again. That another version of the rules says the same changes nothing.
    """
    known = filed.select(
        "key",
        "sub",
        pl.col("standing").alias("_standing"),
        *(pl.col(name).alias(f"_{name}") for name in _COMPARED),
    ).with_columns(_plain("_measured"))
    found = findings.join(known, on="key", how="left").with_columns(_plain("measured"))
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"_{name}")) for name in _COMPARED)
    new = pl.col("sub").is_null() | (pl.col("_standing") == WITHDRAWN) | ~same
    told = found.filter(new).with_columns(pl.lit(SUSPECTED).alias("standing")).select(CHANGE_COLUMNS)
    gone = filed.filter(pl.col("standing") == SUSPECTED).join(findings, on="key", how="anti")
    return pl.concat([told, _withdrawn(gone)]).sort("at", "key")


def _withdrawn(gone: pl.DataFrame) -> pl.DataFrame:
    """As filed; its references are those of its key."""
    refs = pl.col("key").str.split("/").list.slice(1)
    given = gone.with_columns(refs.alias("refs"), refs.alias("inputs"), pl.lit(WITHDRAWN).alias("standing"))
    columns = []
    for name in CHANGE_COLUMNS:
        column = pl.col(name) if name in given.columns else pl.lit(None).alias(name)
        columns.append(column.cast(FINDING_COLUMNS.get(name, pl.String)))
    return given.select(columns)


def _plain(name: str) -> pl.Expr:
    """One form of a JSON object: the database may give its members in another order."""

    def ordered(text: str) -> str:
        return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    return pl.col(name).map_elements(ordered, return_dtype=pl.String)
