"""A file in pieces that are read alone, in bounded memory: texts cut between records, Parquet by rows.

The pieces of a text file, one after the other, are the file (out of its gzip) byte for byte. The same file is
always cut at the same places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import polars as pl
from gridwitness.errors import InvalidInput

from gridwitness_ingest.lines import BrokenStreamError, read_chunks
from gridwitness_ingest.tables.headings import content_of, fields_of
from gridwitness_ingest.tables.heads import csv_headings, encoding_of, json_headings, refuse_wide
from gridwitness_ingest.tables.piece_form import PieceForm

PIECE_BYTES = 2 << 20
PIECE_ROWS = 40_000
_LONGEST_PIECE = 4 << 20
_CUTS = 64
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What a person may say of a file; None, or nothing, is found out."""

    content: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field → heading."""
    encoding: str | None = None
    separator: str | None = None
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes, and how they are read."""

    data: bytes
    form: PieceForm


def read_pieces(
    path: Path, options: TableOptions, on_read: Callable[[int], None] = lambda _: None
) -> Iterator[Piece]:
    """The pieces of a file. `on_read` gets how many bytes of the file have been read.

    Raises InvalidInput `file-unreadable`, `file-broken` (after the pieces before the damage), and what the
    headings raise.
    """
    try:
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        raise InvalidInput("file-unreadable", f"{path} can't be opened: {error}.", None) from None
    with stream:
        if stream.read(4) == b"PAR1":
            yield from _parquet_pieces(path, options, on_read)
            return
        stream.seek(0)
        form: PieceForm | None = None
        for data in _cut(_whole_chunks(stream, path.name, on_read)):
            if form is None:
                form = _text_form(data, path.name, options)
                yield Piece(data, form)
                form = replace(form, skip=0)
            else:
                yield Piece(data, form)
        if form is None:
            raise InvalidInput("header-invalid", f"{path.name} is empty.", None)


def _whole_chunks(stream: BinaryIO, name: str, on_read: Callable[[int], None]) -> Iterator[bytes]:
    try:
        yield from read_chunks(stream, on_read)
    except BrokenStreamError as broken:
        yield b""  # what came before the damage is a piece
        raise InvalidInput(
            "file-broken", f"{name} is damaged: {broken}.", "get the file again; what was read of it is kept"
        ) from None


def _cut(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces of at most 4 MiB that end with a line, outside quotation marks where that can be."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size < PIECE_BYTES and chunk:
            continue
        data = b"".join(held)
        end = _end(data) if chunk else data.rfind(b"\n") + 1
        if end:
            yield data[:end]
        held, size = [data[end:]], len(data) - end
    if size:
        yield b"".join(held)


def _end(data: bytes) -> int:
    """Where the last whole record ends; 0 where none does yet."""
    first = last = data.rfind(b"\n") + 1
    for _ in range(_CUTS):
        if not last or data.count(b'"', 0, last) % 2 == 0:
            break
        last = data.rfind(b"\n", 0, last - 1) + 1
    else:
        last = 0
    if last or len(data) < _LONGEST_PIECE:
        return last
    return first or len(data)


def _text_form(head: bytes, name: str, options: TableOptions) -> PieceForm:
    refuse_wide(head, name)
    mark = len(_BOM) if head.startswith(_BOM) else 0
    encoding = options.encoding or encoding_of(head)
    kind = "ndjson" if head[mark:].lstrip().startswith(b"{") else "csv"
    separator, skip = options.separator or ",", mark
    if kind == "csv":
        line = head[mark:].partition(b"\n")[0]
        separator, headings = csv_headings(line.decode(encoding, "replace"), options.separator, name)
        skip = min(mark + len(line) + 1, len(head))
    else:
        headings = json_headings(head[mark:], name)
    return _form(kind, headings, options, encoding=encoding, separator=separator, skip=skip)


def _form(
    kind: str,
    headings: tuple[str, ...],
    options: TableOptions,
    *,
    encoding: str = "utf-8",
    separator: str = ",",
    skip: int = 0,
) -> PieceForm:
    content = options.content or content_of(headings)
    fields = tuple(fields_of(headings, content, options.columns))
    return PieceForm(kind, content, headings, fields, encoding, separator, skip, options.zone)


def _only_read(form: PieceForm) -> PieceForm:
    """Without the columns that nobody reads: they are not kept."""
    kept = [(name, known) for name, known in zip(form.columns, form.fields, strict=True) if known is not None]
    return replace(form, columns=tuple(name for name, _ in kept), fields=tuple(known for _, known in kept))


def _parquet_pieces(path: Path, options: TableOptions, on_read: Callable[[int], None]) -> Iterator[Piece]:
    """Runs of rows, each written as a Parquet file of its own."""
    try:
        table = pl.scan_parquet(path, glob=False)
        form = _only_read(_form("parquet", tuple(table.collect_schema().names()), options))
        rows = table.select(pl.len()).collect().item()
        for first in range(0, rows, PIECE_ROWS):
            frame = table.select(form.columns).slice(first, PIECE_ROWS).collect()
            file = BytesIO()
            frame.write_parquet(file, compression="zstd")
            yield Piece(file.getvalue(), form)
            on_read(path.stat().st_size * min(first + PIECE_ROWS, rows) // rows)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput(
            "file-broken", f"{path.name} can't be read as Parquet: {str(error)[:300]}.", None
        ) from error
