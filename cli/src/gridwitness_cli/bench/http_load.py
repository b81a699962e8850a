"""A lean HTTP/1.1 client: keep-alive connections on one event loop, so that the load itself costs little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gridwitness.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Load:
    """What a burst of requests took: wall seconds from first byte to last answer, and each request's own."""

    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds


def post_all(
    port: int, path: str, bodies: Sequence[bytes], headers: Mapping[str, str], clients: int
) -> tuple[Load, list[bytes]]:
    """Post every body once, over `clients` connections to 127.0.0.1; answers in the order of the bodies.

    Raises Unavailable `bench-refused` when an answer is not 2xx.
    """
    return asyncio.run(_post_all(port, path, bodies, headers, clients))


async def _post_all(
    port: int, path: str, bodies: Sequence[bytes], headers: Mapping[str, str], clients: int
) -> tuple[Load, list[bytes]]:
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(min(clients, len(bodies)))]
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    waiting = iter(enumerate(bodies))
    answers: list[bytes] = [b""] * len(bodies)
    latencies: list[float] = []
    began = time.perf_counter()
    tasks = [_client(reader, writer, head, waiting, answers, latencies) for reader, writer in connections]
    try:
        await asyncio.gather(*tasks)
        return Load(time.perf_counter() - began, tuple(latencies)), answers
    finally:
        for _, writer in connections:
            writer.close()


async def _client(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    head: str,
    waiting: Iterator[tuple[int, bytes]],
    answers: list[bytes],
    latencies: list[float],
) -> None:
    for place, body in waiting:
        began = time.perf_counter()
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        answers[place] = await _answer(reader)
        latencies.append(time.perf_counter() - began)


async def _answer(reader: asyncio.StreamReader) -> bytes:
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    lengths = [line.partition(b":")[2] for line in lines if line.lower().startswith(b"content-length:")]
    content = await reader.readexactly(int(lengths[0]))
    if not status.split(b" ")[1].startswith(b"2"):
        raise Unavailable(
            "bench-refused", f"{status.decode()}: {content[:500].decode(errors='replace')}", None
        )
    return content
