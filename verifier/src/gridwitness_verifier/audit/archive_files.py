"""The files of an archived part: the rows' file by its digest, the leaves by their root."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gridwitness_verifier.audit.archive_parts import ArchivedPart
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.merkle import RootBuilder

_CHUNK = 2**20
_ENTRY = struct.Struct(">QI32s")


@dataclass(frozen=True, slots=True)
class PartLeaves:
    """The leaves of a part, their root proved: (serial, item), which row it is, and its leaf."""

    part: ArchivedPart
    data: bytes

    def __iter__(self) -> Iterator[tuple[tuple[int, int], int, bytes]]:
        """Every leaf with the key and the index of its row."""
        for index, (serial, item, leaf) in enumerate(_ENTRY.iter_unpack(self.data)):
            yield (serial, item), index, leaf

    @property
    def last(self) -> tuple[int, int]:
        """Key of the last row."""
        serial, item, _ = _ENTRY.unpack_from(self.data, len(self.data) - _ENTRY.size)
        return serial, item


def check_part_files(tally: Tally, folder: Path, part: ArchivedPart) -> PartLeaves | None:
    """Both files against the record; the leaves where they are the recorded ones."""
    name = f"{part.path}.parquet"
    digest = _digest(folder / name)
    if digest is None:
        tally.fail("archive-destroyed", "the part's file is not there", file=name, **part.where)
    elif digest != part.sha256:
        tally.fail("archive-altered", "the part's file is not the recorded one", file=name, **part.where)
    return _leaves(tally, folder, part)


def _leaves(tally: Tally, folder: Path, part: ArchivedPart) -> PartLeaves | None:
    name = f"{part.path}.leaves"
    path = folder / name
    try:
        if not path.is_file():
            tally.fail("leaves-destroyed", "the part's leaves are not there", file=name, **part.where)
            return None
        expected = part.rows * _ENTRY.size
        data = path.read_bytes() if path.stat().st_size == expected else b""
    except OSError:
        tally.fail("leaves-destroyed", "the part's leaves can not be read", file=name, **part.where)
        return None
    builder, before, ordered = RootBuilder(), (-1, -1), True
    for serial, item, leaf in _ENTRY.iter_unpack(data):
        builder.append(leaf)
        ordered = ordered and before < (serial, item)
        before = (serial, item)
    if not data or not ordered or builder.root() != part.root:
        tally.fail(
            "leaves-altered",
            "the leaves are out of order, or do not have the record's root",
            file=name,
            **part.where,
        )
        return None
    return PartLeaves(part, data)


def _digest(path: Path) -> str | None:
    """Hexadecimal, None where there is no such file; a pipe in its place would block."""
    if not path.is_file():
        return None
    hashed = sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
    except OSError:
        return None
    return hashed.hexdigest()
