"""Files that records name: a drawn photo of a truck (PNG, made here) and written records of the inquiry."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

_WIDTH, _HEIGHT = 480, 270
Colour = tuple[int, int, int]

_SKY, _ROAD, _BED, _CAB = (176, 196, 214), (88, 88, 92), (196, 120, 40), (210, 168, 30)
_MUCK, _TYRE, _WINDOW, _PLATE = (112, 78, 46), (24, 24, 26), (60, 86, 110), (244, 200, 40)


def truck_photo(spilled: int) -> bytes:
    """A muck truck seen from the side as a PNG (RFC 2083); `spilled` lumps lie on the road behind it."""
    lumps = {(40 + 23 * i % 110, 214 + 7 * i % 22) for i in range(spilled)}

    def colour(x: int, y: int) -> Colour:
        if any(abs(x - a) < 5 and abs(y - b) < 3 for a, b in lumps):
            return _MUCK
        return _truck(x, y) or (_ROAD if y > 200 else _SKY)

    return _png(colour)


def _truck(x: int, y: int) -> Colour | None:
    if any((x - wheel) ** 2 + (y - 205) ** 2 < 18**2 for wheel in (190, 235, 385)):
        return _TYRE
    if 160 < x < 340 and 96 + abs(250 - x) // 6 < y <= 118:
        return _MUCK
    if 160 < x < 340 and 118 < y < 190:
        return _BED
    if 345 < x < 425 and 105 < y < 195:
        if 375 < x < 418 and 115 < y < 145:
            return _WINDOW
        return _PLATE if 395 < x < 424 and 178 < y < 188 else _CAB
    return None


def _png(colour: Callable[[int, int], Colour]) -> bytes:
    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in range(_WIDTH)) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
