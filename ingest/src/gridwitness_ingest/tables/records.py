"""Records of a piece as a frame of texts, with what could not be taken apart beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from gridwitness_ingest.tables.piece_form import PieceForm

LONGEST = 131_072
"""Bytes of one record."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A record that is no row: its number in the piece, its bytes, and why."""

    item: int
    raw: bytes
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Records:
    """`cells`: `item` and a column of texts for each field that is read; null where it is empty.

    `raw_of` gives the bytes of a record by its number.
    """

    cells: pl.DataFrame
    flaws: Sequence[Flaw]
    raw_of: Callable[[int], bytes]


def cells_of(frame: pl.DataFrame, items: pl.Series, form: PieceForm) -> pl.DataFrame:
    """The columns that are read, under the names of their fields, without blanks around the texts."""
    names = dict(zip(form.columns, form.fields, strict=True))
    read = frame.select(pl.col(column).alias(field) for column, field in names.items() if field is not None)
    stripped = read.with_columns(pl.all().str.strip_chars())
    texts = stripped.with_columns(
        pl.when(pl.col(name).str.len_bytes() > 0).then(pl.col(name)).alias(name) for name in stripped.columns
    )
    return texts.insert_column(0, items.cast(pl.UInt32).alias("item"))
