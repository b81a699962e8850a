"""The published dictionary of metrics as data (docs/format.md section 27)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..claims import is_integer
from ..errors import VerificationError
from ..procedure.document import version_of

FORMAT = "gridwitness-metrics/1"
TABLES = {
    "events": ("event", "reported_at"),
    "clocks": ("clock", "started_at"),
    "steps": ("step", "occurred_at"),
    "asks": ("ask", "asked_at"),
    "orders": ("order", "raised_at"),
    "checkins": ("checkin", "called_at"),
    "assignments": ("assignment", "assigned_at"),
}
"""What can be counted: its table in schema `events`, and the time from which on a row is there."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A column (text form) is among `values`, or is not; without values: it is given, or is not."""

    column: str
    values: frozenset[str] | None
    wanted: bool

    def holds(self, value: str | None) -> bool:
        """Whether a value meets it."""
        found = value is not None if self.values is None else value in self.values
        return found == self.wanted


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of a table whose `day` lies in the period (None: whenever), as all conditions say."""

    of: str
    day: str | None
    where: frozenset[Condition]


@dataclass(frozen=True, slots=True)
class Metric:
    """A share (numerator of denominator), or a count (no denominator)."""

    numerator: Count
    denominator: Count | None


@dataclass(frozen=True, slots=True)
class Part:
    """A share that a score weighs."""

    metric: str
    weight: int
    inverse: bool


@dataclass(frozen=True, slots=True)
class Dictionary:
    """`posts`: the metrics that show each post's duty; only these are given by worker."""

    version: str
    metrics: Mapping[str, Metric]
    scores: Mapping[str, tuple[Part, ...]]
    posts: Mapping[str, frozenset[str]]

    def counts(self) -> dict[str, list[Count]]:
        """Every different count, by what it is of."""
        found: dict[Count, None] = {}
        for metric in self.metrics.values():
            found[metric.numerator] = None
            if metric.denominator is not None:
                found[metric.denominator] = None
        return {of: [count for count in found if count.of == of] for of in TABLES}


def parse_metrics(content: Any) -> Dictionary:
    """Parse the `content` of a `rule.published.v1`; raises VerificationError `metrics-form`."""
    members = _members(content)
    if members.get("format") != FORMAT:
        raise _refused(f"not a {FORMAT}")
    metrics = {name: _metric(item) for name, item in _members(members.get("metrics")).items()}
    scores = {name: _score(item, metrics) for name, item in _members(members.get("scores")).items()}
    posts = {
        name: frozenset(_texts(_members(item).get("metrics")))
        for name, item in _members(members.get("posts")).items()
    }
    if any(not named <= metrics.keys() for named in posts.values()) or metrics.keys() & scores.keys():
        raise _refused("a post names a metric that is none, or a score is called like a metric")
    return Dictionary(version_of(content), metrics, scores, posts)


def _metric(item: Any) -> Metric:
    members = _members(item)
    below = members.get("denominator")
    return Metric(_count(members.get("numerator")), None if below is None else _count(below))


def _count(item: Any) -> Count:
    members = _members(item)
    of, day = members.get("of"), members.get("day")
    if of not in TABLES or not (day is None or isinstance(day, str)):
        raise _refused("a count of no known table")
    where = _members(members.get("where", {}))
    return Count(str(of), day, frozenset(_condition(column, value) for column, value in where.items()))


def _condition(column: str, item: Any) -> Condition:
    if isinstance(item, list):
        return Condition(column, _values(item), True)
    members = _members(item)
    given = members.get("given")
    if isinstance(given, bool):
        return Condition(column, None, given)
    return Condition(column, _values(members.get("not")), False)


def _values(items: Any) -> frozenset[str]:
    """Values in the text form that rows have."""
    if not isinstance(items, list) or not items:
        raise _refused("a condition without values")
    return frozenset(map(_value, items))


def _value(item: Any) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int | str):
        return str(item)
    raise _refused("a value that is neither text, integer nor boolean")


def _score(item: Any, metrics: Mapping[str, Metric]) -> tuple[Part, ...]:
    parts = _members(item).get("parts")
    if not isinstance(parts, list) or not parts:
        raise _refused("a score without parts")
    found = []
    for part in map(_members, parts):
        name, weight, inverse = part.get("metric"), part.get("weight"), part.get("inverse", False)
        metric = metrics.get(name) if isinstance(name, str) else None
        if metric is None or metric.denominator is None:
            raise _refused("a score weighs what is no share")
        if not is_integer(weight, 1, 100) or not isinstance(inverse, bool):
            raise _refused("a weight without its form")
        found.append(Part(str(name), int(weight or 0), inverse))
    return tuple(found)


def _members(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refused("not an object")
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _refused("not an array of names")
    return value


def _refused(why: str) -> VerificationError:
    return VerificationError("metrics-form", why)
