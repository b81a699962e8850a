"""Records that are JSON objects, one a line, and those of a Parquet piece."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import polars as pl

from gridwitness_ingest.tables.piece_form import PieceForm
from gridwitness_ingest.tables.records import LONGEST, Flaw, Records, cells_of


def ndjson_records(data: bytes, form: PieceForm) -> Records:
    """The objects of a piece, numbered by their lines from 0."""
    lines = data.split(b"\n")
    items: list[int] = []
    objects: list[dict[str, Any]] = []
    flaws = []
    for item, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            objects.append(_object(line))
            items.append(item)
        except ValueError as error:
            flaws.append(Flaw(item, line[:LONGEST], "json-invalid", f"No JSON object: {error}."[:300]))
    frame = pl.DataFrame(
        {
            name: pl.Series(name, [_text(found.get(name)) for found in objects], pl.String)
            for name in form.columns
        }
    )
    return Records(cells_of(frame, pl.Series("item", items, pl.UInt32), form), flaws, lines.__getitem__)


def parquet_records(data: bytes, form: PieceForm) -> Records:
    """The rows of a piece that is a Parquet file of its own; a row's bytes are a JSON object."""
    frame = pl.read_parquet(BytesIO(data))
    texts = frame.select(_as_text(name, kind) for name, kind in frame.schema.items())

    def raw_of(item: int) -> bytes:
        return json.dumps(texts.row(item, named=True), ensure_ascii=False).encode()

    items = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    return Records(cells_of(texts, items, form), [], raw_of)


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST:
        raise ValueError(f"the line has more than {LONGEST} bytes")
    found = json.loads(line.decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError("the line is another JSON value")
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    return json.dumps(value, ensure_ascii=False)


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("+00:00" if kind.time_zone == "UTC" else ""))
    if kind == pl.Boolean:
        return column.cast(pl.Int8).cast(pl.String)
    return column.cast(pl.String)
