"""The chain of one feed (docs/format.md section 18), recomputed from what is kept of its messages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_DIGEST = 32
_LENGTH = 4
_BEGIN = b"gridwitness-feed/v1\n"


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A row of `feeds.part`; `body` None: beyond every limit. `received_at`: Unix seconds."""

    serial: int
    count: int
    link: bytes
    body: bytes | None
    received: bytes | None
    received_at: int


def first_link(feed: str) -> bytes:
    """What a feed's chain begins with."""
    return hashlib.sha256(_BEGIN + feed.encode("utf-8", "surrogatepass")).digest()


def next_link(link: bytes, received: bytes, kept: bytes) -> bytes:
    """The link after a message, of its two digests."""
    return hashlib.sha256(link + received + kept).digest()


def digests(part: StoredPart) -> list[tuple[bytes, bytes]] | None:
    """(received, kept) digest of each message; None where the part has not its form."""
    if part.body is None:
        return None
    messages = _messages(part.body)
    if messages is None or len(messages) != part.count or part.count < 1:
        return None
    kept = [hashlib.sha256(message).digest() for message in messages]
    if part.received is None:
        return [(digest, digest) for digest in kept]
    if len(part.received) != _DIGEST * part.count:
        return None
    received = (part.received[at : at + _DIGEST] for at in range(0, len(part.received), _DIGEST))
    return [*zip(received, kept, strict=True)]


def _messages(body: bytes) -> list[memoryview] | None:
    """The messages of a body; None where its lengths do not come to its end."""
    view, at, found = memoryview(body), 0, []
    while at < len(view):
        end = at + _LENGTH + int.from_bytes(view[at : at + _LENGTH], "big")
        if at + _LENGTH > len(view) or end > len(view):
            return None
        found.append(view[at + _LENGTH : end])
        at = end
    return found
