"""The doors for outside data in one process: those that have a port, on one event loop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from importlib import import_module
from threading import Event

import uvloop
from gridwitness.errors import Misconfigured, Unavailable
from gridwitness.platform import Platform

from gridwitness_ingest.jt808.authentication import Authentication
from gridwitness_ingest.jt808.door import DoorLimits, TerminalDoor
from gridwitness_ingest.jt808.reading import Reader
from gridwitness_ingest.jt808.rounds import RoundReader
from gridwitness_ingest.jt808.storing import RoundStore
from gridwitness_ingest.metrics import DoorMetrics, serve_metrics
from gridwitness_ingest.tls import door_tls

_log = logging.getLogger("gridwitness.ingest")
_LOCAL = "127.0.0.1"


def serve_doors(
    platform: Platform, listening: Callable[[str, int], None] = lambda _door, _port: None
) -> None:
    """Serve until SIGTERM or SIGINT: what was received by then is committed and answered first.

    `listening` is told each door and its port. Raises Misconfigured `no-door`, Unavailable `port-taken`.
    """
    settings = platform.settings
    if settings.jt808_port is None and settings.gat1400_port is None:
        raise Misconfigured(
            "no-door", "No door has a port.", "set GRIDWITNESS_JT808_PORT or GRIDWITNESS_GAT1400_PORT"
        )
    metrics = DoorMetrics()
    ready = Event()
    if settings.ingest_metrics_port is not None:
        serve_metrics(metrics, _LOCAL, settings.ingest_metrics_port, ready)
    ports = {"jt808": settings.jt808_port, "gat1400": settings.gat1400_port}
    shut = {door for door, port in ports.items() if port is not None}

    def listens(door: str, port: int) -> None:
        shut.discard(door)
        if not shut:
            ready.set()
        listening(door, port)

    try:
        uvloop.run(_serve(platform, metrics, listens))
    except OSError as error:
        raise Unavailable(
            "port-taken", f"A door cannot listen on {settings.ingest_host}: {error}.", "choose another port"
        ) from error


def terminal_door(platform: Platform, metrics: DoorMetrics, limits: DoorLimits | None = None) -> TerminalDoor:
    """The JT/T 808 door of a platform; make it in a running event loop."""
    settings = platform.settings
    authentication = Authentication(settings.keys_dir)
    certified = settings.ingest_client_ca is not None
    store = RoundStore(platform, settings.jt808_feed, authentication, metrics, certified=certified)
    return TerminalDoor(RoundReader(authentication, Reader()), store, platform.clock, metrics, limits)


async def _serve(platform: Platform, metrics: DoorMetrics, listening: Callable[[str, int], None]) -> None:
    settings, loop = platform.settings, asyncio.get_running_loop()
    tls = door_tls(settings)
    stops: list[Callable[[], None]] = []
    doors = []
    if settings.jt808_port is not None:
        door = terminal_door(platform, metrics)
        doors.append(
            door.run(settings.ingest_host, settings.jt808_port, tls, lambda port: listening("jt808", port))
        )
        stops.append(door.stop)
    if settings.gat1400_port is not None:
        # Slow to load, and only where it is served.
        gat1400 = import_module("gridwitness_ingest.gat1400.serving")
        door_of_checkpoints = gat1400.CheckpointDoor(platform, metrics)
        doors.append(
            door_of_checkpoints.run(
                settings.ingest_host, settings.gat1400_port, lambda port: listening("gat1400", port)
            )
        )
        stops.append(door_of_checkpoints.stop)

    def stop() -> None:
        for each in stops:
            each()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await asyncio.gather(*doors)
    finally:
        stop()
