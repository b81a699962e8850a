"""The JT/T 808 door on a real socket, with a store in memory that can be taken away."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gridwitness.clock import SystemClock
from gridwitness_ingest.jt808.authentication import Authentication
from gridwitness_ingest.jt808.connection import Connection
from gridwitness_ingest.jt808.door import DoorLimits, TerminalDoor
from gridwitness_ingest.jt808.reading import Reader
from gridwitness_ingest.jt808.replies import reply_to
from gridwitness_ingest.jt808.rounds import Fix, Round, RoundReader
from gridwitness_ingest.jt808.sending import Terminal
from gridwitness_ingest.jt808.terminal_client import TerminalClient
from gridwitness_ingest.metrics import DoorMetrics
from psycopg import OperationalError


@dataclass
class MemoryStore:
    """Keeps rounds; while `away` it raises what a database that is away raises."""

    authentication: Authentication
    known: set[str]
    rounds: list[Round] = field(default_factory=list)
    away: bool = False
    tries: int = 0

    def store(self, found: Round) -> list[tuple[Connection, bytes]]:
        """As `RoundStore.store`."""
        self.tries += 1
        if self.away:
            raise OperationalError("the connection is closed")
        self.rounds.append(found)
        return [(a.connection, reply_to(a, self.known, self.authentication)) for a in found.answers]

    @property
    def fixes(self) -> list[Fix]:
        return [fix for found in self.rounds for fix in found.fixes]

    @property
    def codes(self) -> list[str]:
        return [letter.code for found in self.rounds for letter in found.letters]


@dataclass
class OpenDoor:
    """A door that listens on `port`."""

    port: int
    store: MemoryStore
    door: TerminalDoor
    metrics: DoorMetrics
    running: asyncio.Task[None]
    authentication: Authentication

    async def terminal(
        self, number: str, edition: int | None = None, tls: ssl.SSLContext | None = None
    ) -> TerminalClient:
        """A connected terminal that has not said who it is."""
        return await TerminalClient.connected("127.0.0.1", self.port, Terminal(number, edition), tls)

    def count(self, name: str) -> float:
        """A metric, all labels together."""
        lines = self.metrics.exposition().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@asynccontextmanager
async def open_door(
    home: Path, *known: str, limits: DoorLimits | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[OpenDoor]:
    """A door that knows these terminals; stopped at the end."""
    authentication = Authentication(home)
    store = MemoryStore(authentication, set(known))
    metrics = DoorMetrics()
    reader = RoundReader(authentication, Reader())
    door = TerminalDoor(reader, store, SystemClock(), metrics, limits)  # type: ignore[arg-type]
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(door.run("127.0.0.1", 0, tls, listening.set_result))
    opened = OpenDoor(await listening, store, door, metrics, running, authentication)
    try:
        yield opened
    finally:
        door.stop()
        await asyncio.wait_for(running, 10)
