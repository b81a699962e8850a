"""A procedure as data (docs/format.md section 15): parsed strictly, every article by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from .. import strict_json
from ..registry_event import MILESTONE_NAMES

MILESTONES = MILESTONE_NAMES


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
