"""Gathering: nobody waits alone for long, everybody gets the answer to their own question."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest
from gridwitness_api import gathering
from gridwitness_api.gathering import Gathering


class Recorder:
    """Answers with the question doubled; the first group waits for `go_on`."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go_on = threading.Event()
        self.at_once = 0

    def __call__(self, questions: Sequence[int]) -> list[int]:
        self.at_once += 1
        assert self.at_once == 1, "two groups at once"
        self.groups.append(list(questions))
        if len(self.groups) == 1:
            assert self.go_on.wait(10)
        self.at_once -= 1
        if 13 in questions:
            raise ValueError("13")
        return [2 * question for question in questions]


async def asked(recorder: Recorder, questions: Sequence[int]) -> list[int | BaseException]:
    """The first question alone; the others while it is being answered."""
    door: Gathering[int, int] = Gathering(recorder)
    tasks = [asyncio.create_task(door.ask(questions[0]))]
    while not recorder.groups:
        await asyncio.sleep(0.001)
    tasks += [asyncio.create_task(door.ask(question)) for question in questions[1:]]
    await asyncio.sleep(0)
    recorder.go_on.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_who_comes_meanwhile_goes_together() -> None:
    recorder = Recorder()
    assert asyncio.run(asked(recorder, range(10))) == [2 * n for n in range(10)]
    assert recorder.groups == [[0], list(range(1, 10))]


def test_a_group_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_AT_ONCE", 4)
    recorder = Recorder()
    assert asyncio.run(asked(recorder, range(10))) == [2 * n for n in range(10)]
    assert [len(group) for group in recorder.groups] == [1, 4, 4, 1]


def test_what_an_answer_raises_reaches_its_own_group_only() -> None:
    recorder = Recorder()
    first, *others = asyncio.run(asked(recorder, [1, 13, 14]))
    assert first == 2
    assert [str(other) for other in others] == ["13", "13"]


def test_who_hangs_up_takes_nothing_back() -> None:
    recorder = Recorder()

    async def hang_up() -> list[int]:
        door: Gathering[int, int] = Gathering(recorder)
        first = asyncio.create_task(door.ask(1))
        while not recorder.groups:
            await asyncio.sleep(0.001)
        leaving, staying = asyncio.create_task(door.ask(2)), asyncio.create_task(door.ask(3))
        await asyncio.sleep(0)
        leaving.cancel()
        recorder.go_on.set()
        return [await first, await staying, await door.ask(4)]

    assert asyncio.run(hang_up()) == [2, 6, 8]
    assert recorder.groups == [[1], [2, 3], [4]]
