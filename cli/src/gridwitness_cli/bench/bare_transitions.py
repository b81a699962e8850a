"""The rows that steps of events leave, written once more by plain SQL: same indexes, no record, no guard."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from gridwitness.database import Base
from gridwitness.events.models import AssignmentRow, ClockRow, EventRow, StepRow
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from gridwitness_cli.bench.scratch_database import scratch_database
from gridwitness_cli.bench.stage import Stage
from gridwitness_cli.bench.unguarded import named

_MODELS: Sequence[type[Base]] = (EventRow, StepRow, ClockRow, AssignmentRow)
_MOVED = "UPDATE events.event SET state = %(state)s, steps = %(steps)s, moved_at = %(at)s WHERE sub = %(sub)s"
_ENDED = (
    "UPDATE events.clock SET ended_at = %(ended_at)s, ended_by = %(ended_by)s, state = %(state)s"
    " WHERE sub = %(sub)s AND round = %(round)s AND clock = %(clock)s AND unit = %(unit)s"
    " AND number = %(number)s"
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Wave:
    """What is written of some events at one step."""

    inserted: dict[type[Base], list[Row]]
    moved: list[Row]
    ended: list[Row]


def seconds_bare(stage: Stage, subs: Sequence[str], wave: int) -> float:
    """Seconds of writing the rows of these events again, step by step, in transactions of `wave` events."""
    with psycopg.connect(stage.parts.urls.app) as ours:
        waves = [_waves(ours, subs[first : first + wave]) for first in range(0, len(subs), wave)]
    with scratch_database(stage) as url, psycopg.connect(url) as plain:
        _make_tables(plain)
        plain.commit()
        began = time.perf_counter()
        for steps in zip(*waves, strict=True):
            for one in steps:
                _write(plain, one)
                plain.commit()
        return time.perf_counter() - began


def _waves(ours: psycopg.Connection, subs: Sequence[str]) -> list[_Wave]:
    """By step: what it wrote."""
    rows = {model: _read(ours, model, subs) for model in _MODELS}
    place: dict[Any, int] = {}
    counts: dict[str, int] = {}
    for step in sorted(rows[StepRow], key=lambda row: row["seq"]):
        place[step["jti"]] = counts[step["sub"]] = counts.get(step["sub"], -1) + 1
    found = [_Wave({model: [] for model in _MODELS}, [], []) for _ in range(max(place.values()) + 1)]
    found[0].inserted[EventRow].extend(rows[EventRow])
    for step in rows[StepRow]:
        at = found[place[step["jti"]]]
        at.inserted[StepRow].append(step)
        if place[step["jti"]]:
            moved = {"steps": place[step["jti"]] + 1, "at": step["occurred_at"]}
            at.moved.append({"state": step["state"], "sub": step["sub"], **moved})
    for clock in rows[ClockRow]:
        found[place[clock["started_by"]]].inserted[ClockRow].append(clock)
        if clock["ended_by"] is not None:
            found[place[clock["ended_by"]]].ended.append(clock)
    dispatched = next(n for n, one in enumerate(found) if one.inserted[StepRow][0]["step"] == "dispatch")
    found[dispatched].inserted[AssignmentRow].extend(rows[AssignmentRow])
    return found


def _write(plain: psycopg.Connection, wave: _Wave) -> None:
    with plain.cursor() as cursor:
        for model, rows in wave.inserted.items():
            if rows:
                names = [column.name for column in model.__table__.columns]
                query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    named(model),
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.SQL(", ").join(map(sql.Placeholder, names)),
                )
                cursor.executemany(query, [_bound(row) for row in rows])
        if wave.moved:
            cursor.executemany(_MOVED, wave.moved)
        if wave.ended:
            cursor.executemany(_ENDED, [_bound(row) for row in wave.ended])


def _make_tables(plain: psycopg.Connection) -> None:
    dialect = postgresql.dialect()
    plain.execute("CREATE SCHEMA events")
    for model in _MODELS:
        table: Any = model.__table__
        plain.execute(str(CreateTable(table).compile(dialect=dialect)).encode())
        for index in table.indexes:
            plain.execute(str(CreateIndex(index).compile(dialect=dialect)).encode())


def _read(ours: psycopg.Connection, model: type[Base], subs: Sequence[str]) -> list[Row]:
    names = [column.name for column in model.__table__.columns]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    query = sql.SQL("SELECT {} FROM {} WHERE sub = ANY(%s)").format(columns, named(model))
    return [dict(zip(names, row, strict=True)) for row in ours.execute(query, (list(subs),))]


def _bound(row: Row) -> Row:
    return {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()}
