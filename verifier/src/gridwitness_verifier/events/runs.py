"""Runs of an event's clocks, read from its steps alone (docs/format.md section 24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..procedure.facts import Hidden
from .course import Course, Placed
from .facts import StepFact
from .loop import LoopClock

REPLY, CHECKIN = "reply", "checkin"
COUNTED_ON = frozenset({REPLY, CHECKIN})
"""Clocks that are late where they are dropped after their time."""
_NUMBERED = {REPLY: "order", CHECKIN: "whistle"}
"""Clocks of which there is one for each order or unit called, and the detail that names which."""
_OPENING = {"order_raise": REPLY, "whistle": CHECKIN}


@dataclass
class Run:
    """One run of a clock. `unit` None: which unit, the registers say; `dropped`: it ended as void."""

    clock: LoopClock
    round: int
    unit: str | None
    number: int
    started: StepFact
    promised: str | None = None
    ended: StepFact | None = None
    dropped: bool = False
    added: int = 0
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    stopped: bool = False
    """It ended while it stood still: its last pause has an end, and its limit none."""

    @property
    def started_at(self) -> datetime | None:
        """When it began, None where that is not shown."""
        return _shown(self.started)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, None while it runs or where that is not shown."""
        return None if self.ended is None else _shown(self.ended)

    @property
    def limit_pauses(self) -> tuple[tuple[datetime, datetime | None], ...]:
        """The pauses that its limit was last told by."""
        if self.stopped:
            return (*self.pauses[:-1], (self.pauses[-1][0], None))
        return tuple(self.pauses)

    @property
    def name(self) -> str:
        """How findings name it."""
        number = f" {self.number}" if self.number else ""
        return f"{self.clock.name}{number} of round {self.round}"


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal that was granted, of a unit (None: which one, the registers say)."""

    clock: str
    round: int
    unit: str | None


@dataclass(frozen=True, slots=True)
class Runs:
    """Every run in the order in which they began, and what was appealed against with success."""

    runs: list[Run]
    appeals: list[Appeal]


def read_runs(course: Course) -> Runs:
    """An event that is not `whole` has no runs to rely on."""
    reader = _Reader(course)
    for placed in course.placed:
        reader.take(placed)
    return Runs(reader.runs, reader.appeals)


@dataclass
class _Reader:
    course: Course
    runs: list[Run] = field(default_factory=list)
    appeals: list[Appeal] = field(default_factory=list)
    units: dict[str, str | None] = field(default_factory=dict)
    """The event's unit when each ask was made, by its `jti`."""
    unit: str | None = None
    numbers: dict[str, int] = field(default_factory=lambda: {REPLY: 0, CHECKIN: 0})

    def take(self, placed: Placed) -> None:
        fact, step = placed.fact, placed.step
        self._note_unit(placed)
        for part in ("end", "drop"):
            for run in [*self._meant(step.clocks[part], placed)]:
                _end(run, fact, dropped=part == "drop")
        self._stand_still(placed)
        for run in self._meant(step.clocks["extend"], placed):
            run.added += self._granted(fact)
        if step.decides == "appeal" and self._decided(fact) is not None:
            self._excuse(fact)
        for name in step.starts({} if isinstance(fact.details, Hidden) else fact.details):
            self._start(name, placed)

    def _note_unit(self, placed: Placed) -> None:
        fact, step = placed.fact, placed.step
        if step.name == "dispatch":
            self.unit = fact.said("unit")
        elif step.name in ("return_grant", "reopen"):
            self.unit = None
        elif step.name == "self_handle":
            self.unit = _text(fact.unit)
        if step.asks is not None:
            self.units[fact.jti] = _text(fact.unit) or self.unit

    def _stand_still(self, placed: Placed) -> None:
        moment = _shown(placed.fact)
        if moment is None:
            return
        for run in self._meant(placed.step.clocks["pause"], placed):
            if not run.pauses or run.pauses[-1][1] is not None:
                run.pauses.append((moment, None))
        for run in self._meant(placed.step.clocks["resume"], placed):
            if run.pauses and run.pauses[-1][1] is None:
                run.pauses[-1] = (run.pauses[-1][0], moment)

    def _meant(self, names: tuple[str, ...], placed: Placed) -> Iterator[Run]:
        """Runs that go on and that a step speaks of."""
        for run in self.runs:
            if run.ended is not None or run.clock.name not in names:
                continue
            detail = _NUMBERED.get(run.clock.name)
            if detail is not None and placed.fact.said(detail) != run.number:
                continue
            # Who checks in ends its own clock; the end of a whistle those of all.
            if run.clock.name == CHECKIN and placed.step.clocks["end"] and placed.fact.unit != run.unit:
                continue
            yield run

    def _start(self, name: str, placed: Placed) -> None:
        fact, clock = placed.fact, self.course.loop.clocks[name]
        number = self._number(name, placed)
        for run in self.runs:
            if (
                run.ended is None
                and run.clock.name == name
                and (name not in _NUMBERED or run.number == number)
            ):
                _end(run, fact, dropped=True)
        promised = fact.said("promised_by") if clock.listed else None
        for unit in self._units(clock, fact):
            self.runs.append(Run(clock, placed.round, unit, number, fact, promised))

    def _number(self, name: str, placed: Placed) -> int:
        detail = _NUMBERED.get(name)
        if detail is None:
            # A second run in a round has a row of its own.
            return sum(run.clock.name == name and run.round == placed.round for run in self.runs)
        if _OPENING.get(placed.step.name) == name:
            self.numbers[name] += 1
            return self.numbers[name]
        said = placed.fact.said(detail)
        return said if isinstance(said, int) else 0

    def _units(self, clock: LoopClock, fact: StepFact) -> list[str | None]:
        if clock.duty in ("centre", "actor"):
            return [None]
        if clock.name == CHECKIN:
            called: Any = fact.said("units")
            return list(dict.fromkeys(called)) if isinstance(called, list) else []
        return [fact.said("unit") if clock.name == REPLY else self.unit]

    def _decided(self, fact: StepFact) -> Any:
        asks = (ask for ask in self.course.asks if ask.decided is fact and ask.granted)
        return next(asks, None)

    def _granted(self, fact: StepFact) -> int:
        ask = self._decided(fact)
        amount = None if ask is None else ask.asked.said("amount")
        return amount if isinstance(amount, int) else 0

    def _excuse(self, fact: StepFact) -> None:
        ask = self._decided(fact).asked
        clock, number = ask.said("clock"), ask.said("round")
        if isinstance(clock, str) and isinstance(number, int):
            self.appeals.append(Appeal(clock, number, self.units.get(ask.jti)))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _end(run: Run, fact: StepFact, *, dropped: bool) -> None:
    run.ended, run.dropped = fact, dropped
    if run.pauses and run.pauses[-1][1] is None:
        run.stopped = True
        run.pauses[-1] = (run.pauses[-1][0], _shown(fact))


def _shown(fact: StepFact) -> datetime | None:
    return None if isinstance(fact.occurred_at, Hidden) else fact.occurred_at
