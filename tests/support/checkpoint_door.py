"""The GA/T 1400 door on a real port, and what it stored, read from the database itself."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from queue import Queue
from threading import Thread
from typing import Any

from gridwitness.feeds import Feed
from gridwitness.feeds.chain import unpacked
from gridwitness.platform import Platform
from gridwitness_ingest.gat1400.client import Client, Sign
from gridwitness_ingest.gat1400.requests import Bounds
from gridwitness_ingest.gat1400.serving import CheckpointDoor
from gridwitness_ingest.gat1400.told_time import compact
from gridwitness_ingest.metrics import DoorMetrics
from sqlalchemy import text
from support.feeds import install_feed
from support.gat1400 import motor_vehicle
from support.platform import Officer, RunningPlatform

SECRET = "kakou-2026-secret"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class OpenDoor:
    """A door that serves."""

    port: int
    metrics: DoorMetrics

    def client(
        self,
        username: str,
        device: str | None = None,
        password: str = SECRET,
        context: ssl.SSLContext | None = None,
        sign: Sign | None = None,
    ) -> Client:
        """A sender that has not registered yet; its identifier is one of its own."""
        device = device or f"{zlib.crc32(username.encode()):020}"
        return Client(HOST, self.port, device, username, password, context=context, sign=sign, seconds=20)

    def registered(self, username: str, **options: Any) -> Client:
        """A sender that has registered."""
        client = self.client(username, **options)
        answer = client.register()
        assert (answer.status, answer.statuses[0]["StatusCode"]) == (200, "0"), answer
        return client

    def counted(self, name: str, **labels: str) -> float:
        """A number of the metrics, 0 where it is not told."""
        for line in self.metrics.exposition().decode().splitlines():
            told = all(f'{key}="{value}"' in line for key, value in labels.items())
            if line.startswith(name + "{") and told:
                return float(line.rsplit(" ", 1)[1])
        return 0.0


@contextmanager
def open_door(platform: Platform, bounds: Bounds | None = None) -> Iterator[OpenDoor]:
    """Serve in a thread of this process."""
    ports: Queue[int] = Queue()
    metrics = DoorMetrics()
    door = CheckpointDoor(platform, metrics, bounds)
    thread = Thread(target=lambda: asyncio.run(door.run(HOST, 0, ports.put)), daemon=True)
    thread.start()
    try:
        yield OpenDoor(ports.get(timeout=20), metrics)
    finally:
        door.stop()
        thread.join(timeout=20)
        assert not thread.is_alive(), "the door did not end"


def account(running: RunningPlatform, officer: Officer, name: str, **changed: Any) -> Feed:
    """A feed with a Digest account of the same name."""
    feed = install_feed(running, officer, name, **changed)
    with running.platform.transaction() as session:
        running.platform.credentials.set_secret(session, feed, name, SECRET, None)
    return feed


def passing(running: RunningPlatform, number: int = 1, ago: float = 10, **changed: Any) -> dict[str, Any]:
    """A MotorVehicle object of `ago` seconds ago."""
    time = compact(running.clock.now() - timedelta(seconds=ago))
    return motor_vehicle(number, **({"PassTime": time} | changed))


@dataclass(frozen=True)
class Kept:
    """What the database holds of a feed."""

    messages: list[bytes]
    received: list[bytes | None]
    passages: list[Any]
    letters: list[Any]
    repeated: int
    offsets: list[bytes]


def kept(running: RunningPlatform, feed: str) -> Kept:
    """Everything of a feed."""
    with running.platform.transaction() as session:
        parts = session.execute(
            text("SELECT body, received, repeated, offsets FROM feeds.part WHERE feed = :f ORDER BY serial"),
            {"f": feed},
        ).all()
        passages = session.execute(
            text("SELECT * FROM trucks.passage WHERE feed = :f ORDER BY serial, item"), {"f": feed}
        ).all()
        letters = session.execute(
            text("SELECT * FROM feeds.letter WHERE feed = :f ORDER BY id"), {"f": feed}
        ).all()
    messages = [message for part in parts for message in unpacked(bytes(part.body))]
    return Kept(
        messages,
        [None if part.received is None else bytes(part.received) for part in parts],
        [*passages],
        [*letters],
        sum(part.repeated for part in parts),
        [bytes(part.offsets) for part in parts],
    )
