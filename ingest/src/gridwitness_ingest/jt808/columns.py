"""Positions as the frame that is stored (`gridwitness.trucks.frames`)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from gridwitness.trucks.frames import INSTANT, POSITION_COLUMNS

from gridwitness_ingest.jt808.rounds import Fix

_OF_POSITION = (
    "lat_e6",
    "lon_e6",
    "speed_dkmh",
    "direction",
    "alarms",
    "status",
    "mileage_hm",
    "cover",
    "lift",
    "load",
    "weight_kg",
)


def position_frame(fixes: Sequence[Fix]) -> pl.DataFrame:
    """One row a fix; the plate is for the registers to say."""
    positions = [fix.position for fix in fixes]
    columns: dict[str, pl.Series] = {
        "message": _series("message", [fix.message for fix in fixes]),
        "item": _series("item", [fix.item for fix in fixes]),
        "terminal": _series("terminal", [fix.packet.terminal for fix in fixes]),
        "plate": _series("plate", [None] * len(fixes)),
        "fixed_at": pl.Series("fixed_at", [one.fixed_at * 1_000_000 for one in positions], pl.Int64).cast(
            INSTANT
        ),
        "backfill": _series("backfill", [fix.backfill for fix in fixes]),
        "extra": _series("extra", [one.extra.hex() or None for one in positions]),
    }
    for name in _OF_POSITION:
        columns[name] = _series(name, [getattr(one, name) for one in positions])
    return pl.DataFrame([columns[name] for name in POSITION_COLUMNS])


def _series(name: str, values: Sequence[object]) -> pl.Series:
    return pl.Series(name, values, POSITION_COLUMNS[name])
