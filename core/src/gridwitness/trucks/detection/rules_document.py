"""The rules document: which rules there are, their words and their numbers (`docs/format.md` section 20)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from gridwitness.rules import digest_of
from gridwitness.rules.node import Node

FORMAT = "gridwitness-truck-rules/1"
NAME = "trucks/detection"
INVALID = "truck-rules-invalid"
CODES = (
    "BLACK_UNREG",
    "BLACK_CLONE_ST",
    "BLACK_CLONE_GPS",
    "BLACK_ATTR",
    "NO_PERMIT",
    "EXPIRED",
    "ROUTE_DEV",
    "TIME_WIN",
    "WRONG_SITE",
    "UNCOVERED",
    "OVERLOAD",
    "STOP_ABN",
    "DUMP_SUS",
    "OFFLINE",
    "OVERSPEED",
    "GATE_MISMATCH",
    "TERMINAL_TWICE",
)
"""In the order of a hotspot's rule bits (format section 21)."""
CONFIDENCES = ("sure", "likely", "assumed")
UNITS = ("s", "d", "m", "km/h", "percent", "count")
_NUMBER = r"[0-9]{1,9}(\.[0-9]{1,6})?"
_PARAMETER = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule's words, and whether it is looked for."""

    zh: str
    en: str
    source: str
    confidence: str
    enabled: bool
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class TruckRules:
    """One version of the rules, parsed. `version`: hex SHA-256 of the content's JCS."""

    version: str
    numbers: Mapping[str, float]
    rules: Mapping[str, RuleText]

    @classmethod
    def parse(cls, content: Any) -> TruckRules:
        """The rules of a document: every code with every number of the bundled one, and no others.

        Raises InvalidInput `truck-rules-invalid`, naming the place; `rule-content` for what is no JSON.
        """
        rules = _parsed(content)
        _check_same(Node(content, "$", INVALID), rules, bundled_rules())
        return rules

    def number(self, code: str, name: str) -> float:
        """A rule's number, else the one that holds for all rules. KeyError: our own spelling is wrong."""
        own = self.rules[code].numbers
        return own[name] if name in own else self.numbers[name]

    def span(self, code: str, name: str) -> timedelta:
        """A number of seconds as a span of time."""
        return timedelta(seconds=self.number(code, name))

    def shared(self, name: str) -> float:
        """A number that holds for all rules."""
        return self.numbers[name]

    def enabled(self, code: str) -> bool:
        """Whether the rule is looked for."""
        return self.rules[code].enabled

    @property
    def allowed_lateness(self) -> timedelta:
        """How late a fact may come before what rests on its absence is filed."""
        return timedelta(seconds=self.numbers["allowed_lateness"])


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """All published versions: `(first local day, last local day or None, rules)`, by number."""

    versions: tuple[tuple[date, date | None, TruckRules], ...]

    def windows(self, since: datetime, until: datetime) -> list[tuple[date, date, TruckRules]]:
        """The rules of every local day from `since` to `until` (both local), days of one version together."""
        found: list[tuple[date, date, TruckRules]] = []
        day, last = since.date(), until.date()
        while day <= last:
            rules = self.on(day)
            end = min((edge for edge in self._edges() if edge > day), default=last + timedelta(days=1))
            end = min(end - timedelta(days=1), last)
            if rules is not None:
                found.append((day, end, rules))
            day = end + timedelta(days=1)
        return found

    def on(self, day: date) -> TruckRules | None:
        """The newest version in force on a local day."""
        holding = [rules for since, until, rules in self.versions if since <= day <= (until or day)]
        return holding[-1] if holding else None

    def _edges(self) -> set[date]:
        begins = {since for since, _, _ in self.versions}
        return begins | {until + timedelta(days=1) for _, until, _ in self.versions if until is not None}


@cache
def bundled_rules() -> TruckRules:
    """The rules that come with the release."""
    return _parsed(bundled_document())


def bundled_document() -> dict[str, Any]:
    """The document that comes with the release, a new copy each time."""
    text = files("gridwitness.trucks").joinpath("data", "detection.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def check_truck_rules(content: Any) -> tuple[str, str | None]:
    """The name it is published under, and no jurisdiction. Raises InvalidInput `truck-rules-invalid`."""
    TruckRules.parse(content)
    return NAME, None


def _parsed(content: Any) -> TruckRules:
    node = Node(content, "$", INVALID)
    members = node.members({"format", "parameters", "rules"})
    members["format"].one_of({FORMAT})
    rules = {}
    for code, part in members["rules"].entries():
        Node(code, part.path, INVALID).one_of(CODES)
        rules[code] = _rule(part)
    if len(rules) != len(CODES):
        members["rules"].fail(f"names not every rule: {', '.join(sorted(set(CODES) - rules.keys()))}")
    return TruckRules(digest_of(content), _numbers(members["parameters"]), rules)


def _rule(node: Node) -> RuleText:
    members = node.members({"zh", "en", "source", "confidence", "enabled", "parameters"})
    return RuleText(
        zh=members["zh"].text(),
        en=members["en"].text(),
        source=members["source"].text(),
        confidence=members["confidence"].one_of(CONFIDENCES),
        enabled=members["enabled"].boolean(),
        numbers=_numbers(members["parameters"]),
    )


def _numbers(node: Node) -> dict[str, float]:
    numbers = {}
    for name, part in node.entries():
        Node(name, part.path, INVALID).text(_PARAMETER)
        members = part.members({"value", "unit", "zh"}, {"confidence"})
        members["unit"].one_of(UNITS)
        members["zh"].text()
        if "confidence" in members:
            members["confidence"].one_of(CONFIDENCES)
        numbers[name] = float(members["value"].text(_NUMBER))
    return numbers


def _check_same(node: Node, rules: TruckRules, bundled: TruckRules) -> None:
    """A number that a rule reads is never missing, and one that nothing reads is a misspelt one."""
    pairs = [("parameters", rules.numbers, bundled.numbers)]
    pairs += [(f"rules.{code}", rules.rules[code].numbers, bundled.rules[code].numbers) for code in CODES]
    for place, given, wanted in pairs:
        different = sorted(given.keys() ^ wanted.keys())
        if different:
            Node(None, f"{node.path}.{place}", INVALID).fail(
                f"missing or unknown numbers: {', '.join(different)}"
            )
