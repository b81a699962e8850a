"""Frames into tables and back by COPY, in the transaction of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

from gridwitness.database import driver_connection

_PIECE = 1 << 20
_TIME = "%Y-%m-%dT%H:%M:%S%.6fZ"


def copy_in(session: Session, table: str, frame: pl.DataFrame) -> None:
    """Append the frame to `<schema>.<table>`; its columns are named as the table's."""
    if frame.is_empty():
        return
    content = _csv(frame)
    if b"\0" in content:  # PostgreSQL's text can't hold it, and one such row would refuse all
        texts = [name for name, kind in frame.schema.items() if kind == pl.String]
        content = _csv(frame.with_columns(pl.col(texts).str.replace_all("\0", "", literal=True)))
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    with driver_connection(session).cursor() as cursor, cursor.copy(command) as copy:
        for start in range(0, len(content), _PIECE):
            copy.write(content[start : start + _PIECE])


def copy_out(
    session: Session, query: str, parameters: Mapping[str, Any], schema: Mapping[str, Any]
) -> pl.DataFrame:
    """The rows of a query (psycopg placeholders) as a frame of this schema, in the query's column order.

    Times are asked for as microseconds since 1970 by the query and given as what `schema` says.
    """
    instants = [name for name, kind in schema.items() if isinstance(kind, pl.Datetime)]
    flags = [name for name, kind in schema.items() if kind == pl.Boolean]  # PostgreSQL writes t and f
    read: dict[str, Any] = {name: pl.Int64 if name in instants else kind for name, kind in schema.items()}
    read |= dict.fromkeys(flags, pl.String)
    with driver_connection(session).cursor() as cursor:
        asked = psycopg.ClientCursor(driver_connection(session)).mogrify(query, parameters)
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(sql.SQL(asked))) as copy:
            pieces = [bytes(piece) for piece in copy]
    content = b"".join(pieces)
    if not content:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(BytesIO(content), has_header=False, schema=read)
    casts = [pl.col(name).cast(schema[name]) for name in instants]
    return frame.with_columns(*casts, *(pl.col(name) == "t" for name in flags))


def micros(columns: Sequence[str]) -> str:
    """SQL of the columns for `copy_out`; those ending in `_at` as microseconds since 1970."""
    return ", ".join(
        f"(extract(epoch FROM {name}) * 1000000)::bigint AS {name}" if name.endswith("_at") else name
        for name in columns
    )


def _csv(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_csv(buffer, include_header=False, datetime_format=_TIME)
    return buffer.getvalue()
