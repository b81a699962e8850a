"""One TCP connection of terminals: cuts the stream, bounds what it may hold, and says who spoke on it."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from gridwitness_ingest.jt808.authentication import certified_terminal
from gridwitness_ingest.jt808.framing import FrameStream

MOST_WAITING = 512
"""Frames of one connection that wait for their commit; beyond it is not read from."""
_MOST_UNREAD = 256 * 1024
"""Bytes of replies a peer may leave unread before it is cut off."""
_MOST_BROKEN = 64
"""Frames that are none, or not let in, in a row."""


class Gatherer(Protocol):
    """What a connection hands its frames to; all of it runs in the event loop's thread."""

    def opened(self, connection: Connection) -> bool:
        """Whether the connection may stay."""
        ...

    def take(self, connection: Connection, segments: list[bytes]) -> None:
        """Keep the frames for the next commit."""
        ...

    def closed(self, connection: Connection) -> None:
        """The connection is gone; what it sent is committed all the same."""
        ...


class Connection(asyncio.Protocol):
    """`terminals`: those that authenticated on it, which only the committing thread reads and writes."""

    def __init__(self, gatherer: Gatherer) -> None:
        self._gatherer = gatherer
        self._stream = FrameStream()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self.waiting = 0
        self.heard = self._loop.time()
        self.broken = 0
        self.open = False
        self.certified: str | None = None
        self.terminals: set[str] = set()
        self.serial = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the peer is there, with its certificate where TLS is on."""
        self._transport, self.open = cast("asyncio.Transport", transport), True  # uvloop's is of no class
        self._transport.set_write_buffer_limits(high=_MOST_UNREAD)
        self.certified = certified_terminal(transport.get_extra_info("peercert"))
        if not self._gatherer.opened(self):
            self.abort()

    def data_received(self, data: bytes) -> None:
        """asyncio: a piece of the stream. Only frames count as being heard: a trickle of bytes does not."""
        segments = self._stream.feed(data)
        if segments:
            self.heard = self._loop.time()
            self.waiting += len(segments)
            self._gatherer.take(self, segments)

    def connection_lost(self, _error: Exception | None) -> None:
        """asyncio: the peer is gone."""
        self.open = False
        self._gatherer.closed(self)

    def pause_writing(self) -> None:
        """asyncio: the peer does not read what we answer."""
        self.abort()

    def pause(self) -> None:
        """Read no more for now: the peer's sending comes to a halt by TCP."""
        if self._transport is not None and self.open and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._transport is not None and self.open and self._paused:
            self._paused = False
            self._transport.resume_reading()

    def answer(self, frames: bytes) -> None:
        """Send replies, where the peer is still there."""
        if self._transport is not None and self.open:
            self._transport.write(frames)

    def next_serial(self) -> int:
        """Our own serial of the next reply."""
        self.serial = (self.serial + 1) & 0xFFFF
        return self.serial

    def judge(self, *, good: bool) -> bool:
        """Count a frame that was let in or not; True when this one is one too many."""
        self.broken = 0 if good else self.broken + 1
        return self.broken >= _MOST_BROKEN

    def close(self) -> None:
        """End it once what was answered is sent."""
        if self._transport is not None and self.open:
            self._transport.close()

    def abort(self) -> None:
        """End it now."""
        if self._transport is not None and self.open:
            self._transport.abort()
