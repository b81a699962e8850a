"""Plates that differ from a registered one in one character, and so may be a misread of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl


def look_alike(plates: pl.Series, registered: pl.Series) -> np.ndarray[Any, Any]:
    """Whether a registered plate of the same length differs in exactly one character."""
    asked = plates.unique()
    near = _gaps(asked).join(_gaps(registered.unique()), on=["place", "rest"], how="inner", suffix="_known")
    found = near.filter(pl.col("plate") != pl.col("plate_known"))["plate"].unique()
    return plates.is_in(found.implode()).fill_null(value=False).to_numpy()


def _gaps(plates: pl.Series) -> pl.DataFrame:
    """Every plate once for each of its places, `rest` without the character there."""
    frame = plates.alias("plate").to_frame().drop_nulls()
    longest = frame["plate"].str.len_chars().max()
    places = range(int(longest) if isinstance(longest, int) else 0)
    rest = [
        frame.filter(pl.col("plate").str.len_chars() > place).select(
            "plate",
            pl.lit(place, dtype=pl.UInt8).alias("place"),
            pl.concat_str(
                pl.col("plate").str.slice(0, place), pl.lit("*"), pl.col("plate").str.slice(place + 1)
            ).alias("rest"),
        )
        for place in places
    ]
    empty = {"plate": pl.String, "place": pl.UInt8, "rest": pl.String}
    return pl.concat(rest) if rest else pl.DataFrame(schema=empty)
