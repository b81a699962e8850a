"""The log as C2SP tlog-tiles: paths, entry bundles, proofs from tiles, and the tiles an extension writes."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from . import merkle
from .errors import ProofError

WIDTH = 256
HEIGHT = 8
ENTRIES = -1
"""The level of entry bundles, where a level is asked for (hash tiles start at 0)."""
MAXIMUM_ENTRY = 2**16 - 1

ReadTile = Callable[[int, int, int], bytes]
"""`read_tile(level, index, width)`: the stored bytes at `tile_path(level, index, width)`, whole and durable.

Width 256 is the full tile. Raises what the store raises when there is none; its length is checked here.
"""

_KEPT_TILES = 1024
_LENGTH = struct.Struct(">H")


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """`tile/<L>/<N>[.p/<W>]`; level `ENTRIES` gives the path of the entry bundle."""
    if not (ENTRIES <= level <= 63 and index >= 0 and 1 <= width <= WIDTH):
        _refuse(f"there is no tile {level}/{index} of width {width}")
    name = f"{index % 1000:03d}"
    while index := index // 1000:
        name = f"x{index % 1000:03d}/{name}"
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{'entries' if level == ENTRIES else level}/{name}{partial}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """`tile/entries/<N>[.p/<W>]`."""
    return tile_path(ENTRIES, index, width)


def entry_bundle_encode(entries: Sequence[bytes]) -> bytes:
    """1 to 256 entries, each after its length as a big-endian 16-bit number."""
    if not 1 <= len(entries) <= WIDTH or any(len(entry) > MAXIMUM_ENTRY for entry in entries):
        _refuse(f"an entry bundle holds 1 to {WIDTH} entries of at most {MAXIMUM_ENTRY} bytes")
    return b"".join([part for entry in entries for part in (_LENGTH.pack(len(entry)), entry)])


def entry_bundle_decode(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle; anything short, left over or miscounted is `tile-form`."""
    if not 1 <= width <= WIDTH or len(data) > width * (2 + MAXIMUM_ENTRY):
        _refuse(f"an entry bundle of {len(data)} bytes can not hold {width} entries")
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        start = at + 2
        if start > len(data):
            _refuse("an entry bundle ends inside a length")
        at = start + _LENGTH.unpack_from(data, start - 2)[0]
        entries.append(data[start:at])
    if at != len(data) or len(entries) != width:
        _refuse(f"an entry bundle does not hold exactly {width} entries")
    return entries


class TileTree:
    """Root and proofs of the tree of `size` leaves, read from its tiles.

    What the tiles say is not trusted: compare `root` with a signed or anchored head before using a proof.
    """

    def __init__(self, read_tile: ReadTile, size: int) -> None:
        if not 0 <= size <= merkle.MAXIMUM_SIZE:
            _refuse(f"{size} is not the size of a tree")
        self.size = size
        self._read_tile = read_tile
        self._tiles: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    @property
    def root(self) -> bytes:
        return merkle.root_from(self.size, self.subtree)

    def leaf_hash(self, index: int) -> bytes:
        """The leaf hash stored for `index`."""
        if not 0 <= index < self.size:
            _refuse(f"there is no leaf {index} in a tree of {self.size}")
        return self.subtree(0, index)

    def inclusion_proof(self, index: int) -> list[bytes]:
        return merkle.inclusion_proof(index, self.size, self.subtree)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        return merkle.consistency_proof(old_size, self.size, self.subtree)

    def subtree(self, height: int, index: int) -> bytes:
        """The hash of the complete subtree of 2^height leaves at `index` (a `merkle.SubtreeReader`)."""
        level, above = divmod(height, HEIGHT)
        tile, place = divmod(index, WIDTH >> above)
        return self._levels(level, tile)[above][place]

    def _levels(self, level: int, index: int) -> list[list[bytes]]:
        """A tile and the tree levels above it that it determines, kept while they are in use."""
        levels = self._tiles.get((level, index))
        if levels is None:
            levels = [self._hashes(level, index)]
            while len(levels[-1]) > 1:
                below = levels[-1]
                levels.append(merkle.pair_up(below[: len(below) & ~1]))
            self._tiles[level, index] = levels
            if len(self._tiles) > _KEPT_TILES:
                self._tiles.popitem(last=False)
        else:
            self._tiles.move_to_end((level, index))
        return levels

    def _hashes(self, level: int, index: int) -> list[bytes]:
        width = min(WIDTH, (self.size >> HEIGHT * level) - index * WIDTH)
        data = self._read_tile(level, index, width)
        if len(data) != width * merkle.HASH_BYTES:
            _refuse(f"{tile_path(level, index, width)} has {len(data)} bytes, not {width} hashes")
        return _split(data)


@dataclass(frozen=True, slots=True)
class Extension:
    """A longer log: `new_size`, `root` (32 bytes) and every tile to write, path → bytes."""

    new_size: int
    root: bytes
    tiles: dict[str, bytes]


def extend(read_tile: ReadTile, old_size: int, new_entries: Sequence[bytes]) -> Extension:
    """The log of `old_size` with `new_entries` behind it.

    `tiles` holds the full tiles that fill up and the partial ones of the new size, hash tiles and entry
    bundles, only where they differ from those of the old size. Write them durably before signing `root`.
    Of the old log only its partial tiles and bundle are read (level `ENTRIES` for the bundle).
    """
    new_size = old_size + len(new_entries)
    tiles: dict[str, bytes] = {}
    if new_entries:
        for index, bundle in _bundles(read_tile, old_size, new_entries):
            tiles[entries_path(index, len(bundle))] = entry_bundle_encode(bundle)
    level, added = 0, [merkle.hash_leaf(entry) for entry in new_entries]
    while added:
        added = _extend_level(read_tile, level, old_size >> HEIGHT * level, added, tiles)
        level += 1

    def read_either(level: int, index: int, width: int) -> bytes:
        data = tiles.get(tile_path(level, index, width))
        return read_tile(level, index, width) if data is None else data

    return Extension(new_size, TileTree(read_either, new_size).root, tiles)


def _bundles(
    read_tile: ReadTile, old_size: int, new_entries: Sequence[bytes]
) -> Iterator[tuple[int, list[bytes]]]:
    index, width = divmod(old_size, WIDTH)
    pending = entry_bundle_decode(read_tile(ENTRIES, index, width), width) if width else []
    at = 0
    while at < len(new_entries):
        taken = WIDTH - len(pending)
        yield index, [*pending, *new_entries[at : at + taken]]
        at, index, pending = at + taken, index + 1, []


def _extend_level(
    read_tile: ReadTile, level: int, old_count: int, added: list[bytes], tiles: dict[str, bytes]
) -> list[bytes]:
    """Put the tiles of one level that `added` changes into `tiles`; the hashes it adds one level up."""
    index, width = divmod(old_count, WIDTH)
    hashes = added
    if width:
        data = read_tile(level, index, width)
        if len(data) != width * merkle.HASH_BYTES:
            _refuse(f"{tile_path(level, index, width)} has {len(data)} bytes, not {width} hashes")
        hashes = _split(data) + added
    above = []
    for start in range(0, len(hashes), WIDTH):
        tile = hashes[start : start + WIDTH]
        tiles[tile_path(level, index + start // WIDTH, len(tile))] = b"".join(tile)
        if len(tile) == WIDTH:
            above.append(merkle.root_of(tile))
    return above


def _split(data: bytes) -> list[bytes]:
    return [data[at : at + merkle.HASH_BYTES] for at in range(0, len(data), merkle.HASH_BYTES)]


def _refuse(message: str) -> NoReturn:
    raise ProofError("tile-form", message)
