"""A piece of a file as passages or positions: a pure function of its bytes and its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl
from gridwitness.feeds import Decoded, Feed, Letter

from gridwitness_ingest.tables.csv_records import csv_records
from gridwitness_ingest.tables.json_records import ndjson_records, parquet_records
from gridwitness_ingest.tables.piece_form import PieceForm
from gridwitness_ingest.tables.records import Records
from gridwitness_ingest.tables.rows import passages_of, positions_of


@dataclass(frozen=True, slots=True)
class DecodedPiece:
    """Rows as frames have them, letters for what is no row; `raw_of` gives a record's bytes by its number."""

    passages: pl.DataFrame | None
    positions: pl.DataFrame | None
    letters: list[Letter]
    raw_of: Callable[[int], bytes]


def decode_piece(data: bytes, form: PieceForm, datum: str) -> DecodedPiece:
    """Read a piece as its form says. `datum`: of the places in it."""
    records = _records(data[form.skip :], form)
    letters = [Letter(0, flaw.item, flaw.raw, flaw.code, flaw.detail) for flaw in records.flaws]
    if form.content == "passages":
        rows, wrong = passages_of(records.cells, form)
    else:
        rows, wrong = positions_of(records.cells, form, datum)
    letters += [Letter(0, item, records.raw_of(item), code, detail) for item, code, detail in wrong.rows()]
    passages = rows if form.content == "passages" else None
    return DecodedPiece(passages, rows if passages is None else None, letters, records.raw_of)


def decode(raw: bytes, feed: Feed, format: str, *, whole: bool) -> Decoded:
    """The decoder of files' letters: a whole piece, or one record of it."""
    form = PieceForm.from_text(format)
    if not whole:
        kind = "ndjson" if form.kind == "parquet" else form.kind
        form = replace(form, kind=kind, skip=0)
    found = decode_piece(raw, form, feed.datum)
    return Decoded(found.passages, found.positions, found.letters)


def _records(data: bytes, form: PieceForm) -> Records:
    if form.kind == "csv":
        return csv_records(data, form)
    return ndjson_records(data, form) if form.kind == "ndjson" else parquet_records(data, form)
