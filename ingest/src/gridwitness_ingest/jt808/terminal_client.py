"""The other end: a terminal on a TCP connection that waits for its replies (simulator, benchmark, tests)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress

from gridwitness.errors import Unavailable

from gridwitness_ingest.jt808.framing import FrameStream
from gridwitness_ingest.jt808.location import Position
from gridwitness_ingest.jt808.packet import Packet, read_packet
from gridwitness_ingest.jt808.sending import DONE, PLATFORM_REPLY, REGISTER_REPLY, REGISTERED, Terminal

_PIECE = 65_536


class TerminalClient:
    """Sends as terminals do. Open with `connected`; every call that waits raises Unavailable when cut off."""

    def __init__(
        self, terminal: Terminal, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.terminal = terminal
        self._reader, self._writer = reader, writer
        self._stream = FrameStream()
        self._replies: list[Packet] = []
        self.refused = 0
        """Frames that were answered with another result than done."""

    @classmethod
    async def connected(
        cls, host: str, port: int, terminal: Terminal, tls: ssl.SSLContext | None = None
    ) -> TerminalClient:
        """A connection to a door."""
        reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        return cls(terminal, reader, writer)

    async def enter(self, plate: str) -> bool:
        """Register and authenticate; False where the door refuses either."""
        self.send(self.terminal.register(plate))
        reply = await self.reply()
        if reply.message != REGISTER_REPLY or reply.body[2] != REGISTERED:
            return False
        self.send(self.terminal.authenticate(reply.body[3:]))
        return (await self.reply()).body[4] == DONE

    def send(self, *frames: bytes) -> None:
        """Write without waiting."""
        self._writer.write(b"".join(frames))

    async def reply(self) -> Packet:
        """The next frame that the platform sends."""
        while not self._replies:
            try:
                piece = await self._reader.read(_PIECE)
            except OSError as error:
                raise Unavailable("door-gone", f"The door cut the connection: {error}.") from error
            if not piece:
                raise Unavailable("door-gone", "The door closed the connection.")
            self._replies += [read_packet(segment) for segment in self._stream.feed(piece)]
        return self._replies.pop(0)

    async def acknowledged(self, count: int) -> None:
        """Wait for that many 0x8001."""
        while count:
            reply = await self.reply()
            if reply.message == PLATFORM_REPLY:
                count -= 1
                self.refused += reply.body[4] != DONE

    async def report(self, positions: Sequence[Position], *, backfill: bool = False) -> None:
        """Send positions, each alone or all in one batch, and wait until they are acknowledged."""
        if backfill:
            frames = self.terminal.batch(positions)
        else:
            frames = [self.terminal.location(position) for position in positions]
        self.send(*frames)
        await self.acknowledged(len(frames))

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
