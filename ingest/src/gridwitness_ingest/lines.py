"""Physical lines of a file that nobody has looked at yet: plain or gzip, bounded, never failing half way."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from gridwitness.errors import InvalidInput

LONGEST = 131_072
"""Bytes of one line, and of one record: twice what a record's field can hold."""

_PIECE = 8_192  # of compressed input: deflate can grow it a thousandfold
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its terminator. `flaw` says why it is not whole; `last`: nothing follows."""

    number: int
    data: bytes
    quotes: int = 0
    """Quotation marks, counted where `flaw` cut the line."""
    flaw: str = ""
    last: bool = False

    @property
    def text(self) -> str:
        """For people: bytes that are no UTF-8 stand escaped."""
        return self.data.decode("utf-8", "backslashreplace")


class BrokenStreamError(Exception):
    """The bytes end or go wrong in the middle of the file."""


def read_lines(path: Path, on_read: Callable[[int], None] = lambda _: None) -> Iterator[Line]:
    """Lines of a file, numbered from 1, without a byte order mark. gzip is known by its first bytes.

    `on_read` gets how many bytes of the file have been read.

    A stream that breaks off (truncated or damaged gzip, read error) ends with a line whose `flaw` says so.
    Raises InvalidInput `file-unreadable` where the file cannot be opened.
    """
    try:
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "file-unreadable", f"{path} cannot be opened: {error}.", "give a readable file"
        ) from None
    with stream:
        yield from split_lines(_chunks(_pieces(stream, on_read)))


def read_chunks(stream: BinaryIO, on_read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """The bytes of an open file, out of gzip where they are in it. Raises BrokenStreamError at damage."""
    return _chunks(_pieces(stream, on_read))


def split_lines(chunks: Iterable[bytes]) -> Iterator[Line]:
    """Cut pieces of bytes into lines; see `read_lines`."""
    number, open_line = 0, _OpenLine()
    try:
        for chunk in chunks:
            *whole, rest = chunk.split(b"\n")
            for piece in whole:
                number += 1
                yield open_line.finish(number, piece + b"\n")
            open_line.add(rest)
    except BrokenStreamError as broken:
        yield Line(number + 1, open_line.head, open_line.quotes, str(broken), last=True)
        return
    if open_line.size:
        yield open_line.finish(number + 1, b"")


class _OpenLine:
    """A line whose end has not come yet: its head is kept, the rest only counted."""

    def __init__(self) -> None:
        self.head, self.size, self.quotes = b"", 0, 0

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        self.quotes += piece.count(b'"')
        if len(self.head) < LONGEST:
            self.head += piece[: LONGEST - len(self.head)]

    def finish(self, number: int, piece: bytes) -> Line:
        self.add(piece)
        size, head, quotes = self.size, self.head, self.quotes
        self.head, self.size, self.quotes = b"", 0, 0
        if number == 1 and head.startswith(_BOM):
            head = head[len(_BOM) :]
        if size > LONGEST:
            return Line(number, head, quotes, f"the line has {size} bytes, more than {LONGEST}")
        return Line(number, head, quotes)


def _pieces(stream: BinaryIO, on_read: Callable[[int], None]) -> Iterator[bytes]:
    position = 0
    try:
        while piece := stream.read(_PIECE):
            position += len(piece)
            on_read(position)
            yield piece
    except OSError as error:
        raise BrokenStreamError(f"the file cannot be read further: {error}") from None


def _chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    first = next(pieces, b"")
    whole = chain([first], pieces)
    yield from _gunzip(whole) if first.startswith(_GZIP) else whole


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip file (RFC 1952); zero bytes between and after them are padding."""
    member = None
    try:
        for piece in pieces:
            raw = piece
            while raw:
                if member is None:
                    raw = raw.lstrip(b"\0")
                    if not raw:
                        break
                    member = zlib.decompressobj(31)
                yield member.decompress(raw)
                raw = member.unused_data
                member = None if member.eof else member
    except zlib.error as error:
        raise BrokenStreamError(f"the gzip data is damaged here: {error}") from None
    if member is not None:
        raise BrokenStreamError("the gzip data ends early; the file was cut off")
