"""Facts out of the database: passages, positions and manifests of plates for the times asked about."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from gridwitness.trucks.detection.findings import (
    SCENE_MANIFESTS,
    SCENE_PASSAGES,
    SCENE_POSITIONS,
    Columns,
    Family,
)
from gridwitness.trucks.sighting_copy import copy_out, micros

_TABLES: dict[Family, tuple[str, str, Columns]] = {
    "passages": ("trucks.passage", "captured_at", SCENE_PASSAGES),
    "positions": ("trucks.position", "fixed_at", SCENE_POSITIONS),
}


def facts_of(session: Session, family: Family, asked: pl.DataFrame) -> pl.DataFrame:
    """The facts of the plates in their intervals (`intervals.merged`), as a scene has them, unsorted."""
    table, time, columns = _TABLES[family]
    if asked.is_empty():
        return pl.DataFrame(schema=columns)
    stored = [name for name in columns if name != "ref"]
    query = (
        f"SELECT {micros(stored)} FROM unnest(%(plates)s::text[], %(since)s::timestamptz[],"  # noqa: S608
        f" %(until)s::timestamptz[]) AS asked (asked, since, until) JOIN {table}"
        f" ON plate = asked AND {time} BETWEEN since AND until"
    )
    parameters = {
        "plates": asked["plate"].to_list(),
        "since": asked["since"].to_list(),
        "until": asked["until"].to_list(),
    }
    return _read(session, query, parameters, columns)


def facts_between(session: Session, family: Family, since: datetime, until: datetime) -> pl.DataFrame:
    """All facts of a time that name a plate, both ends included."""
    table, time, columns = _TABLES[family]
    stored = [name for name in columns if name != "ref"]
    query = (
        f"SELECT {micros(stored)} FROM {table}"  # noqa: S608
        f" WHERE {time} BETWEEN %(since)s AND %(until)s AND plate IS NOT NULL"
    )
    return _read(session, query, {"since": since, "until": until}, columns)


def manifests_of(
    session: Session, plates: list[str] | None, *, changed_since: datetime | None = None
) -> pl.DataFrame:
    """The e-manifests of these plates (None: of all), of which an effect of that time or later wrote."""
    stored = [name for name in SCENE_MANIFESTS if name != "ref"]
    query = f"SELECT {micros(stored)} FROM trucks.manifest WHERE plate IS NOT NULL"  # noqa: S608
    if plates is not None:
        query += " AND plate = ANY(%(plates)s)"
    if changed_since is not None:
        query += " AND effect >= %(bound)s"
    bound = None if changed_since is None else _first_jti(changed_since)
    kinds = {name: SCENE_MANIFESTS[name] for name in stored}
    frame = copy_out(session, query, {"plates": plates, "bound": bound}, kinds)
    return frame.with_columns(pl.format("manifest::{}", "manifest").alias("ref"))


def _first_jti(when: datetime) -> UUID:
    """The least UUIDv7 of that moment: such identifiers begin with their milliseconds."""
    return UUID(int=int(when.timestamp() * 1000) << 80)


def _read(session: Session, query: str, parameters: dict[str, Any], columns: Columns) -> pl.DataFrame:
    stored = {name: kind for name, kind in columns.items() if name != "ref"}
    frame = copy_out(session, query, parameters, stored)
    return frame.with_columns(pl.format("{}:{}:{}", "feed", "serial", "item").alias("ref")).select(*columns)
