"""Identifiers of records: UUIDv7 (RFC 9562 section 5.7)."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(now: datetime, random: Callable[[int], bytes] = os.urandom) -> str:
    """A `jti`: 48 bits of Unix milliseconds of `now` (aware), then 74 bits from `random(10)`, lower case."""
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1) & (1 << 48) - 1
    noise = int.from_bytes(random(10), "big")
    value = milliseconds << 80 | 0x7 << 76 | (noise >> 62 & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    return str(UUID(int=value))
