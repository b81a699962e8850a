"""A node asked once for each thing: the two hundred records of a case lean on few blocks and keys."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import Any

from ..rpc import Rpc


class SteadyRpc(Rpc):
    """An `Rpc` that remembers its answers, so that one report speaks of one state of the chain."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        super().__init__(url, timeout=timeout)
        self._answers: dict[str, Any] = {}

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        keys = [dumps([method, list(params)]) for method, params in calls]
        asked = {key: call for key, call in zip(keys, calls, strict=True) if key not in self._answers}
        answers = super().batch(list(asked.values()))
        self._answers.update(zip(asked, answers, strict=True))
        return [self._answers[key] for key in keys]
