"""The two frames that doors fill and detection reads: passages at checkpoints, positions of terminals.

Times are UTC; places are WGS 84 in millionths of a degree; a null is "not told". `message` is the index of
the message among those handed in together, `item` the place of the object in its message, both from 0.
"""

from __future__ import annotations

import polars as pl

INSTANT = pl.Datetime("us", "UTC")

PASSAGE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "message": pl.UInt32,
    "item": pl.UInt32,
    "device": pl.String,  # as the feed names it
    "checkpoint": pl.String,  # of the register; never null once stored
    "lane": pl.Int16,
    "plate": pl.String,  # normalised; null where the device saw none
    "plate_color": pl.String,  # a word of `plates.COLORS`
    "vehicle_class": pl.String,  # GA/T PlateClass or VehicleClass as told
    "brand": pl.String,
    "color": pl.String,
    "captured_at": INSTANT,
    "speed_kmh": pl.Int16,
    "reliability": pl.Int16,  # 0-100
    "marks": pl.Int16,  # bits: 1 decked (套牌), 2 altered, 4 covered
    "images": pl.String,  # JSON array of {"sha256", "kind"}, or null
}

POSITION_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "message": pl.UInt32,
    "item": pl.UInt32,
    "terminal": pl.String,
    "plate": pl.String,  # by the register; never null once stored
    "fixed_at": INSTANT,
    "lat_e6": pl.Int32,
    "lon_e6": pl.Int32,
    "speed_dkmh": pl.Int16,  # 0.1 km/h
    "direction": pl.Int16,  # 0-359, north 0, clockwise
    "alarms": pl.Int64,  # JT/T 808 alarm bits
    "status": pl.Int64,  # JT/T 808 status bits
    "mileage_hm": pl.Int64,  # 0.1 km
    "cover": pl.Int8,  # 0 closed, 1 open
    "lift": pl.Int8,  # 0 down, 1 up
    "load": pl.Int8,  # percent, 0-100
    "weight_kg": pl.Int32,
    "backfill": pl.Boolean,  # out of a batch upload
    "extra": pl.String,  # additional items nobody decodes, hex, as received
}


def empty_passages() -> pl.DataFrame:
    """No passages, with their columns."""
    return pl.DataFrame(schema=PASSAGE_COLUMNS)


def empty_positions() -> pl.DataFrame:
    """No positions, with their columns."""
    return pl.DataFrame(schema=POSITION_COLUMNS)
