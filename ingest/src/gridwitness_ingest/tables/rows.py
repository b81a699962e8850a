"""Passages and positions out of records."""

from __future__ import annotations

import polars as pl
from gridwitness.trucks.frames import PASSAGE_COLUMNS, POSITION_COLUMNS
from gridwitness.trucks.plates import color_of_gat
from gridwitness.trucks.plates_frames import absent_series, normalise_series

from gridwitness_ingest.tables.piece_form import PieceForm
from gridwitness_ingest.tables.values import Columns

_UINT32 = 2**32 - 1
_SHA256 = r"\A[0-9a-f]{64}\z"


def passages_of(cells: pl.DataFrame, form: PieceForm) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows as PASSAGE_COLUMNS, and `item`, `code`, `detail` of what is no row."""
    columns = Columns(cells)
    captured_at = columns.time("captured_at", form.zone)
    columns.one_of(("device", "checkpoint"), "device-missing")
    told = columns.text("plate")
    plate = normalise_series(told)
    columns.refuse(plate.is_null() & ~absent_series(told), "plate-invalid", "The plate is none.")
    rows = pl.DataFrame(
        {
            "message": pl.zeros(cells.height, pl.UInt32, eager=True),
            "item": cells["item"],
            "device": columns.text("device"),
            "checkpoint": columns.text("checkpoint"),
            "lane": columns.whole("lane", 0, 99, pl.Int16),
            "plate": plate,
            "plate_color": _color(columns),
            "vehicle_class": columns.text("vehicle_class"),
            "brand": columns.text("brand"),
            "color": columns.text("color"),
            "captured_at": captured_at,
            "speed_kmh": columns.whole("speed_kmh", 0, 300, pl.Int16),
            "reliability": columns.whole("reliability", 0, 100, pl.Int16),
            "marks": pl.Series([None], dtype=pl.Int16).new_from_index(0, cells.height),
            "images": _images(columns),
        },
        schema=PASSAGE_COLUMNS,
    )
    return columns.parted(rows)


def positions_of(cells: pl.DataFrame, form: PieceForm, datum: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows as POSITION_COLUMNS, and what is none. What a file tells it tells late: `backfill` unless told."""
    columns = Columns(cells)
    fixed_at = columns.time("fixed_at", form.zone)
    columns.one_of(("terminal",), "terminal-missing")
    lat, lon = columns.place(datum)
    direction = columns.whole("direction", 0, 360, pl.Int16)
    rows = pl.DataFrame(
        {
            "message": pl.zeros(cells.height, pl.UInt32, eager=True),
            "item": cells["item"],
            "terminal": _terminal(columns.text("terminal")),
            "plate": pl.Series([None], dtype=pl.String).new_from_index(0, cells.height),
            "fixed_at": fixed_at,
            "lat_e6": lat,
            "lon_e6": lon,
            "speed_dkmh": columns.whole("speed_kmh", 0, 3000, pl.Int16, scale=10),
            "direction": direction % 360,
            "alarms": columns.whole("alarms", 0, _UINT32, pl.Int64),
            "status": columns.whole("status", 0, _UINT32, pl.Int64),
            "mileage_hm": columns.whole("mileage_km", 0, _UINT32, pl.Int64, scale=10),
            "cover": columns.whole("cover", 0, 1, pl.Int8),
            "lift": columns.whole("lift", 0, 1, pl.Int8),
            "load": columns.whole("load", 0, 100, pl.Int8),
            "weight_kg": columns.whole("weight_kg", 0, 200_000, pl.Int32),
            "backfill": columns.whole("backfill", 0, 1, pl.Int8).cast(pl.Boolean).fill_null(value=True),
            "extra": pl.Series([None], dtype=pl.String).new_from_index(0, cells.height),
        },
        schema=POSITION_COLUMNS,
    )
    return columns.parted(rows)


def _terminal(texts: pl.Series) -> pl.Series:
    """Digits as the terminals' own door has them: no zeros before, then at least twelve."""
    digits = texts.str.strip_chars_start("0").str.pad_start(12, "0")
    return texts.zip_with(~texts.str.contains(r"\A\d+\z").fill_null(value=False), digits)


def _color(columns: Columns) -> pl.Series:
    """By colour and class of the plate, as GA/T 1400 numbers or words."""
    kind, color = columns.text("plate_class"), columns.text("plate_color")
    both = pl.select(pl.concat_str(color.fill_null(""), kind.fill_null(""), separator="|")).to_series()
    return columns.mapped(both, lambda text: color_of_gat(*text.rsplit("|", 1)))


def _images(columns: Columns) -> pl.Series:
    digest = columns.text("image").str.to_lowercase()
    fits = digest.str.contains(_SHA256).fill_null(value=False)
    columns.refuse(digest.is_not_null() & ~fits, "image-invalid", "image is no SHA-256 in hexadecimal.")
    return pl.select('[{"kind":"passage","sha256":"' + digest + '"}]').to_series()
