"""Parts of the plates: everything about one plate is looked at in one of them, by one detector at a time."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

SHARDS = 8


def shard_of(plate: str) -> int:
    """The shard of a plate; the same in every process and release, for work rows outlive both."""
    return crc32(plate.encode()) % SHARDS


def by_shard(plates: Iterable[str]) -> dict[int, list[str]]:
    """Plates by their shard."""
    found: dict[int, list[str]] = {}
    for plate in plates:
        found.setdefault(shard_of(plate), []).append(plate)
    return found
