"""Movements as they happen, for any number of followers: the database is asked once a second for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi.concurrency import run_in_threadpool
from gridwitness.events.movements import Movement, Position, movements_after, newest
from gridwitness.platform import Platform
from sqlalchemy.exc import SQLAlchemyError

PAGE = 500
MOST_WAITING = 5_000
"""A follower that reads so slowly is let go; it comes back with the position it has reached."""
HEARTBEAT_SECONDS = 15.0

_log = logging.getLogger("gridwitness.api")


class MovementStream:
    """Belongs to one event loop; asks only while somebody follows."""

    def __init__(self, platform: Platform, interval: float = 1.0) -> None:
        self._platform = platform
        self._interval = interval
        self._followers: set[asyncio.Queue[Movement | None]] = set()
        self._asking: asyncio.Task[None] | None = None

    async def follow(
        self, after: Position | None, sees: Callable[[Movement], bool]
    ) -> AsyncIterator[Movement | None]:
        """Movements that `sees` lets through, from `after` (None: now) on; None where none came for a while.

        Ends where the follower is too slow.
        """
        queue: asyncio.Queue[Movement | None] = asyncio.Queue(MOST_WAITING + 1)
        position = await run_in_threadpool(self._newest) if after is None else after
        self._followers.add(queue)
        if self._asking is None:
            # It begins where the first follower stands, so that nothing falls between the two.
            self._asking = asyncio.create_task(self._ask(await run_in_threadpool(self._newest)))
        try:
            while page := await run_in_threadpool(self._read, position):
                for movement in filter(sees, page):
                    yield movement
                position = page[-1].position
            while True:
                try:
                    came = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if came is None:
                    return
                if came.position > position:
                    position = came.position
                    if sees(came):
                        yield came
        finally:
            self._leave(queue)

    def _leave(self, queue: asyncio.Queue[Movement | None]) -> None:
        self._followers.discard(queue)
        if not self._followers and self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def _ask(self, position: Position) -> None:
        while True:
            try:
                page = await run_in_threadpool(self._read, position)
            except SQLAlchemyError as error:
                _log.warning("movements wait: %s", str(error).partition("\n")[0])
                page = []
            for queue in [*self._followers]:
                _hand(queue, page)
            if page:
                position = page[-1].position
            if len(page) < PAGE:
                await asyncio.sleep(self._interval)

    def _read(self, position: Position) -> list[Movement]:
        with self._platform.transaction() as session:
            return movements_after(session, position, PAGE)

    def _newest(self) -> Position:
        with self._platform.transaction() as session:
            return newest(session)


def _hand(queue: asyncio.Queue[Movement | None], page: Sequence[Movement]) -> None:
    for movement in page:
        if queue.qsize() >= MOST_WAITING:
            if not queue.full():
                queue.put_nowait(None)
            return
        queue.put_nowait(movement)
