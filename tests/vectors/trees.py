"""Small Merkle trees by the recursive definition of RFC 9162 section 2.1.1, and their tlog-tiles."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import tokens


def entry(index: int) -> bytes:
    """Entry number `index` of every tree here."""
    return b"entry %d" % index


def leaf(index: int) -> bytes:
    return tokens.sha256(b"\0" + entry(index))


@cache
def span(start: int, end: int) -> bytes:
    """MTH(D[start:end])."""
    if end - start < 2:
        return leaf(start) if end > start else tokens.sha256(b"")
    middle = start + split(end - start)
    return tokens.sha256(b"\1" + span(start, middle) + span(middle, end))


def split(width: int) -> int:
    power = 1
    while power * 2 < width:
        power *= 2
    return power


def root(size: int) -> bytes:
    return span(0, size)


def path(index: int, size: int, start: int = 0) -> list[bytes]:
    """PATH(index, D[start:start + size]), RFC 9162 section 2.1.3.1."""
    if size == 1:
        return []
    half = split(size)
    if index < half:
        return [*path(index, half, start), span(start + half, start + size)]
    return [*path(index - half, size - half, start + half), span(start, start + half)]


def tiles(size: int) -> dict[str, bytes]:
    """Every tile of the tree: full ones, and the partial ones of exactly this size."""
    found = {}
    level = 0
    while count := size >> 8 * level:
        for number in range(-(-count // 256)):
            first, width = number * 256, min(256, count - number * 256)
            unit = 256**level
            hashes = [span(at * unit, (at + 1) * unit) for at in range(first, first + width)]
            name = f"{number:03d}" + ("" if width == 256 else f".p/{width}")
            found[f"tile/{level}/{name}"] = b"".join(hashes)
            if level == 0:
                bundle = [entry(at) for at in range(first, first + width)]
                found[f"tile/entries/{name}"] = b"".join(struct.pack(">H", len(one)) + one for one in bundle)
        level += 1
    return found


def tile_cases() -> list[dict[str, Any]]:
    return [
        {
            "size": size,
            "root": root(size).hex(),
            "tiles": {
                name: data.hex() if len(data) <= 256 else "sha256:" + tokens.sha256(data).hex()
                for name, data in tiles(size).items()
            },
        }
        for size in (0, 1, 2, 3, 5, 8, 255, 256, 257, 300, 512, 700)
    ]
