"""Many readers at once: GETs over kept connections to every API process, and the same answers in bare SQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any, TypeVar

import psycopg
from gridwitness.errors import Unavailable

CLIENTS = 32
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """Wall seconds of a burst, and each request's own."""

    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    @property
    def p99(self) -> float:
        """Milliseconds that 99 of 100 stay below."""
        return 1000 * (quantiles(self.latencies, n=100)[98] if len(self.latencies) > 1 else self.latencies[0])


def read_all(ports: Sequence[int], token: str, paths: Sequence[str], clients: int = CLIENTS) -> Reading:
    """GET every path once. Raises Unavailable `bench-refused` where an answer is not 200."""
    return asyncio.run(_read_all(ports, token, paths, clients))


def query_all(conninfo: str, queries: Sequence[tuple[Any, Any]], clients: int = CLIENTS) -> Reading:
    """Run every (SQL, parameters) once and fetch all rows, over as many connections."""
    return asyncio.run(_query_all(conninfo, queries, clients))


async def _read_all(ports: Sequence[int], token: str, paths: Sequence[str], clients: int) -> Reading:
    opened = [
        await asyncio.open_connection("127.0.0.1", ports[number % len(ports)])
        for number in range(min(clients, len(paths)))
    ]
    waiting, latencies = iter(paths), list[float]()
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    began = time.perf_counter()
    try:
        await asyncio.gather(
            *(_reader(reader, writer, head, waiting, latencies) for reader, writer in opened)
        )
        return Reading(time.perf_counter() - began, tuple(latencies))
    finally:
        for _, writer in opened:
            writer.close()


async def _reader(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    head: str,
    waiting: Iterator[str],
    latencies: list[float],
) -> None:
    for path in waiting:
        began = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\n{head}".encode())
        await writer.drain()
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        lengths = [line.partition(b":")[2] for line in lines if line.lower().startswith(b"content-length:")]
        content = await reader.readexactly(int(lengths[0]))
        if status.split(b" ")[1] != b"200":
            said = content[:500].decode(errors="replace")
            raise Unavailable("bench-refused", f"{status.decode()} {path}: {said}", None)
        latencies.append(time.perf_counter() - began)


async def _query_all(conninfo: str, queries: Sequence[tuple[Any, Any]], clients: int) -> Reading:
    opened = [
        await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
        for _ in range(min(clients, len(queries)))
    ]
    waiting, latencies = iter(queries), list[float]()

    async def run(connection: psycopg.AsyncConnection[Any]) -> None:
        for query, given in waiting:
            began = time.perf_counter()
            await (await connection.execute(query, given)).fetchall()
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    try:
        await asyncio.gather(*map(run, opened))
        return Reading(time.perf_counter() - began, tuple(latencies))
    finally:
        for connection in opened:
            await connection.close()


def call_all(step: Callable[[T], object], given: Sequence[T]) -> Reading:
    """Call it with one after the other in this process."""
    latencies = []
    began = time.perf_counter()
    for one in given:
        start = time.perf_counter()
        step(one)
        latencies.append(time.perf_counter() - start)
    return Reading(time.perf_counter() - began, tuple(latencies))
