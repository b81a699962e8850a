"""The TCP door: thousands of connections in one event loop, their frames committed together.

Nothing is answered before its commit. While the database is away nothing is answered at all, the queue fills
up, and peers are no longer read from: TCP holds them back. What they sent is committed once it is back.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from gridwitness.clock import Clock

from gridwitness_ingest.jt808.connection import MOST_WAITING, Connection
from gridwitness_ingest.jt808.rounds import RoundReader
from gridwitness_ingest.jt808.storing import AWAY, FORMAT, RoundStore
from gridwitness_ingest.metrics import DoorMetrics

_log = logging.getLogger("gridwitness.ingest")


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """How much the door lets in. Times in seconds."""

    connections: int = 20_000
    waiting: int = 50_000
    """Frames that wait for a commit, of all connections; beyond it nobody is read from."""
    round: int = 4_000
    """Frames of one commit at most."""
    gather: float = 0.02
    """How long a round waits for company while nothing else is being committed."""
    idle: float = 600.0
    """Silence after which a connection is closed."""
    unknown: float = 30.0
    """The same for one on which nobody has authenticated."""
    longest_pause: float = 5.0
    """Between two tries while the database is away."""


class TerminalDoor:
    """Listens, gathers, commits, answers. `run` until cancelled or `stop`ped."""

    def __init__(
        self,
        reader: RoundReader,
        store: RoundStore,
        clock: Clock,
        metrics: DoorMetrics,
        limits: DoorLimits | None = None,
    ) -> None:
        """`clock`: what stamps are judged by."""
        self._reader, self._store, self._clock, self._metrics = reader, store, clock, metrics
        self._limits = limits or DoorLimits()
        self._connections: set[Connection] = set()
        self._paused: set[Connection] = set()
        self._waiting: list[tuple[Connection, bytes]] = []
        self._something = asyncio.Event()
        self._stopping = False
        self._committer = ThreadPoolExecutor(1, "jt808-commit")

    def opened(self, connection: Connection) -> bool:
        """A connection came; False where there are too many."""
        if len(self._connections) >= self._limits.connections or self._stopping:
            self._metrics.refused_connections.labels(FORMAT, "too-many").inc()
            return False
        self._connections.add(connection)
        self._metrics.connections.labels(FORMAT).inc()
        return True

    def take(self, connection: Connection, segments: list[bytes]) -> None:
        """Frames of a connection, for the next round."""
        self._waiting += [(connection, segment) for segment in segments]
        if connection.waiting >= MOST_WAITING or len(self._waiting) >= self._limits.waiting:
            connection.pause()
            self._paused.add(connection)
        self._something.set()

    def closed(self, connection: Connection) -> None:
        """A connection went."""
        if connection in self._connections:
            self._connections.discard(connection)
            self._metrics.connections.labels(FORMAT).dec()
        self._paused.discard(connection)

    async def run(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
        listening: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Serve until `stop`; what had come by then is committed and answered. `listening` gets the port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self), host, port, ssl=tls, backlog=2048)
        listening(server.sockets[0].getsockname()[1])
        sweeper = asyncio.create_task(self._sweep())
        try:
            await self._commit_rounds()
        finally:
            server.close()
            sweeper.cancel()
            for connection in [*self._connections]:
                connection.close()
            await asyncio.sleep(0)
            self._committer.shutdown(wait=True)

    def stop(self) -> None:
        """Let nothing more in, commit what has come, then end."""
        self._stopping = True
        for connection in self._connections:
            connection.pause()
        self._something.set()

    async def _commit_rounds(self) -> None:
        while not (self._stopping and not self._waiting):
            if not self._waiting:
                self._something.clear()
                await self._something.wait()
                if len(self._waiting) < self._limits.round and not self._stopping:
                    await asyncio.sleep(self._limits.gather)
                continue
            frames = self._waiting[: self._limits.round]
            del self._waiting[: len(frames)]
            await self._commit(frames)

    async def _commit(self, frames: list[tuple[Connection, bytes]]) -> None:
        loop = asyncio.get_running_loop()
        self._metrics.waiting.labels(FORMAT).set(len(self._waiting) + len(frames))
        now, began = self._clock.now().timestamp(), monotonic()
        found = await loop.run_in_executor(self._committer, self._reader.read, frames, now)
        pause = 0.1
        while True:
            try:
                replies = await loop.run_in_executor(self._committer, self._store.store, found)
                break
            except AWAY as error:
                if self._stopping:
                    _log.error("%d frames are dropped unanswered: the database is away", len(frames))
                    return
                _log.warning("the database is away, nothing is answered: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._limits.longest_pause)
        self._metrics.commit_seconds.labels(FORMAT).observe(monotonic() - began)
        self._answer(replies)
        for connection in found.unwelcome:
            self._metrics.refused_connections.labels(FORMAT, "broken-frames").inc()
            connection.close()
        self._go_on(frames)

    def _answer(self, replies: list[tuple[Connection, bytes]]) -> None:
        joined: dict[Connection, list[bytes]] = {}
        for connection, frame in replies:
            joined.setdefault(connection, []).append(frame)
        for connection, parts in joined.items():
            connection.answer(b"".join(parts))

    def _go_on(self, frames: list[tuple[Connection, bytes]]) -> None:
        """Read again from those whose frames are through, where there is room."""
        for connection, _ in frames:
            connection.waiting -= 1
        if len(self._waiting) > self._limits.waiting // 2 or self._stopping:
            return
        for connection in [*self._paused]:
            if connection.waiting == 0:
                self._paused.discard(connection)
                connection.resume()

    async def _sweep(self) -> None:
        """Close connections that are silent for too long."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(self._limits.unknown, self._limits.idle) / 4)
            now = loop.time()
            for connection in [*self._connections]:
                patience = self._limits.idle if connection.terminals else self._limits.unknown
                if connection.waiting == 0 and now - connection.heard > patience:
                    self._metrics.refused_connections.labels(FORMAT, "silent").inc()
                    connection.close()
            await loop.run_in_executor(self._committer, self._reader.forget_closed)
