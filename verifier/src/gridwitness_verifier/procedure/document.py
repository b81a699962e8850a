"""A procedure as data (docs/format.md section 15): parsed strictly, every article by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from .. import strict_json
from ..claims import is_integer
from ..field_types import is_of_type
from ..registry_event import MILESTONE_NAMES

MILESTONES = MILESTONE_NAMES
_LARGEST = 36_500
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Law:
    """A rule's article and what it says."""

    rule: str
    article: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount, or one each for a citizen and an organisation (decimal text)."""

    value: str | None
    citizen: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A declared detail of a step: its type, whether it has to be there, its values where they are closed."""

    type: str
    required: bool
    values: tuple[str, ...] | None

    def allows(self, value: Any) -> bool:
        """Whether a value is of the type, and among the values where they are closed."""
        if not self.has_type(value) or self.values is None:
            return self.has_type(value)
        return all(text in self.values for text in (value if isinstance(value, list) else [value]))

    def has_type(self, value: Any) -> bool:
        """Whether a value is of the type: narrower than that of a field (section 15)."""
        if self.type == "boolean":
            return isinstance(value, bool)
        if self.type == "decimal":
            return isinstance(value, str) and _AMOUNT.match(value) is not None
        if self.type == "integer":
            return is_integer(value, 0, _LARGEST)
        return value != "" and is_of_type(self.type, value)


@dataclass(frozen=True, slots=True)
class Requirement:
    """`that` has to hold wherever `condition` does (None: always)."""

    rule: str
    condition: Mapping[str, Any] | None
    that: Mapping[str, Any]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `to` maps outcomes to states, with None for every outcome; empty where the state stays."""

    step: str
    zh: str
    en: str
    rule: str
    sources: frozenset[str]
    opens: bool
    to: Mapping[str | None, str]
    milestone: str | None
    outcomes: tuple[str, ...] | None
    details: Mapping[str, Detail]
    party: str | None
    place: bool
    facts: bool
    files: int
    document: str | None
    requires: tuple[Requirement, ...]

    def leads_to(self, state: str, outcome: str | None) -> str:
        """The state after this step."""
        return self.to.get(outcome) or self.to.get(None) or state


@dataclass(frozen=True, slots=True)
class Clock:
    """A statutory term; `days` of `kind`, begun by `start` and met by `end`."""

    clock: str
    zh: str
    en: str
    rule: str
    duty: str
    start: tuple[str, ...]
    condition: Mapping[str, Any] | None
    end: tuple[str, ...]
    end_outcome: tuple[str, ...] | None
    days: int
    kind: str
    roll: bool
    extended_by: str | None
    suspended_by: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Procedure:
    """A published procedure; `version` is the hex SHA-256 of its JCS bytes."""

    version: str
    procedure: str
    jurisdiction: str
    laws: Mapping[str, Law]
    thresholds: Mapping[str, Threshold]
    conditions: Mapping[str, Mapping[str, Any]]
    states: frozenset[str]
    steps: Mapping[str, Step]
    clocks: tuple[Clock, ...]

    def law(self, rule: str) -> Law:
        """The article of a rule; the rule's own id where the document explains it nowhere."""
        return self.laws.get(rule) or Law(rule, rule, rule, rule)

    def milestone_of(self, step: str) -> str | None:
        """The statutory milestone of a step, None for a step without and for an unknown one."""
        found = self.steps.get(step)
        return None if found is None else found.milestone


def version_of(content: Any) -> str:
    """Lower-case hex SHA-256 of the JCS bytes of a document."""
    return sha256(strict_json.canonical(content)).hexdigest()
