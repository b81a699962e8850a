"""Paths and sizes of C2SP tlog-tiles: which tiles a tree of n leaves has."""

from __future__ import annotations

from collections.abc import Iterator

WIDTH = 256


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """`tile/<L>/<N>[.p/<W>]`: N in groups of three digits, all but the last with an x; L may be `entries`."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def tiles(size: int, level: int = 0) -> Iterator[tuple[int, int]]:
    """(index, width) of every tile of a level in a tree of `size` leaves; the last may be partial."""
    count = size >> (8 * level)
    for index in range(count // WIDTH):
        yield index, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH
