"""Which permits hold for a truck at a time.

Of a permit, the version that holds is the greatest that has begun; it allows something while it is valid
and names the truck. A later version ends an earlier one, also where it leaves a plate out.
"""

from __future__ import annotations

import polars as pl

from gridwitness.trucks.book import Book


def periods(book: Book) -> pl.DataFrame:
    """When each permit version holds for each of its plates: `plate, since, until`, columns of permits."""
    held = book.permits.with_columns(
        since=pl.col("valid_from"), until=pl.min_horizontal("valid_to", "governs_to")
    )
    return held.filter((pl.col("state") == "valid") & (pl.col("since") < pl.col("until"))).join(
        book.permit_plates.select("permit", "version", "plate"), on=["permit", "version"]
    )


def held_at(book: Book, asked: pl.DataFrame, grace_s: float = 0.0) -> pl.DataFrame:
    """For `row, plate, at`: a line for each permit that holds then, or ended no longer ago than the grace."""
    grace = pl.duration(microseconds=round(grace_s * 1e6))
    return (
        asked.lazy()
        .join(periods(book).lazy(), on="plate")
        .filter((pl.col("at") >= pl.col("since")) & (pl.col("at") < pl.col("until") + grace))
        .collect()
    )


def ended_by(book: Book, asked: pl.DataFrame) -> pl.DataFrame:
    """For `row, plate, at`: the plate's permit that ended last before (`row, permit, version, until`)."""
    return (
        asked.join(periods(book), on="plate")
        .filter(pl.col("until") <= pl.col("at"))
        .sort("row", "until", "permit", "version")
        .group_by("row", maintain_order=True)
        .last()
        .select("row", "permit", "version", "until")
    )
