"""A world put before the rules in memory, without doors and database: what detection can find at best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.findings import (
    SCENE_MANIFESTS,
    SCENE_PASSAGES,
    SCENE_POSITIONS,
    Rule,
    Scene,
    keyed,
)
from gridwitness.trucks.detection.near_duplicates import counted
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.detection.support import supported
from gridwitness.trucks.frames import INSTANT

from gridwitness_cli.simulate.arrivals import Record
from gridwitness_cli.simulate.world import ZONE, World

_MILLION = 1_000_000


def book_of(records: Iterable[Record]) -> Book:
    """The registers as detection reads them, of the records that would enter them."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_kind.setdefault(record.kind.split(".")[0], []).append(_typed(record.fields))
    permits = _frame(by_kind.get("permit", [])).drop("corridor", "windows")
    permits = permits.sort("permit", "version").with_columns(
        governs_to=pl.col("valid_from").shift(-1).cum_min(reverse=True).over("permit", order_by="version")
    )
    checkpoints = _frame(by_kind.get("checkpoint", [])).with_columns(
        lat_e6=(pl.col("latitude").cast(pl.Float64) * _MILLION).round().cast(pl.Int32),
        lon_e6=(pl.col("longitude").cast(pl.Float64) * _MILLION).round().cast(pl.Int32),
    )
    return Book(
        revision_read=0,
        trucks=_frame(by_kind.get("truck", [])).cast({"rated_kg": pl.Int64}),
        carriers=_frame(by_kind.get("carrier", [])),
        checkpoints=checkpoints.drop("latitude", "longitude"),
        terminals=_frame(by_kind.get("terminal", [])),
        sites=_frame(by_kind.get("site", [])).drop("area"),
        permits=permits,
        permit_plates=permits.select("permit", "version", plate="plates").explode("plate"),
        _areas={
            site["site"]: [(site["valid_from"], site["valid_to"], site["area"])]
            for site in by_kind.get("site", [])
        },
        _corridors={(p["permit"], p["version"]): p["corridor"] for p in by_kind.get("permit", [])},
        _windows={(p["permit"], p["version"]): p["windows"] for p in by_kind.get("permit", [])},
    )


def scene_of(world: World, rules: TruckRules, holidays: Mapping[date, bool] = {}) -> Scene:
    """Everything that arrives, as if it were stored: each arrival a message of its own."""
    within = timedelta(seconds=rules.shared("near_duplicate"))
    passages = _stored(world.passages, "checkpoints", SCENE_PASSAGES, "captured_at")
    somewhere = pl.col("lat_e6") != 0  # what has no fix is stored without a place
    known = world.positions.with_columns(
        pl.when(somewhere).then(pl.col(name)).alias(name) for name in ("lat_e6", "lon_e6")
    )
    return Scene(
        book=book_of(world.registers),
        rules=rules,
        zone=ZONE,
        holidays=holidays,
        passages=counted(passages, within),
        positions=_stored(known, "terminals", SCENE_POSITIONS, "fixed_at"),
        manifests=_manifests(world),
    )


def found_by(rules: Iterable[Rule], scene: Scene) -> pl.DataFrame:
    """The findings of some rules, those with support where they need it."""
    hits = pl.concat(
        [rule.find(scene) for rule in rules if scene.rules.enabled(rule.code)], how="diagonal_relaxed"
    )
    return supported(keyed(hits), scene.rules)


def _typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    times = ("valid_from", "valid_to", "left_at", "received_at")
    return {
        name: datetime.fromisoformat(value) if name in times and value is not None else value
        for name, value in fields.items()
    }


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.cast({name: INSTANT for name in ("valid_from", "valid_to") if name in frame.columns})


def _stored(frame: pl.DataFrame, feed: str, columns: Mapping[str, Any], time: str) -> pl.DataFrame:
    stored = frame.sort("arrives_at", maintain_order=True).with_columns(
        feed=pl.lit(feed),
        serial=pl.int_range(pl.len(), dtype=pl.Int64),
        item=pl.lit(0, dtype=pl.Int32),
        received_at=pl.col("arrives_at"),
    )
    stored = stored.with_columns(ref=pl.format("{}:{}:0", "feed", "serial"))
    return stored.select(
        (pl.col(name) if name in stored.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in columns.items()
    ).sort("plate", time, "feed", "serial", "item")


def _manifests(world: World) -> pl.DataFrame:
    rows: dict[str, dict[str, Any]] = {}
    for _, record in world.manifests:
        fields = _typed(record.fields)
        row = rows.setdefault(fields["manifest"], {"ref": f"manifest::{fields['manifest']}"})
        if record.kind.startswith("manifest.issued"):
            row |= fields
        else:
            row |= {
                "received_dump": fields["dump"],
                "received_at": fields["received_at"],
                "received_load_kg": fields["load_kg"],
            }
    names = dict.fromkeys(SCENE_MANIFESTS)
    return pl.DataFrame([names | row for row in rows.values()], schema=SCENE_MANIFESTS)
