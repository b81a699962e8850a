"""Passages beside what the registers say of checkpoint and truck at their time: worked out once a scene."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from gridwitness.trucks.detection.findings import Scene
from gridwitness.trucks.periods import holding
from gridwitness.trucks.truck_like import truck_like

_NAME = "passages.sighted"


def sighted(scene: Scene) -> pl.DataFrame:
    """Passages with a plate, in the scene's order, with more columns:

    `lat_e6`, `lon_e6` of the checkpoint; `registered`, and `own_*` of the truck's entry (with one
    device's clock as slack); `truck`: the device says truck; `reliable`: the plate is read well, if told.
    """
    found = scene.derived.get(_NAME)
    if found is None:
        found = scene.derived[_NAME] = _sighted(scene)
    assert isinstance(found, pl.DataFrame)
    return found


def _sighted(scene: Scene) -> pl.DataFrame:
    skew = timedelta(seconds=scene.rules.shared("clock_skew"))
    period = ("valid_from", "valid_to")
    places = scene.book.checkpoints.select("checkpoint", "lat_e6", "lon_e6", *period)
    trucks = scene.book.trucks.select(
        "plate",
        pl.lit(value=True).alias("registered"),
        *(pl.col(name).alias(f"own_{name}") for name in ("plate_color", "vehicle_class", "brand", "color")),
        *period,
    )
    read_well = pl.col("reliability") >= scene.rules.shared("reliability")
    passages = scene.passages.filter(pl.col("plate").is_not_null())
    located = holding(passages, places, on="checkpoint", time="captured_at", slack=skew)
    return holding(located, trucks, on="plate", time="captured_at", slack=skew).with_columns(
        pl.col("registered").fill_null(value=False),
        truck_like().alias("truck"),
        read_well.fill_null(value=True).alias("reliable"),
    )


def another_vehicle() -> pl.Expr:
    """The plate's colour is told and is not the registered one: whoever passed, it was not this truck."""
    return (pl.col("plate_color") != pl.col("own_plate_color")).fill_null(value=False)


def measured(**texts: pl.Expr | pl.Series) -> pl.Expr:
    """A JSON object of texts, names ascending."""
    named = [_text(texts[name]).alias(name) for name in sorted(texts)]
    return pl.struct(named).struct.json_encode().alias("measured")


def _text(value: pl.Expr | pl.Series) -> pl.Expr:
    return (pl.lit(value) if isinstance(value, pl.Series) else value).cast(pl.String)
