"""The hash chain of a feed and the packing of its messages (docs/format.md section 18): pure."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gridwitness.feeds.feed import Message

PART_MESSAGES = 1000
PART_BYTES = 4 << 20
MESSAGE_BYTES = 8 << 20
"""The longest message; a longer file comes in pieces."""

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive messages, chained and packed: the derived columns of `feeds.part`."""

    serial: int
    count: int
    link: bytes
    body: bytes
    received: bytes | None


def first_link(feed: str) -> bytes:
    """The link before a feed's first message."""
    return hashlib.sha256(b"gridwitness-feed/v1\n" + feed.encode()).digest()


def chain(link: bytes, serial: int, messages: Sequence[Message]) -> Iterator[Part]:
    """Parts of the messages, from `serial` and its `link` on: at most 1,000 messages or 4 MiB each."""
    for first, run in _runs(messages):
        pieces: list[bytes] = []
        digests: list[bytes] = []
        dropped = False
        for message in run:
            kept = hashlib.sha256(message.kept).digest()
            received = kept if message.received is None else message.received
            dropped = dropped or received != kept
            link = hashlib.sha256(link + received + kept).digest()
            pieces += (_LENGTH.pack(len(message.kept)), message.kept)
            digests.append(received)
        body = b"".join(pieces)
        yield Part(serial + first, len(run), link, body, b"".join(digests) if dropped else None)


def unpacked(body: bytes) -> list[bytes]:
    """The kept bytes of each message of a part."""
    found, at = [], 0
    while at < len(body):
        (size,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        found.append(body[at : at + size])
        at += size
    return found


def _runs(messages: Sequence[Message]) -> Iterator[tuple[int, Sequence[Message]]]:
    first = size = 0
    for index, message in enumerate(messages):
        if index > first and (index - first == PART_MESSAGES or size + len(message.kept) > PART_BYTES):
            yield first, messages[first:index]
            first, size = index, 0
        size += len(message.kept)
    if first < len(messages):
        yield first, messages[first:]
