"""CSV records, a piece at once: lines without quotation marks never pass through Python one by one.

A record that can't be read harms no other: where quoting is broken only its first line is bad.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

import polars as pl

from gridwitness_ingest.tables.piece_form import PieceForm
from gridwitness_ingest.tables.records import LONGEST, Flaw, Records, cells_of

_MOST_LINES = 64
"""Of one record: an open quotation mark is looked for no further."""


def csv_records(data: bytes, form: PieceForm) -> Records:
    """The records of a piece, each numbered by its first line from 0."""
    lines, flaws = _decoded(data, form.encoding)
    numbered = pl.Series("line", lines, dtype=pl.String)
    good, unfit = _fit(numbered, form)
    if numbered.str.contains('"', literal=True).any():
        items, rows, broken = _quoted(lines, good.to_list(), form)
        columns = [*zip(*rows, strict=True)] if rows else [()] * len(form.columns)
        frame = pl.DataFrame(
            {
                name: pl.Series(name, cells, pl.String)
                for name, cells in zip(form.columns, columns, strict=True)
            }
        )
        numbers = pl.Series("item", items, pl.UInt32)
    else:
        frame, numbers, broken = _plain(numbered, good, form)

    def raw_of(item: int) -> bytes:
        return "\n".join(lines[item : item + _length(lines, item)]).rstrip("\r").encode(form.encoding)

    return Records(cells_of(frame, numbers, form), [*flaws, *unfit, *broken], raw_of)


def _decoded(data: bytes, encoding: str) -> tuple[list[str], list[Flaw]]:
    """Lines as text; one that has other bytes is empty, and a flaw."""
    try:
        return data.decode(encoding).split("\n"), []
    except UnicodeDecodeError:
        pass
    lines, flaws = [], []
    for item, raw in enumerate(data.split(b"\n")):
        try:
            lines.append(raw.decode(encoding))
        except UnicodeDecodeError as error:
            lines.append("")
            detail = f"Byte {error.start + 1} of the line is no {encoding}."
            flaws.append(Flaw(item, raw[:LONGEST], "encoding-invalid", detail))
    return lines, flaws


def _fit(lines: pl.Series, form: PieceForm) -> tuple[pl.Series, list[Flaw]]:
    """Which lines may be read, and those that may not; an empty one is neither."""
    good = ~lines.is_in(["", "\r"])
    flaws = []
    for code, bad, detail in (
        ("line-too-long", lines.str.len_bytes() > LONGEST, f"The line has more than {LONGEST} bytes."),
        ("text-nul", lines.str.contains("\0", literal=True), "The line holds a NUL byte."),
    ):
        for item in (bad & good).arg_true():
            flaws.append(Flaw(item, lines[item].encode(form.encoding)[:LONGEST], code, detail))
        good &= ~bad
    return good, flaws


def _plain(lines: pl.Series, good: pl.Series, form: PieceForm) -> tuple[pl.DataFrame, pl.Series, list[Flaw]]:
    """Cells of lines without a quotation mark, their numbers, and what has another number of cells."""
    counts = lines.str.count_matches(form.separator, literal=True) + 1
    ragged = good & (counts != len(form.columns))
    flaws = [
        _ragged(item, lines[item].rstrip("\r").encode(form.encoding), counts[item], form)
        for item in ragged.arg_true()
    ]
    numbers = (good & ~ragged).arg_true()
    schema = dict.fromkeys(form.columns, pl.String)
    if numbers.is_empty():
        return pl.DataFrame(schema=schema), numbers, flaws
    text = "\n".join(lines.gather(numbers))
    frame = pl.read_csv(
        text.encode(), has_header=False, separator=form.separator, quote_char=None, schema=schema
    )
    return frame, numbers, flaws


def _quoted(
    lines: Sequence[str], good: Sequence[bool], form: PieceForm
) -> tuple[list[int], list[list[str]], list[Flaw]]:
    """The same of lines with quotation marks: all at once where nothing is wrong, else record by record."""
    items = [item for item, fits in enumerate(good) if fits]
    rows = _at_once([lines[item].rstrip("\r") for item in items], form)
    if rows is not None:
        return items, rows, []
    items, rows, flaws = [], [], []
    for item, record in _joined(lines, good):
        try:
            cells = next(csv.reader([record], strict=True, delimiter=form.separator))
        except csv.Error as error:
            flaws.append(
                Flaw(item, record.encode(form.encoding), "quoting-broken", f"Broken quoting: {error}.")
            )
            continue
        if len(cells) != len(form.columns):
            flaws.append(_ragged(item, record.encode(form.encoding), len(cells), form))
            continue
        items.append(item)
        rows.append(cells)
    return items, rows, flaws


def _at_once(lines: Sequence[str], form: PieceForm) -> list[list[str]] | None:
    """The cells of lines that are a whole record each; None where one is not."""
    if any(line.count('"') % 2 for line in lines):
        return None
    try:
        rows = [*csv.reader(lines, strict=True, delimiter=form.separator)]
    except csv.Error:
        return None
    whole = len(rows) == len(lines) and all(len(cells) == len(form.columns) for cells in rows)
    return rows if whole else None


def _joined(lines: Sequence[str], good: Sequence[bool]) -> Iterator[tuple[int, str]]:
    """Lines, with those that a quoted cell goes on in; a mark that is never closed ends with its line."""
    item = 0
    while item < len(lines):
        length = _length(lines, item) if good[item] else 1
        if good[item]:
            yield item, "\n".join(lines[item : item + length]).rstrip("\r")
        item += length


def _length(lines: Sequence[str], item: int) -> int:
    """How many lines the record has that begins here."""
    quotes = size = 0
    for length, line in enumerate(lines[item : item + _MOST_LINES], start=1):
        quotes += line.count('"')
        size += len(line)
        if not quotes % 2:
            return length
        if size > LONGEST:
            break
    return 1


def _ragged(item: int, raw: bytes, cells: int, form: PieceForm) -> Flaw:
    return Flaw(item, raw, "cells-wrong", f"{cells} cells where the file has {len(form.columns)} columns.")
