"""The published loop of events as data (docs/format.md section 24), taken apart strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ..claims import is_integer
from ..errors import VerificationError
from ..field_types import is_of_type
from ..procedure.document import version_of
from ..procedure.facts import LOCAL
from .hours import MEASURES, MOST

FORMAT = "gridwitness-loop/1"
STAYS = "="
NUMBERS = ("returns_before_designation", "extensions_by_duty_chief", "reopen_days", "overdue_factor")
"""What is judged by; a loop without one of them is refused."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z", re.ASCII)
_TYPES = ("text", "integer", "boolean", "time", "texts")
_DUTIES = ("centre", "unit", "actor")
_PARTS = ("start", "end", "drop", "pause", "resume", "extend")


@dataclass(frozen=True, slots=True)
class Detail:
    """A declared detail of a step."""

    type: str
    required: bool
    values: tuple[str, ...] | None

    def refuses(self, value: Any) -> bool:
        """Whether a value can not stand there; None: nothing is said."""
        if value is None:
            return self.required
        if self.type == "boolean":
            return not isinstance(value, bool)
        if self.type == "integer":
            return not is_integer(value, -MOST, MOST)
        if not is_of_type(self.type, value):
            return True
        return self.values is not None and value not in self.values


@dataclass(frozen=True, slots=True)
class Branch:
    """What the result of a step adds to it."""

    start: tuple[str, ...]
    new_round: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `to` maps results to states, with None for all of them and STAYS for the state it is in."""

    name: str
    zh: str
    en: str
    stage: int
    sources: frozenset[str]
    to: Mapping[str | None, str]
    machine: bool
    note: bool
    files: int
    details: Mapping[str, Detail]
    asks: str | None
    decides: str | None
    clocks: Mapping[str, tuple[str, ...]]
    new_round: bool
    branches: Mapping[str, Branch]

    def leads_to(self, state: str, details: Mapping[str, Any]) -> str:
        """The state after this step."""
        to = self.to.get(details.get("result")) or self.to.get(None, STAYS)
        return state if to == STAYS else to

    def starts(self, details: Mapping[str, Any]) -> tuple[str, ...]:
        """Clocks that it begins."""
        return self.clocks["start"] + self._branch(details).start

    def begins_round(self, details: Mapping[str, Any]) -> bool:
        """Whether a new round begins with it."""
        return self.new_round or self._branch(details).new_round

    def _branch(self, details: Mapping[str, Any]) -> Branch:
        result = details.get("result")
        return self.branches.get(result, _NOTHING) if isinstance(result, str) else _NOTHING


_NOTHING = Branch((), False)


@dataclass(frozen=True, slots=True)
class LoopClock:
    """A time limit of the loop; `listed`: amount and measure are those of the responsibility list."""

    name: str
    zh: str
    en: str
    amount: int
    measure: str
    duty: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Loop:
    """A published loop; `version` is the hex SHA-256 of its JCS bytes."""

    version: str
    states: Mapping[str, bool]
    """Name → whether it is an open one."""
    clocks: Mapping[str, LoopClock]
    numbers: Mapping[str, int]
    steps: Mapping[str, Step]
    zone: tzinfo


def parse_loop(content: Any) -> Loop:
    """Parse the `content` of a `rule.published.v1`; raises VerificationError `loop-form`."""
    members = _members(content, "loop")
    if members.get("format") != FORMAT:
        raise _refused("loop", f"not a {FORMAT}")
    states = {name: _flag(_members(item, name), "open") for name, item in _named(members, "states")}
    clocks = {name: _clock(name, item) for name, item in _named(members, "clocks")}
    numbers = {name: _number(name, item) for name, item in _named(members, "numbers")}
    if any(name not in numbers for name in NUMBERS):
        raise _refused("numbers", f"{', '.join(NUMBERS)} have to be there")
    steps = {name: _step(name, item, states, clocks) for name, item in _named(members, "steps")}
    if not any(not step.sources for step in steps.values()):
        raise _refused("steps", "no step opens an event")
    return Loop(version_of(content), states, clocks, numbers, steps, _zone(members.get("zone")))


def _zone(name: Any) -> tzinfo:
    if name is None:
        return LOCAL
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise _refused("zone", "no time zone of this name") from error


def _clock(name: str, item: Any) -> LoopClock:
    members = _members(item, name)
    amount: Any = members.get("amount")
    if not is_integer(amount, 0, MOST) or members.get("measure") not in MEASURES:
        raise _refused(name, "amount or measure has not its form")
    if members.get("duty") not in _DUTIES or members.get("from") not in (None, "list"):
        raise _refused(name, "a clock is the duty of centre, unit or actor")
    return LoopClock(
        name,
        _text(members, "zh"),
        _text(members, "en"),
        int(amount),
        str(members["measure"]),
        str(members["duty"]),
        members.get("from") == "list",
    )


def _number(name: str, item: Any) -> int:
    value: Any = _members(item, name).get("value")
    if not is_integer(value, 0, MOST):
        raise _refused(name, "its value is not a number")
    return int(value)


def _step(name: str, item: Any, states: Mapping[str, bool], clocks: Mapping[str, LoopClock]) -> Step:
    members = _members(item, name)
    sources, to = _texts(members.get("from"), name), _destinations(members.get("to"), name)
    if not {*sources, *to.values()} - {STAYS} <= states.keys() or (not sources and STAYS in to.values()):
        raise _refused(name, "a state that is not among the states")
    parts = {part: _texts(members.get(part, []), name) for part in _PARTS}
    branches = {
        value: Branch(_texts(_members(one, name).get("start", []), name), _flag(one, "new_round"))
        for value, one in _named(members, "by_result")
    }
    named = {*(clock for part in parts.values() for clock in part)}
    named |= {clock for branch in branches.values() for clock in branch.start}
    stage, files = members.get("stage"), members.get("files", 0)
    if not named <= clocks.keys() or not is_integer(stage, 0, 7) or not is_integer(files, 0, 1000):
        raise _refused(name, "a clock that is not among the clocks, or a number without its form")
    return Step(
        name=name,
        zh=_text(members, "zh"),
        en=_text(members, "en"),
        stage=int(stage or 0),
        sources=frozenset(sources),
        to=to,
        machine=_flag(members, "machine"),
        note=_flag(members, "note"),
        files=int(files),
        details={detail: _detail(detail, one) for detail, one in _named(members, "details")},
        asks=_optional(members, "asks"),
        decides=_optional(members, "decides"),
        clocks=parts,
        new_round=_flag(members, "new_round"),
        branches=branches,
    )


def _destinations(value: Any, name: str) -> dict[str | None, str]:
    """`to`, where it has two forms: one state, or one for each `result`."""
    if isinstance(value, str):
        return {None: value}
    results = _members(value, name).get("result")
    found: dict[str | None, str] = {
        result: state for result, state in _members(results, name).items() if isinstance(state, str)
    }
    if not found or len(_members(value, name)) != 1:
        raise _refused(name, "leads to no state")
    return found


def _detail(name: str, item: Any) -> Detail:
    members = _members(item, name)
    values = members.get("values")
    if not _NAME.match(name) or members.get("type") not in _TYPES:
        raise _refused(name, "a detail without a known type")
    closed = None if values is None else _texts(values, name)
    return Detail(str(members["type"]), _flag(members, "required"), closed)


def _members(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refused(where, "not an object")
    return value


def _named(members: dict[str, Any], name: str) -> list[tuple[str, Any]]:
    found = _members(members.get(name, {}), name)
    if len(found) > 1000:
        raise _refused(name, "too many of them")
    return list(found.items())


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 2000:
        raise _refused(name, "not text")
    return value


def _optional(members: dict[str, Any], name: str) -> str | None:
    return None if members.get(name) is None else _text(members, name)


def _flag(members: dict[str, Any], name: str) -> bool:
    value = members.get(name, False)
    if not isinstance(value, bool):
        raise _refused(name, "neither true nor false")
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 1000 or not all(isinstance(text, str) for text in value):
        raise _refused(where, "not an array of names")
    return tuple(value)


def _refused(where: str, why: str) -> VerificationError:
    return VerificationError("loop-form", f"{where:.60}: {why}")
