"""Rows of a feed and local day out of the database, a bounded frame at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import polars as pl
from psycopg import sql
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.database import driver_connection
from gridwitness.feeds import PartRow
from gridwitness.trucks.frames import INSTANT, PASSAGE_COLUMNS, POSITION_COLUMNS
from gridwitness.trucks.rows import ROW_COLUMNS, TIME_COLUMN

START = (-1, -1)
"""Before every (serial, item)."""
TABLES = {"passages": "passage", "positions": "position"}

_TYPES = {
    content: {"serial": pl.Int64, **{name: kind for name, kind in columns.items() if name != "message"}}
    for content, columns in (("passages", PASSAGE_COLUMNS), ("positions", POSITION_COLUMNS))
}
_NONE = 2**62
_DAYS = """
SELECT (t.{time} AT TIME ZONE {zone})::date, count(*) FROM trucks.{table} AS t
WHERE t.feed = {feed} AND t.{time} < {before} AND t.serial < {unread} GROUP BY 1 ORDER BY 1
"""
_ROWS = """
COPY (SELECT {columns} FROM trucks.{table} AS t
      WHERE t.feed = {feed} AND t.{time} >= {since} AND t.{time} < {until}
        AND (t.serial, t.item) > ({serial}, {item}) AND t.serial < {unread}
      ORDER BY t.serial, t.item LIMIT {limit})
TO STDOUT (FORMAT csv)
"""


@dataclass(frozen=True, slots=True)
class Day:
    """A feed's rows of one local day, `[since, until)`."""

    feed: str
    content: str
    day: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """Its beginning, UTC."""
        return datetime.combine(self.day, time(), self.zone).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """Its end, UTC."""
        return datetime.combine(self.day + timedelta(days=1), time(), self.zone).astimezone(UTC)


def days_of(session: Session, feed: str, content: str, before: datetime, zone: ZoneInfo) -> dict[date, int]:
    """How many rows each local day has that lies before an instant, by day."""
    query = sql.SQL(_DAYS).format(
        time=sql.Identifier(TIME_COLUMN[content]),
        table=sql.Identifier(TABLES[content]),
        zone=sql.Literal(zone.key),
        feed=sql.Literal(feed),
        before=sql.Literal(before),
        unread=sql.Literal(_unread(session, feed)),
    )
    return {day: count for day, count in driver_connection(session).execute(query)}


def read_rows(session: Session, day: Day, after: tuple[int, int], rows: int) -> pl.DataFrame:
    """The day's next rows in the order of (serial, item), at most `rows`; `after`: the last pair read."""
    types = _TYPES[day.content]
    query = sql.SQL(_ROWS).format(
        columns=sql.SQL(", ").join(_column(name, types[name]) for name in ROW_COLUMNS[day.content]),
        table=sql.Identifier(TABLES[day.content]),
        time=sql.Identifier(TIME_COLUMN[day.content]),
        feed=sql.Literal(day.feed),
        since=sql.Literal(day.since),
        until=sql.Literal(day.until),
        unread=sql.Literal(_unread(session, day.feed)),
        serial=sql.Literal(after[0]),
        item=sql.Literal(after[1]),
        limit=sql.Literal(rows),
    )
    data = BytesIO()
    with driver_connection(session).cursor() as cursor, cursor.copy(query) as copy:
        for piece in copy:
            data.write(piece)
    read_as = {name: pl.Int64 if _is_number(types[name]) else pl.String for name in ROW_COLUMNS[day.content]}
    if not data.tell():
        return pl.DataFrame(schema={name: types[name] for name in read_as})
    # An empty cell is NULL; an empty text is quoted, and the reader keeps the two apart.
    frame = pl.read_csv(data.getvalue(), has_header=False, schema=read_as)
    return frame.with_columns(_typed(name, types[name]) for name in read_as)


def _unread(session: Session, feed: str) -> int:
    """The first message that nobody has read yet: rows behind it wait, so that parts stay in order."""
    pending = select(func.min(PartRow.serial)).where(PartRow.feed == feed, PartRow.pending)
    found = session.scalar(pending)
    return _NONE if found is None else found


def _column(name: str, kind: object) -> sql.Composed:
    """Times as microseconds, booleans as numbers: what a frame is made of without reading text."""
    column = sql.SQL("t.") + sql.Identifier(name)
    if kind == INSTANT:
        return sql.SQL("(extract(epoch FROM ") + column + sql.SQL(") * 1000000)::bigint")
    if kind == pl.Boolean:
        return column + sql.SQL("::integer")
    return sql.Composed([column])


def _is_number(kind: object) -> bool:
    return kind != pl.String


def _typed(name: str, kind: object) -> pl.Expr:
    column = pl.col(name)
    if kind == INSTANT:
        return pl.from_epoch(column, time_unit="us").dt.replace_time_zone("UTC")
    return column.cast(kind)  # type: ignore[arg-type]
