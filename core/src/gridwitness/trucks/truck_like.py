"""Which passages detection looks at: of trucks by their class or colour, and of plates in the register."""

from __future__ import annotations

import polars as pl

from gridwitness.trucks.book import Book

LARGE = ("01", "51")
"""GA/T plate classes: 大型汽车, 大型新能源汽车."""
TRUCK_COLORS = ("yellow", "yellow-green")


def truck_like() -> pl.Expr:
    """Whether the device says truck: by plate class or class of vehicle (H.., Z.., 货车 and 专项作业车); by
    plate colour where it says no class.
    """
    told = pl.col("vehicle_class")
    large = told.is_in(LARGE) | told.str.starts_with("H") | told.str.starts_with("Z")
    by_color = pl.col("plate_color").is_in(TRUCK_COLORS)
    return pl.when(told.is_null() | (told == "")).then(by_color).otherwise(large).fill_null(value=False)


def matters(passages: pl.DataFrame, book: Book) -> pl.Series:
    """Rows detection has to look at: cars of the general public pass checkpoints, too."""
    registered = passages["plate"].is_in(book.trucks["plate"].unique().implode()).fill_null(value=False)
    return passages.select(truck_like().alias("truck"))["truck"] | registered
