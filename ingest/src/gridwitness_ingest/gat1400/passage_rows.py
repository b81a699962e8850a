"""Vehicles as rows of passages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from gridwitness.trucks.frames import PASSAGE_COLUMNS

from gridwitness_ingest.gat1400.vehicle import Vehicle


def passage_row(message: int, item: int, vehicle: Vehicle) -> tuple[Any, ...]:
    """A row in the order of PASSAGE_COLUMNS."""
    return (
        message,
        item,
        vehicle.device,
        vehicle.checkpoint,
        vehicle.lane,
        vehicle.plate,
        vehicle.plate_color,
        vehicle.vehicle_class,
        vehicle.brand,
        vehicle.color,
        vehicle.captured_at,
        vehicle.speed_kmh,
        vehicle.reliability,
        vehicle.marks,
        vehicle.images,
    )


def passage_frame(rows: Iterable[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows as a frame."""
    return pl.DataFrame([*rows], schema=PASSAGE_COLUMNS, orient="row")
