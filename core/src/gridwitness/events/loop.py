"""The loop an event goes round (`gridwitness-loop/1`): states, steps, clocks, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness.rules import digest_of

OPENING = "report"
"""The one step that begins an event."""
MOVES = ("start", "end", "drop", "pause", "resume", "extend")


@dataclass(frozen=True, slots=True)
class State:
    """One state of an event; `open`: work is still to be done."""

    name: str
    zh: str
    en: str
    stage: int
    open: bool


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """A clock of the loop; `listed`: the responsibility list gives amount and measure, where it has one."""

    name: str
    zh: str
    en: str
    amount: int
    measure: str
    duty: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail that a step may or must state."""

    type: str
    required: bool
    values: tuple[str, ...] | None
    zh: str


@dataclass(frozen=True, slots=True)
class Moves:
    """What a step does to clocks, by their names."""

    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    new_round: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from where, to where, who may take it, what it says, what it does to clocks."""

    name: str
    zh: str
    en: str
    stage: int
    sources: frozenset[str]
    to: str | Mapping[str, str]
    """A state, `=`, or a state by the detail `result`."""
    roles: frozenset[str]
    scope: str
    machine: bool
    note: bool
    files: int
    details: Mapping[str, Detail]
    asks: str | None
    decides: str | None
    moves: Moves
    by_result: Mapping[str, Moves] = field(default_factory=dict)

    @property
    def opens(self) -> bool:
        """Whether it opens an event."""
        return not self.sources

    def end(self, state: str, details: Mapping[str, Any]) -> str:
        """The state after it, from `state` on."""
        if isinstance(self.to, str):
            return state if self.to == "=" else self.to
        return self.to[details["result"]]

    def moves_for(self, details: Mapping[str, Any]) -> Moves:
        """Its moves together with those of its result."""
        result = details.get("result")
        own = self.by_result.get(result) if isinstance(result, str) else None
        if own is None:
            return self.moves
        parts = {name: getattr(self.moves, name) + getattr(own, name) for name in MOVES}
        return Moves(**parts, new_round=self.moves.new_round or own.new_round)


@dataclass(frozen=True)
class Loop:
    """One version of the loop; immutable."""

    states: Mapping[str, State]
    steps: Mapping[str, Step]
    clocks: Mapping[str, ClockTerms]
    numbers: Mapping[str, int]
    zone: ZoneInfo
    content: Mapping[str, Any]

    @cached_property
    def version(self) -> str:
        """Hex SHA-256 of its JCS: what steps name as `loop`."""
        return digest_of(self.content)

    def lawful_from(self, state: str) -> list[str]:
        """Names of the steps that `state` allows, in the document's order."""
        return [name for name, step in self.steps.items() if state in step.sources]
