"""Texts into the values of a row, a column at once, and what is wrong with a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import numpy as np
import polars as pl
from gridwitness.coordinates import is_place, to_wgs84
from gridwitness.trucks.frames import INSTANT

from gridwitness_ingest.tables.times import instants

_EARLIEST = datetime(2000, 1, 1)
_LONGEST_TEXT = 256


class Columns:
    """The cells of a piece on their way to typed columns; the first thing wrong with a row is kept."""

    def __init__(self, cells: pl.DataFrame) -> None:
        self.cells = cells
        self.height = cells.height
        self._codes = pl.Series("code", [None], pl.String).new_from_index(0, self.height)
        self._details = self._codes.alias("detail")

    def text(self, field: str) -> pl.Series:
        """A column as it is; null where the file has none."""
        if field in self.cells.columns:
            found = self.cells[field]
            self.refuse(found.str.len_bytes() > _LONGEST_TEXT, "text-too-long", f"{field} is too long.")
            return found
        return pl.Series(field, [None], pl.String).new_from_index(0, self.height)

    def whole(self, field: str, low: int, high: int, kind: type[pl.DataType], scale: float = 1) -> pl.Series:
        """A column of numbers in `[low, high]` after `scale`, rounded to whole ones."""
        texts = self.text(field)
        numbers = (texts.cast(pl.Float64, strict=False) * scale).round()
        fits = numbers.is_between(low, high).fill_null(value=False)
        self.refuse(
            texts.is_not_null() & ~fits, "number-invalid", f"{field} is no number from {low} to {high}."
        )
        return numbers.set(~fits, None).cast(kind)

    def time(self, field: str, zone: str) -> pl.Series:
        """A column of instants that every row has."""
        texts = self.text(field)
        found = instants(texts, zone)
        self.refuse(texts.is_null(), "time-missing", f"{field} is empty.")
        self.refuse(found.is_null(), "time-invalid", f"{field} is no time that can be read.")
        early = found < pl.Series([_EARLIEST], dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")[0]
        self.refuse(early, "time-invalid", f"{field} lies before 2000.")
        return found.cast(INSTANT)

    def place(self, datum: str) -> tuple[pl.Series, pl.Series]:
        """Latitude and longitude, WGS 84, in millionths of a degree, converted from the feed's datum once."""
        lat, lon = (self.text(name).cast(pl.Float64, strict=False) for name in ("lat", "lon"))
        self.refuse(lat.is_null() | lon.is_null(), "coordinate-missing", "lat or lon is empty, or no number.")
        lats, lons = (found.fill_null(float("nan")).to_numpy() for found in (lat, lon))
        null = pl.Series(np.abs(lats) + np.abs(lons) == 0)
        swapped = pl.Series((np.abs(lats) > 90) & (np.abs(lons) <= 90) & (np.abs(lats) <= 180))
        self.refuse(null, "coordinate-null", "The place is (0, 0).")
        self.refuse(swapped, "coordinate-range", "Latitude beyond 90 degrees: swapped with the longitude?")
        self.refuse(pl.Series(~is_place(lats, lons)), "coordinate-range", "lat or lon lies beyond its range.")
        north, east = to_wgs84(lats, lons, datum)
        return _millionths(north), _millionths(east)

    def one_of(self, fields: Iterable[str], code: str) -> None:
        """Every row has at least one of these."""
        missing = pl.Series([True]).new_from_index(0, self.height)
        for field in fields:
            missing &= self.text(field).is_null()
        self.refuse(missing, code, f"The row has no {' and no '.join(fields)}.")

    def refuse(self, where: pl.Series, code: str, detail: str) -> None:
        """Rows that are wrong, unless they were before."""
        new = where.fill_null(value=False) & self._codes.is_null()
        if new.any():
            self._codes = self._codes.set(new, code)
            self._details = self._details.set(new, detail)

    def mapped(self, texts: pl.Series, word: Callable[[str], str | None]) -> pl.Series:
        """Each text by a function that is asked once for each distinct one."""
        known = texts.drop_nulls().unique()
        words = pl.Series([word(text) for text in known], dtype=pl.String)
        return (
            texts.replace_strict(known, words, default=None, return_dtype=pl.String) if len(known) else texts
        )

    def parted(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The good rows, and `item`, `code`, `detail` of the others."""
        bad = self._codes.is_not_null()
        if not bad.any():
            return rows, rows.select("item", code=pl.lit(None), detail=pl.lit(None)).clear()
        found = pl.DataFrame([self.cells["item"], self._codes, self._details])
        return rows.filter(~bad), found.filter(bad)


def _millionths(degrees: np.ndarray) -> pl.Series:
    return pl.Series(np.nan_to_num(np.rint(degrees * 1e6))).cast(pl.Int32)
