"""The registers as frames: one frozen snapshot for doors and detection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl
from shapely import LineString, Polygon
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from gridwitness.database import Base, postgres_type
from gridwitness.trucks.frames import INSTANT
from gridwitness.trucks.models import (
    CarrierRow,
    CheckpointRow,
    PermitRow,
    RegisterRevisionRow,
    SiteRow,
    TerminalRow,
    TruckRow,
)
from gridwitness.trucks.windows import Window, parse_windows

_TYPES: Final[dict[str, Any]] = {
    "text": pl.String,
    "integer": pl.Int32,
    "bigint": pl.Int64,
    "timestamptz": INSTANT,
    "text[]": pl.List(pl.String),
}
_MILLION = 1_000_000


@dataclass(frozen=True)
class Book:
    """One snapshot of the registers; columns as the tables', shapes and windows by method.

    A number may have several rows with periods `[valid_from, valid_to)` that never overlap; a null end is
    open. `permits.governs_to`: when a later version of the permit takes over, null: none does.
    """

    revision_read: int
    trucks: pl.DataFrame
    carriers: pl.DataFrame
    checkpoints: pl.DataFrame
    terminals: pl.DataFrame
    sites: pl.DataFrame
    permits: pl.DataFrame
    permit_plates: pl.DataFrame
    _areas: dict[str, list[tuple[datetime, datetime | None, Any]]]
    _corridors: dict[tuple[str, int], Any]
    _windows: dict[tuple[str, int], Any]
    _made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def revision(session: Session) -> int:
        """A number that changes with every change of a register. One row is read."""
        return session.scalars(select(RegisterRevisionRow.revision)).one()

    @classmethod
    def load(cls, session: Session) -> Book:
        """The registers as they are committed now."""
        revision = cls.revision(session)  # first: what changes meanwhile makes the next look load again
        permits = session.execute(_select(PermitRow)).all()
        sites = session.execute(_select(SiteRow)).all()
        frame = _with_governs(_frame(PermitRow, permits))
        areas: dict[str, list[tuple[datetime, datetime | None, Any]]] = {}
        for site in sites:
            areas.setdefault(site.site, []).append((site.valid_from, site.valid_to, site.area))
        return cls(
            revision_read=revision,
            trucks=_frame(TruckRow, session.execute(_select(TruckRow)).all()),
            carriers=_frame(CarrierRow, session.execute(_select(CarrierRow)).all()),
            checkpoints=_frame(CheckpointRow, session.execute(_select(CheckpointRow)).all()),
            terminals=_frame(TerminalRow, session.execute(_select(TerminalRow)).all()),
            sites=_frame(SiteRow, sites),
            permits=frame,
            permit_plates=frame.select("permit", "version", plate="plates").explode("plate"),
            _areas=areas,
            _corridors={(row.permit, row.version): row.corridor for row in permits},
            _windows={(row.permit, row.version): row.windows for row in permits},
        )

    def windows(self, permit: str, version: int) -> tuple[Window, ...]:
        """The windows of a permit's version; none allow any time. Raises KeyError for an unknown one."""
        key = ("windows", permit, version)
        if key not in self._made:
            self._made[key] = parse_windows(self._windows[permit, version])
        found: tuple[Window, ...] = self._made[key]
        return found

    def corridor(self, permit: str, version: int) -> LineString | None:
        """The road a permit's version allows, in degrees (longitude, latitude); None without one."""
        shape = self._corridors.get((permit, version))
        if shape is None:
            return None
        key = ("corridor", permit, version)
        if key not in self._made:
            self._made[key] = LineString(_degrees(shape["line"]))
        found: LineString = self._made[key]
        return found

    def area(self, site: str, at: datetime | None = None) -> Polygon | None:
        """A site's area at a time (the newest one), in degrees (longitude, latitude); None without one."""
        periods = self._areas.get(site, [])
        valid = [p for p in periods if at is None or (p[0] <= at and (p[1] is None or at < p[1]))]
        if not valid:
            return None
        since, _, shape = max(valid, key=lambda period: period[0])
        key = ("area", site, since)
        if key not in self._made:
            self._made[key] = Polygon(_degrees(shape["ring"]))
        found: Polygon = self._made[key]
        return found


_SHAPES = frozenset({"area", "corridor", "windows", "latitude", "longitude", "effect"})
"""Columns that are no column of a frame."""


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _select(model: type[Base]) -> Any:
    table = _table(model)
    return select(*table.columns).order_by(*table.primary_key)


def _frame(model: type[Base], rows: Sequence[Any]) -> pl.DataFrame:
    columns = [column for column in _table(model).columns if column.name not in _SHAPES]
    schema = {column.name: _TYPES[postgres_type(column)] for column in columns}
    return pl.DataFrame(
        {name: [getattr(row, name) for row in rows] for name in schema}, schema=schema, strict=True
    )


def _with_governs(permits: pl.DataFrame) -> pl.DataFrame:
    """`governs_to`: the least beginning of any later version."""
    later = pl.col("valid_from").shift(-1).cum_min(reverse=True).over("permit", order_by="version")
    return permits.with_columns(later.alias("governs_to"))


def _degrees(points: Sequence[Sequence[int]]) -> list[tuple[float, float]]:
    return [(longitude / _MILLION, latitude / _MILLION) for longitude, latitude in points]
