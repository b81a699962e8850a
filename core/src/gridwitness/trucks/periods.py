"""What a register says at a row's time: its rows hold from `valid_from` to before `valid_to` (null: open)."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

NOTHING = timedelta(0)


def holding(
    frame: pl.DataFrame, register: pl.DataFrame, *, on: str, time: str, slack: timedelta = NOTHING
) -> pl.DataFrame:
    """The frame with the register's columns beside it, null where nothing holds; rows and order are kept.

    `on`: the column both have; `slack` widens every period on both sides, and of two that hold then the
    later one counts. Raises nothing: a register without rows leaves nulls.
    """
    held = (pl.col("valid_from") - slack <= pl.col(time)) & (
        pl.col("valid_to").is_null() | (pl.col(time) < pl.col("valid_to") + slack)
    )
    added = [name for name in register.columns if name not in (on, "valid_from", "valid_to")]
    if register[on].is_unique().all():
        joined = frame.join(register, on=on, how="left", maintain_order="left").with_columns(
            held.fill_null(value=False).alias("_held")
        )
        return joined.with_columns(pl.when("_held").then(pl.col(name)).alias(name) for name in added).drop(
            "_held", "valid_from", "valid_to"
        )
    rows = frame.with_row_index("_row")
    found = (
        rows.select("_row", on, time)
        .join(register, on=on, how="inner")
        .filter(held)
        .sort("_row", "valid_from")
        .unique("_row", keep="last", maintain_order=True)
        .select("_row", *added)
    )
    return rows.join(found, on="_row", how="left", maintain_order="left").drop("_row")
