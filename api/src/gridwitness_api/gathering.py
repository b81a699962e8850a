"""Gathering: what is asked while an answer is under way is answered together next.

A transaction costs the same for one question and for many. Under load requests wait for it anyway; so they
share the next one (group commit). Alone, a question waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from fastapi.concurrency import run_in_threadpool

Question = TypeVar("Question")
Answer = TypeVar("Answer")

MOST_AT_ONCE = 256
"""Bounds how long the last of a group waits for the first."""


class Gathering(Generic[Question, Answer]):
    """Belongs to one event loop. `answer` runs in a worker thread, never twice at once."""

    def __init__(self, answer: Callable[[Sequence[Question]], Sequence[Answer]]) -> None:
        """`answer` gives one answer for each question, in order; what it raises, every asker gets."""
        self._answer = answer
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._turn: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer, once the group it went with is answered (committed).

        Who stops waiting takes nothing back: the question is answered all the same.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._turn is None:
            self._turn = asyncio.create_task(self._answer_waiting())
        return await future

    async def _answer_waiting(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[:MOST_AT_ONCE]
                del self._waiting[:MOST_AT_ONCE]
                await self._answer_group(group)
        finally:
            self._turn = None

    async def _answer_group(self, group: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        asking = [future for _, future in group]
        try:
            answers = await run_in_threadpool(self._answer, [question for question, _ in group])
            settled = list(zip(asking, answers, strict=True))
        except Exception as failure:
            for future in filter(_still_waits, asking):
                future.set_exception(failure)
            return
        for future, answer in settled:
            if _still_waits(future):
                future.set_result(answer)


def _still_waits(future: asyncio.Future[Answer]) -> bool:
    """Whoever hung up has cancelled it."""
    return not future.done()
