"""Dispatch rules as a published document: in order, the first that matches counts (format section 26)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.rules import digest_of
from gridwitness.rules.node import Node

FORMAT = "gridwitness-dispatch-rules/1"
NAME = "dispatch/rules"
INVALID = "dispatch-rules-invalid"
IN_FORCE = date(2000, 1, 1)
"""Before any event: the bundled rules are a method of ours and no law."""
LIST, MANUAL = "list", "manual"
_MOST = 1_000
_NUMBER = r"[^/@\x00-\x1f\x7f]{1,32}"
_WORD = r"[^\x00-\x1f\x7f]{1,64}"
_TEXT = r"[^\x00-\x1f\x7f]{1,200}"
_CONDITIONS = ("matter", "grid", "channel", "urgency", "words")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an event when it is dispatched; `grids`: its grid and all above it."""

    matter: str | None
    grids: frozenset[str]
    channel: str
    urgency: str
    text: str


@dataclass(frozen=True, slots=True)
class DispatchRule:
    """One rule; an event matches where every condition names one of its values."""

    id: str
    zh: str
    en: str
    when: Mapping[str, tuple[str, ...]]
    unit: str
    helpers: tuple[str, ...]
    mode: str | None

    def matched(self, facts: Facts) -> tuple[str, ...] | None:
        """What made it match, as `condition=value`; None where it does not."""
        found = []
        for condition, values in self.when.items():
            value = _first(condition, values, facts)
            if value is None:
                return None
            found.append(f"{condition}={value}")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """One version. `version`: hex SHA-256 of the content's JCS."""

    version: str
    rules: tuple[DispatchRule, ...]

    @classmethod
    def parse(cls, content: Any) -> DispatchRules:
        """The rules of a document. Raises InvalidInput `dispatch-rules-invalid`, naming the place."""
        members = Node(content, "$", INVALID).members({"format", "rules"})
        members["format"].one_of({FORMAT})
        items = members["rules"].items()
        if len(items) > _MOST:
            members["rules"].fail(f"has more than {_MOST} rules")
        rules = tuple(_rule(item) for item in items)
        if len({rule.id for rule in rules}) != len(rules):
            members["rules"].fail("names a rule twice")
        return cls(digest_of(content), rules)

    def first(self, facts: Facts) -> tuple[DispatchRule, tuple[str, ...]] | None:
        """The first rule that matches, and what made it match."""
        for rule in self.rules:
            why = rule.matched(facts)
            if why is not None:
                return rule, why
        return None


def check_dispatch_rules(content: Any) -> tuple[str, str | None]:
    """The name these rules are published under, and no jurisdiction. Raises InvalidInput."""
    DispatchRules.parse(content)
    return NAME, None


@cache
def _bundled() -> str:
    return files("gridwitness.dispatch").joinpath("data", "rules.json").read_text(encoding="utf-8")


def bundled_rules() -> dict[str, Any]:
    """The rules that come with the release."""
    content: dict[str, Any] = json.loads(_bundled())
    return content


def _rule(node: Node) -> DispatchRule:
    members = node.members({"id", "zh", "en", "when", "unit"}, {"helpers", "mode"})
    conditions = members["when"].members((), _CONDITIONS)
    unit = members["unit"].text(_NUMBER)
    helpers = members["helpers"].texts(_NUMBER, 0) if "helpers" in members else ()
    if unit in (LIST, MANUAL) and helpers:
        members["helpers"].fail("only a rule that names a unit names helpers")
    if unit in helpers:
        members["helpers"].fail("a unit does not help itself")
    return DispatchRule(
        id=members["id"].text(r"[a-z0-9]+(-[a-z0-9]+)*"),
        zh=members["zh"].text(_TEXT),
        en=members["en"].text(_TEXT),
        when={name: conditions[name].texts(_WORD) for name in _CONDITIONS if name in conditions},
        unit=unit,
        helpers=helpers,
        mode=members["mode"].text(_WORD) if "mode" in members else None,
    )


def _first(condition: str, values: tuple[str, ...], facts: Facts) -> str | None:
    """The first of the values that holds."""
    holds = {
        "matter": lambda value: facts.matter is not None and facts.matter.startswith(value),
        "grid": lambda value: value in facts.grids,
        "channel": lambda value: facts.channel == value,
        "urgency": lambda value: facts.urgency == value,
        "words": lambda value: value.lower() in facts.text.lower(),
    }[condition]
    return next((value for value in values if holds(value)), None)


def read_rules(text: str) -> Any:
    """A document as an operator hands it in. Raises InvalidInput `dispatch-rules-invalid`."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(INVALID, f"This is no JSON: {error}", None) from error
