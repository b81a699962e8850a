"""Which passages detection looks at: of trucks by their class or colour, and of plates in the register."""

from __future__ import annotations

import polars as pl

from gridwitness.trucks.book import Book

MUCK = ("01", "51", "H17", "H27", "H37")
"""GA/T plate classes 大型汽车, 大型新能源汽车; GA 24.4 classes of vehicle 重型, 中型, 轻型自卸货车."""
TRUCK_COLORS = ("yellow", "yellow-green")


def truck_like() -> pl.Expr:
    """Whether what passed looks like a muck truck: by the class told, by plate colour where none is."""
    told = pl.col("vehicle_class")
    by_color = pl.col("plate_color").is_in(TRUCK_COLORS)
    return (
        pl.when(told.is_null() | (told == ""))
        .then(by_color)
        .otherwise(told.is_in(MUCK))
        .fill_null(value=False)
    )


def matters(passages: pl.DataFrame, book: Book) -> pl.Series:
    """Rows detection has to look at: cars of the general public pass checkpoints, too."""
    registered = passages["plate"].is_in(book.trucks["plate"].unique().implode()).fill_null(value=False)
    return passages.select(truck_like().alias("truck"))["truck"] | registered
