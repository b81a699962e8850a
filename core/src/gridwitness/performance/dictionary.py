"""The metric dictionary `gridwitness-metrics/1`: what is counted, by what divided (format section 27)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.performance.countable import COUNTABLE, column_kind
from gridwitness.performance.fines import names_fines
from gridwitness.rules import digest_of
from gridwitness.rules.node import Node

FORMAT = "gridwitness-metrics/1"
NAME = "performance/metrics"
INVALID = "metrics-invalid"
CONFIDENCES = ("sure", "likely", "assumed")
_METRIC = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
_THRESHOLD = r"[0-9]{1,3}(\.[0-9]{1,6})?"

Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One column's: it is (`wanted`) or is not one of `values`; or, without values, it is given or is not."""

    column: str
    values: tuple[Value, ...] | None
    wanted: bool


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of a table whose `day` lies in the period (None: all there are at its end), as `where` says."""

    of: str
    day: str | None
    where: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A share (numerator of denominator), or a count (no denominator)."""

    name: str
    zh: str
    en: str
    unit: str
    numerator: Count
    denominator: Count | None
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Part:
    """A share that a score weighs; `inverse`: what lacks to 1 counts."""

    metric: str
    weight: int
    inverse: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade holds from this score on."""

    zh: str
    en: str
    since: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """A formula of 100 points with its grades, best first."""

    name: str
    zh: str
    en: str
    parts: tuple[Part, ...]
    grades: tuple[Grade, ...]

    def grade(self, value: Decimal) -> Grade | None:
        """The grade of a score; None below the last."""
        return next((grade for grade in self.grades if value >= grade.since), None)


@dataclass(frozen=True, slots=True)
class Group:
    """Metrics that belong together: a post's, or a section of a report."""

    name: str
    zh: str
    en: str
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Dictionary:
    """One version, parsed. `version`: hex SHA-256 of the content's JCS."""

    version: str
    metrics: Mapping[str, Metric]
    scores: Mapping[str, Score]
    posts: Mapping[str, Group]
    sections: tuple[Group, ...]

    @classmethod
    def parse(cls, content: Any) -> Dictionary:
        """Raises InvalidInput `metrics-invalid`, naming the place; `metric-fines` where fines would count."""
        members = Node(content, "$", INVALID).members({"format", "metrics", "scores", "posts", "sections"})
        members["format"].one_of({FORMAT})
        metrics = {name: _metric(name, node) for name, node in _named(members["metrics"])}
        shares = {name for name, metric in metrics.items() if metric.denominator is not None}
        scores = {name: _score(name, node, shares) for name, node in _named(members["scores"])}
        for name in metrics.keys() & scores.keys():
            members["scores"].fail(f"{name} is a metric already")
        posts = {name: _group(name, node, metrics) for name, node in _named(members["posts"])}
        sections = tuple(_group(str(i), node, metrics) for i, node in enumerate(members["sections"].items()))
        return cls(digest_of(content), metrics, scores, posts, sections)

    def counts(self, wanted: Collection[str] | None = None) -> frozenset[Count]:
        """Every different count there is, or of some metrics and scores only."""
        names = self._with_parts(wanted)
        pairs = ((self.metrics[name].numerator, self.metrics[name].denominator) for name in names)
        return frozenset(count for pair in pairs for count in pair if count is not None)

    def _with_parts(self, wanted: Collection[str] | None) -> set[str]:
        if wanted is None:
            return set(self.metrics)
        scores = (self.scores[name] for name in wanted if name in self.scores)
        parts = {part.metric for score in scores for part in score.parts}
        return parts | {name for name in wanted if name in self.metrics}

    def personal(self) -> frozenset[str]:
        """Metrics by which people are looked at: those of a post, and no others."""
        return frozenset(name for post in self.posts.values() for name in post.metrics)


@cache
def bundled_dictionary() -> Dictionary:
    """The dictionary that comes with the release."""
    return Dictionary.parse(bundled_metrics())


def bundled_metrics() -> dict[str, Any]:
    """The document that comes with the release, a new copy each time."""
    text = files("gridwitness.performance").joinpath("data", "metrics.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def check_metrics(content: Any) -> tuple[str, str | None]:
    """The name it is published under, and no jurisdiction. Raises InvalidInput as `Dictionary.parse`."""
    Dictionary.parse(content)
    return NAME, None


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    for name, part in node.entries():
        Node(name, part.path, INVALID).text(_METRIC)
        _refuse_fines(part, name)
        yield name, part


def _refuse_fines(node: Node, *texts: str) -> None:
    for text in texts:
        if names_fines(text):
            raise InvalidInput(
                "metric-fines",
                f"{node.path}: {text!r} speaks of fines or amounts, which no assessment may rest on.",
                "行政处罚法第七十四条; count what was handled, and how",
                path=node.path,
            )


def _words(members: Mapping[str, Node]) -> tuple[str, str]:
    zh, en = members["zh"].text(), members["en"].text()
    _refuse_fines(members["zh"], zh)
    _refuse_fines(members["en"], en)
    return zh, en


def _metric(name: str, node: Node) -> Metric:
    members = node.members({"zh", "en", "unit", "numerator", "source", "confidence"}, {"denominator"})
    zh, en = _words(members)
    unit = members["unit"].one_of({"share", "count"})
    if (unit == "share") != ("denominator" in members):
        node.fail("a share has a denominator, and a count has none")
    return Metric(
        name,
        zh,
        en,
        unit,
        _count(members["numerator"]),
        _count(members["denominator"]) if "denominator" in members else None,
        members["source"].text(),
        members["confidence"].one_of(CONFIDENCES),
    )


def _count(node: Node) -> Count:
    members = node.members({"of"}, {"where", "day"})
    of = members["of"].one_of(COUNTABLE.keys())
    day = members["day"].one_of(COUNTABLE[of].days) if "day" in members else None
    where = members["where"].entries() if "where" in members else ()
    return Count(of, day, tuple(sorted((_condition(of, *one) for one in where), key=lambda one: one.column)))


def _condition(of: str, column: str, node: Node) -> Condition:
    _refuse_fines(node, column.rpartition(".")[2])
    kind = column_kind(of, column)
    if kind is None:
        node.fail(f"there is no such column of {of}")
    if isinstance(node.value, list):
        return Condition(column, _values(kind, node), True)
    members = node.members((), {"given", "not"})
    if len(members) != 1:
        node.fail('is neither a list, {"given": …} nor {"not": […]}')
    if "given" in members:
        return Condition(column, None, members["given"].boolean())
    return Condition(column, _values(kind, members["not"]), False)


def _values(kind: str, node: Node) -> tuple[Value, ...]:
    items = node.items(1)
    if kind == "text":
        values: tuple[Value, ...] = tuple(item.text() for item in items)
        _refuse_fines(node, *(str(value) for value in values))
        return tuple(sorted(values, key=str))
    if kind == "integer":
        return tuple(sorted(item.integer() for item in items))
    if kind == "boolean":
        return tuple(sorted({item.boolean() for item in items}))
    node.fail("of this column can only be asked whether it is given")


def _score(name: str, node: Node, shares: set[str]) -> Score:
    members = node.members({"zh", "en", "parts", "grades"})
    zh, en = _words(members)
    parts = tuple(_part(item, shares) for item in members["parts"].items(1))
    if sum(part.weight for part in parts) != 100:
        members["parts"].fail("the weights do not make 100")
    if len({part.metric for part in parts}) != len(parts):
        members["parts"].fail("weighs a metric twice")
    grades = tuple(_grade(item) for item in members["grades"].items())
    if [*grades] != sorted(grades, key=lambda grade: -grade.since):
        members["grades"].fail("does not go from the best grade down")
    return Score(name, zh, en, parts, grades)


def _part(node: Node, shares: set[str]) -> Part:
    members = node.members({"metric", "weight"}, {"inverse"})
    weight = members["weight"].integer(1)
    inverse = members["inverse"].boolean() if "inverse" in members else False
    return Part(members["metric"].one_of(shares), weight, inverse)


def _grade(node: Node) -> Grade:
    members = node.members({"zh", "en", "from"})
    zh, en = _words(members)
    return Grade(zh, en, Decimal(members["from"].text(_THRESHOLD)))


def _group(name: str, node: Node, metrics: Mapping[str, Metric]) -> Group:
    members = node.members({"zh", "en", "metrics"})
    zh, en = _words(members)
    chosen = tuple(item.one_of(metrics.keys()) for item in members["metrics"].items(1))
    return Group(name, zh, en, chosen)
