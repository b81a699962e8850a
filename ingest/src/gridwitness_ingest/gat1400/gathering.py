"""Uploads of one feed that arrive while another is being stored are stored together next (group commit)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gridwitness_ingest.gat1400.storing import Outcome
from gridwitness_ingest.gat1400.upload import Upload

MOST_OBJECTS_AT_ONCE = 5_000
MOST_WAITING = 256
Store = Callable[[str, Sequence[Upload]], Sequence[Outcome]]


@dataclass(slots=True)
class _Queue:
    waiting: list[tuple[Upload, asyncio.Future[Outcome]]] = field(default_factory=list)
    turn: asyncio.Task[None] | None = None


class Gathering:
    """Belongs to one event loop. `store` runs in a worker thread, once at a time for a feed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queues: dict[str, _Queue] = {}

    @property
    def waiting(self) -> int:
        """How many uploads are not stored yet."""
        return sum(len(queue.waiting) for queue in self._queues.values())

    async def ask(self, feed: str, upload: Upload) -> Outcome:
        """What became of the upload, once it is committed. Who hangs up takes nothing back."""
        queue = self._queues.setdefault(feed, _Queue())
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        queue.waiting.append((upload, future))
        if queue.turn is None:
            queue.turn = asyncio.create_task(self._work(feed, queue))
        return await future

    async def _work(self, feed: str, queue: _Queue) -> None:
        try:
            while queue.waiting:
                await self._store_group(feed, _cut(queue.waiting))
        finally:
            queue.turn = None

    async def _store_group(self, feed: str, group: list[tuple[Upload, asyncio.Future[Outcome]]]) -> None:
        try:
            outcomes = await asyncio.to_thread(self._store, feed, [upload for upload, _ in group])
        except Exception as failure:
            if len(group) == 1:
                _settle(group[0][1], failure)
                return
            for one in group:  # what fails alone fails alone
                await self._store_group(feed, [one])
            return
        for (_, future), outcome in zip(group, outcomes, strict=True):
            _settle(future, outcome)


def _cut(
    waiting: list[tuple[Upload, asyncio.Future[Outcome]]],
) -> list[tuple[Upload, asyncio.Future[Outcome]]]:
    """The next group, off the front."""
    objects = number = 0
    for upload, _ in waiting:
        objects += len(upload.items)
        if number and objects > MOST_OBJECTS_AT_ONCE:
            break
        number += 1
    group = waiting[:number]
    del waiting[:number]
    return group


def _settle(future: asyncio.Future[Outcome], result: Outcome | Exception) -> None:
    if future.done():  # whoever waited has hung up
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
