"""Every hash tile of a log made again from its leaf hashes, for comparison with those that are served."""

from __future__ import annotations

from collections.abc import Callable

from gridwitness_verifier.log.tile_path import WIDTH
from gridwitness_verifier.merkle import RootBuilder

TileCheck = Callable[[int, int, list[bytes]], None]


class TileTree:
    """Takes leaf hashes in order; gives every tile (level, index, hashes) to `check` when it is complete."""

    def __init__(self, check: TileCheck) -> None:
        self._check = check
        self._levels: list[list[bytes]] = []
        self._counts: list[int] = []

    def append(self, leaf_hash: bytes) -> None:
        """The next leaf."""
        self._push(0, leaf_hash)

    def finish(self) -> None:
        """Give the partial tiles as well."""
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._check(level, self._counts[level], hashes)

    def _push(self, level: int, node: bytes) -> None:
        if level == len(self._levels):
            self._levels.append([])
            self._counts.append(0)
        self._levels[level].append(node)
        if len(self._levels[level]) == WIDTH:
            hashes, index = self._levels[level], self._counts[level]
            self._levels[level], self._counts[level] = [], index + 1
            self._check(level, index, hashes)
            self._push(level + 1, _root(hashes))


def _root(hashes: list[bytes]) -> bytes:
    builder = RootBuilder()
    for node in hashes:
        builder.append(node)
    return builder.root()
