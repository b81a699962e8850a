"""Office documents (ECMA-376) among zip archives, by the names in the archive's directory.

Read by hand and bounded: `zipfile` makes an object of every entry, and a hostile archive of the largest size
we take has a million.
"""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
_END_BYTES = 22
_ENTRY_BYTES = 46
_LONGEST_COMMENT = 65_535
_LARGEST_DIRECTORY = 1024 * 1024

_MAIN_PARTS = {
    b"word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def office_type(source: BinaryIO) -> str | None:
    """The document's media type; None for another archive, and for one that carries macros."""
    names = _names(source)
    if b"[Content_Types].xml" not in names or any(name.endswith(b"vbaProject.bin") for name in names):
        return None
    return next((media_type for part, media_type in _MAIN_PARTS.items() if part in names), None)


def _names(source: BinaryIO) -> frozenset[bytes]:
    """Names in the directory; none where it is not whole, or larger than any document needs."""
    size = source.seek(0, os.SEEK_END)
    tail_at = source.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT))
    tail = source.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        return frozenset()
    length, offset = struct.unpack_from("<II", tail, end + 12)
    if length > _LARGEST_DIRECTORY or offset + length > tail_at + end:
        return frozenset()
    source.seek(offset)
    directory = source.read(length)
    names, at = set(), 0
    while directory.startswith(_ENTRY, at) and at + _ENTRY_BYTES <= length:
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        names.add(directory[at + _ENTRY_BYTES : at + _ENTRY_BYTES + name])
        at += _ENTRY_BYTES + name + extra + comment
    return frozenset(names) if at == length else frozenset()
