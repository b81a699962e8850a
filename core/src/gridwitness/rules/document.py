"""A procedure document, read: the parts of `docs/format.md` section 15."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

PARTY_KINDS = ("citizen", "organisation")
"""公民 · 法人或者其他组织: whom thresholds tell apart."""

Condition = Mapping[str, Any]
"""One operator with its operands, as in the document; `conditions.py` evaluates it."""


@dataclass(frozen=True, slots=True)
class Law:
    """One rule: its article, where it stands, since when, and how sure we are."""

    rule: str
    article: str
    zh: str
    en: str
    source: str
    effective_from: date
    effective_to: date | None
    confidence: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of the law. `value`, or one for each party kind; `unit` such as `CNY` or `day`."""

    name: str
    rule: str
    unit: str
    value: Decimal | None
    by_party: Mapping[str, Decimal]
    confidence: str

    def for_party(self, party_kind: str | None) -> Decimal | None:
        """The number, or None where it depends on a party kind that is not known."""
        return self.value if self.value is not None else self.by_party.get(party_kind or "")


@dataclass(frozen=True, slots=True)
class Detail:
    """One structured value of a step; never personal."""

    name: str
    type: str
    required: bool
    values: tuple[str, ...]
    zh: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """`that` must hold wherever `condition` does (always, where it is None)."""

    rule: str
    condition: Condition | None
    that: Condition
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who may sign it, where from, where to, with what. `origins` empty = it opens the case."""

    step: str
    zh: str
    en: str
    rule: str
    roles: frozenset[str]
    origins: frozenset[str]
    to: str | Mapping[str, str] | None
    milestone: str | None
    outcomes: tuple[str, ...]
    details: Mapping[str, Detail]
    party: str | None
    place: bool
    facts: bool
    files: int
    document: str | None
    requires: tuple[Requirement, ...]

    def state_after(self, state: str, outcome: str | None) -> str:
        """The state it leads to from `state`."""
        if self.to is None:
            return state
        return self.to if isinstance(self.to, str) else self.to.get(outcome or "", state)

    def targets(self, state: str) -> frozenset[str]:
        """Every state it can lead to from `state`."""
        return frozenset({self.state_after(state, outcome) for outcome in self.outcomes or (None,)})


@dataclass(frozen=True, slots=True)
class Clock:
    """A statutory term; `duty` says whose."""

    clock: str
    zh: str
    en: str
    rule: str
    duty: str
    start: tuple[str, ...]
    condition: Condition | None
    end: tuple[str, ...]
    end_outcome: tuple[str, ...]
    days: int
    kind: str
    roll: bool
    extended_by: str | None
    suspended_by: tuple[str, str] | None
    confidence: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole procedure document. `version` = hex SHA-256 of its JCS bytes."""

    version: str
    procedure: str
    jurisdiction: str
    title_zh: str
    title_en: str
    laws: Mapping[str, Law]
    thresholds: Mapping[str, Threshold]
    conditions: Mapping[str, Condition]
    states: tuple[str, ...]
    steps: Mapping[str, Step]
    clocks: Mapping[str, Clock]
    content: Mapping[str, Any]
