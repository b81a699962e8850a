"""CSV by RFC 4180: comma, `"` around cells that hold commas or line ends, one header line.

Where a record can not be read:

- its quoting is broken (an unclosed or misplaced quotation mark): only its first line is bad, reading goes on
  at the next line, so that one stray mark does not swallow its neighbours;
- its quoting holds but it is too long, has bytes that are no UTF-8, NUL, or another number of cells than the
  header: the whole record is bad, over all its lines, so that text inside a quoted cell is never taken for a
  row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from gridwitness.errors import InvalidInput

from gridwitness_ingest.lines import LONGEST, Line
from gridwitness_ingest.row import BadRow, Row, RowTable

_REGION = 64 * LONGEST
"""How far the end of an unreadable quoted cell is looked for, in bytes."""


def open_csv(name: str, lines: Iterator[Line]) -> RowTable:
    """Read the header. Raises InvalidInput `header-invalid`, `header-duplicate`; `name` is the file's."""
    records = _Records(lines)
    header = next(iter(records), None)
    if header is None or isinstance(header, BadRow):
        reason = "it has none" if header is None else header.reason
        raise InvalidInput("header-invalid", f"The header of {name} cannot be read: {reason}.", "mend line 1")
    _, columns, _ = header
    for column in columns:
        if columns.count(column) > 1:
            raise InvalidInput(
                "header-duplicate",
                f"{name} has two columns named {column!r}.",
                "rename one: a row names each column once",
            )
    return RowTable(tuple(columns), _rows(columns, records))


_Cells = tuple[int, list[str], str]
"""First line, cells, raw text."""


def _rows(columns: list[str], records: _Records) -> Iterator[Row | BadRow]:
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        line, cells, raw = record
        if len(cells) != len(columns):
            yield BadRow(line, raw, f"{len(cells)} cells where the header has {len(columns)}")
        elif cells == columns:
            yield BadRow(line, raw, "the header once more")
        else:
            yield Row(line, dict(zip(columns, cells, strict=True)))


class _UnreadableError(Exception):
    """A line of the record can not be handed to the CSV reader."""


class _Records:
    """Records of a file, one after another; each gets a reader of its own, so that none harms the next."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self._pulled: list[Line] = []

    def __iter__(self) -> Iterator[_Cells | BadRow]:
        while (first := self._next()) is not None:
            self._pulled = [first]
            record = self._record(first)
            if record is not None:
                yield record

    def _record(self, first: Line) -> _Cells | BadRow | None:
        try:
            cells = next(csv.reader(self._texts(first), strict=True), [])
        except _UnreadableError as unreadable:
            return self._skip_region(str(unreadable))
        except csv.Error as error:
            return self._only_first(f"broken quoting: {error}")
        return (first.number, cells, self._raw()) if cells else None

    def _texts(self, first: Line) -> Iterator[str]:
        """Lines for the CSV reader, which asks for the next one while a quoted cell is open."""
        yield _text(first)
        size = len(first.data)
        while (line := self._next()) is not None:
            self._pulled.append(line)
            size += len(line.data)
            if size > LONGEST:
                raise _UnreadableError(f"the record has more than {LONGEST} bytes")
            yield _text(line)

    def _skip_region(self, reason: str) -> BadRow:
        """Find where the unreadable record ends: at the first line end outside quotation marks."""
        quotes = sum(_quotes(line) for line in self._pulled)
        size = sum(len(line.data) for line in self._pulled)
        while quotes % 2 and size <= _REGION and (line := self._next()) is not None:
            self._pulled.append(line)
            quotes += _quotes(line)
            size += len(line.data)
        if quotes % 2 and not self._pulled[-1].last:
            return self._only_first(reason)
        return BadRow(self._pulled[0].number, self._raw(), reason)

    def _only_first(self, reason: str) -> BadRow:
        first, *others = self._pulled
        if others and others[-1].last:
            return BadRow(first.number, self._raw(), reason)
        self._again.extendleft(reversed(others))
        return BadRow(first.number, first.text.rstrip("\r\n"), reason)

    def _next(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _raw(self) -> str:
        return "".join(line.text for line in self._pulled)[: 2 * LONGEST].rstrip("\r\n")


def _text(line: Line) -> str:
    if line.flaw:
        raise _UnreadableError(line.flaw)
    if b"\0" in line.data:
        raise _UnreadableError("it holds a NUL byte")
    try:
        return line.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"byte {error.start + 1} of line {line.number} is no UTF-8") from None


def _quotes(line: Line) -> int:
    return line.quotes if line.flaw else line.data.count(b'"')
