"""A case in hand: what a batch's steps find of it, and what the steps before in the same batch left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from gridwitness.cases.models import CaseRow
from gridwitness.rules import CaseFacts, DeviceReview, Step, StepFact

HEADER = tuple(column.name for column in CaseRow.__table__.columns if column.name not in ("sub", "effect"))
"""Stated columns of a case's row beside its key."""


@dataclass(slots=True)
class Part:
    """How an account takes part in a case."""

    part: str
    recused: bool = False


@dataclass(slots=True)
class Statement:
    """A step that may be cosigned or documented."""

    index: int
    step: str
    signer: UUID
    kid: str
    officers: tuple[str, ...]
    digest: bytes
    """SHA-256 of its entry."""
    cosigned: bool


@dataclass(slots=True)
class Dossier:
    """One case. `header` holds the stated columns of its row; empty before the step that opens it."""

    sub: str
    header: dict[str, Any] = field(default_factory=dict)
    steps: list[StepFact] = field(default_factory=list)
    parts: dict[UUID, Part] = field(default_factory=dict)
    clocks: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    documents: set[tuple[str, str]] = field(default_factory=set)
    """(statement, document) issued already."""
    has_party: bool = False
    milestones: int = 0
    decision: int | None = None
    """Index of the last decision."""
    publication: int | None = None
    """Index under which the last publication stands."""
    letters: list[int] = field(default_factory=list)
    """Indexes of the letters without reply."""

    @property
    def open(self) -> bool:
        """Whether the case exists."""
        return bool(self.header)

    @property
    def last(self) -> StepFact | None:
        """The newest step."""
        return self.steps[-1] if self.steps else None

    def facts(
        self, qualified: frozenset[str] | None = None, reviews: tuple[DeviceReview, ...] = ()
    ) -> CaseFacts:
        """The case as the procedure sees it."""
        return CaseFacts(tuple(self.steps), reviews, qualified)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that the procedure allowed, on its way into rows."""

    index: int
    seq: int
    jti: UUID
    kid: str
    digest: bytes
    leaf_hash: bytes
    log: str
    agency: str
    step: Step
    fact: StepFact
    signer: UUID
    state: str
    """The case's state after it."""
    fields: Mapping[str, Any]
    number: tuple[int, int] | None
    """Year and number, of the step that starts the case."""

    @property
    def details(self) -> Mapping[str, Any]:
        """Structured values of the step."""
        return self.fact.details

    def text(self, name: str) -> str | None:
        """A text detail; None where it is not given."""
        value = self.details.get(name)
        return value if isinstance(value, str) else None

    def amount(self, name: str) -> Decimal | None:
        """A decimal detail; None where it is not given."""
        value = self.text(name)
        return None if value is None else Decimal(value)
