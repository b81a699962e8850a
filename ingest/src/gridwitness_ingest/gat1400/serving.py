"""The door on a port, in the event loop of its process."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from gridwitness.errors import GridWitnessError
from gridwitness.platform import Platform
from sqlalchemy.exc import SQLAlchemyError

from gridwitness_ingest.gat1400.app import create_door
from gridwitness_ingest.gat1400.peer_certificate import CertificateProtocol
from gridwitness_ingest.gat1400.receiving import DOOR
from gridwitness_ingest.gat1400.requests import Bounds
from gridwitness_ingest.gat1400.storing import forget
from gridwitness_ingest.metrics import DoorMetrics
from gridwitness_ingest.tls import door_tls

MOST_CONNECTIONS = 2_000
KEEP_ALIVE_SECONDS = 120
SHUTDOWN_SECONDS = 20
FORGETTING_SECONDS = 3_600

_log = logging.getLogger(__name__)


class CheckpointDoor:
    """GA/T 1400 for checkpoints and view libraries. TLS as the settings say."""

    def __init__(self, platform: Platform, metrics: DoorMetrics, bounds: Bounds | None = None) -> None:
        self._platform = platform
        config = uvicorn.Config(
            create_door(platform, metrics, bounds=bounds),
            http=CertificateProtocol,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            proxy_headers=False,  # a sender's address is part of who it is
        )
        config.load()
        config.ssl = door_tls(platform.settings)
        self._server = _Server(config)
        connections = self._server.server_state.connections
        metrics.connections.labels(DOOR).set_function(lambda: len(connections))

    async def run(self, host: str, port: int, listening: Callable[[int], None] = lambda _: None) -> None:
        """Serve until `stop`; `listening` is told the port. Raises OSError where it is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family, backlog=1_024) as listener:
            listening(listener.getsockname()[1])
            forgetting = asyncio.create_task(self._forget())
            try:
                await self._server.serve([listener])
            finally:
                forgetting.cancel()

    async def _forget(self) -> None:
        """Once an hour; what fails is tried again then."""
        while True:
            try:
                await asyncio.to_thread(forget, self._platform)
            except (SQLAlchemyError, GridWitnessError):
                _log.exception("what was seen long ago could not be removed")
            await asyncio.sleep(FORGETTING_SECONDS)

    def stop(self) -> None:
        """Answer what has come, then end."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    """Signals are the process's, which has other doors as well."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
