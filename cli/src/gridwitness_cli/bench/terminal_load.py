"""A lean load of many terminals: every connection sends a burst, waits for its answers, sends the next."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import uvloop
from gridwitness.errors import Unavailable
from gridwitness_ingest.jt808.framing import FLAG

_PATIENCE = 120.0
_AT_ONCE = 200
"""Connections that are being opened at a time."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Frames sent at once; as many frames have to come back."""

    content: bytes
    frames: int


def exchange(port: int, entrances: Sequence[Burst], bursts: Sequence[Sequence[Burst]]) -> float:
    """Open a connection for each entrance and let it in; then the seconds in which all bursts are answered.

    Raises Unavailable `bench-cut-off` where a connection ends or nothing comes back any more.
    """
    try:
        return uvloop.run(_exchange(port, entrances, bursts))
    except (OSError, TimeoutError) as error:
        raise Unavailable("bench-cut-off", f"A connection of the load ended: {error!r}.") from error


async def _exchange(port: int, entrances: Sequence[Burst], bursts: Sequence[Sequence[Burst]]) -> float:
    loop = asyncio.get_running_loop()
    peers: list[_Peer] = []
    for start in range(0, len(entrances), _AT_ONCE):
        opening = [
            loop.create_connection(_Peer, "127.0.0.1", port) for _ in entrances[start : start + _AT_ONCE]
        ]
        for transport, peer in await asyncio.gather(*opening):
            peer.use(transport)
            peers.append(peer)
    async with asyncio.timeout(_PATIENCE):
        await asyncio.gather(*(peer.play([one]) for peer, one in zip(peers, entrances, strict=True)))
        began = time.perf_counter()
        await asyncio.gather(*(peer.play(its) for peer, its in zip(peers, bursts, strict=True)))
        seconds = time.perf_counter() - began
    for peer in peers:
        peer.close()
    return seconds


class _Peer(asyncio.Protocol):
    """Counts flags: two are a frame."""

    def __init__(self) -> None:
        self._flags = 0
        self._left: list[Burst] = []
        self._done: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def use(self, transport: asyncio.Transport) -> None:
        """What to send on."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._flags -= data.count(FLAG)
        if self._flags == 0:
            self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionResetError("cut off"))

    def play(self, bursts: Sequence[Burst]) -> asyncio.Future[None]:
        """Done when the last burst is answered."""
        self._done = asyncio.get_running_loop().create_future()
        self._left = [*reversed(bursts)]
        self._next()
        return self._done

    def close(self) -> None:
        assert self._transport is not None
        self._done = None
        self._transport.close()

    def _next(self) -> None:
        assert self._transport is not None and self._done is not None
        if not self._left:
            self._done.set_result(None)
            return
        burst = self._left.pop()
        self._flags = 2 * burst.frames
        self._transport.write(burst.content)
