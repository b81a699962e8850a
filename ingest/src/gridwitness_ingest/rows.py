"""Rows of outside files: CSV (RFC 4180, with header) and NDJSON, also gzipped; no bad row stops a file."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path

from gridwitness.errors import InvalidInput

from gridwitness_ingest.csv_rows import open_csv
from gridwitness_ingest.lines import Line, read_lines
from gridwitness_ingest.ndjson_rows import ndjson_rows
from gridwitness_ingest.row import RowTable

_NDJSON = frozenset({".ndjson", ".jsonl"})


def open_rows(path: Path, on_read: Callable[[int], None] = lambda _: None) -> RowTable:
    """Open a file: `.ndjson`, `.jsonl` (before `.gz`) or a first byte `{` is NDJSON, everything else CSV.

    `on_read` gets the number of bytes read so far. Raises InvalidInput `file-unreadable`, `file-empty`,
    `header-invalid`, `header-duplicate`.
    """
    lines = read_lines(path, on_read)
    first = next((line for line in lines if line.flaw or line.data.strip()), None)
    if first is None:
        raise InvalidInput("file-empty", f"{path} holds no rows.", "give a CSV file with a header, or NDJSON")
    whole = chain([first], lines)
    if _is_ndjson(path, first):
        return RowTable(None, ndjson_rows(whole))
    return open_csv(str(path), whole)


def _is_ndjson(path: Path, first: Line) -> bool:
    suffixes = {suffix.lower() for suffix in path.suffixes[-2:]}
    return bool(_NDJSON & suffixes) or first.data.lstrip().startswith(b"{")
