"""A procedure: the lawful way of a case, read from a published document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from gridwitness.rules import judgement
from gridwitness.rules.conditions import Truth, View, evaluate
from gridwitness.rules.detail_values import value_of
from gridwitness.rules.document import Clock, Document, Law, Step, Threshold
from gridwitness.rules.facts import Attempt, CaseFacts, Judgement, Option, StepFact, TermEnd
from gridwitness.rules.milestones import Edges, edge_bits, milestone_edges
from gridwitness.rules.parsing import read_document


@dataclass(frozen=True)
class Procedure:
    """One version of a procedure. Pure: it knows neither database nor clock."""

    document: Document
    _edges: Edges = field(repr=False)

    @classmethod
    def parse(cls, content: Any) -> Procedure:
        """Read and check a document. Raises InvalidInput `procedure-invalid`, with the place in `path`."""
        document = read_document(content)
        return cls(document, milestone_edges(document))

    @property
    def version(self) -> str:
        """Hex SHA-256 of the document's JCS bytes."""
        return self.document.version

    @property
    def procedure(self) -> str:
        """`general` or `summary`."""
        return self.document.procedure

    @property
    def jurisdiction(self) -> str:
        """`national`, or whose pack was laid over it."""
        return self.document.jurisdiction

    @property
    def content(self) -> Mapping[str, Any]:
        """The document as published."""
        return self.document.content

    @property
    def states(self) -> tuple[str, ...]:
        """Every state of a case."""
        return self.document.states

    @property
    def steps(self) -> Mapping[str, Step]:
        """Steps by id."""
        return self.document.steps

    @property
    def clocks(self) -> Mapping[str, Clock]:
        """Statutory terms by id."""
        return self.document.clocks

    @property
    def thresholds(self) -> Mapping[str, Threshold]:
        """Numbers of the law by name."""
        return self.document.thresholds

    def law(self, rule: str) -> Law:
        """The rule's article and source. KeyError where the procedure has no such rule."""
        return self.document.laws[rule]

    def threshold(self, name: str, party_kind: str | None = None) -> Decimal | None:
        """A number of the law; None where it is not set, or depends on a party kind that is not given."""
        found = self.document.thresholds.get(name)
        return None if found is None else found.for_party(party_kind)

    def state(self, facts: CaseFacts) -> str:
        """The state of a case; empty before its first step."""
        return judgement.state_of(self.document, facts.steps)

    def value(self, fact: StepFact, name: str) -> Any:
        """What a step says of a detail; None where it says nothing, or nothing of the detail's type."""
        step = self.steps.get(fact.step)
        return None if step is None else value_of(step.details, fact.details, name)

    def milestone_of(self, step: str) -> str | None:
        """The milestone a step reaches."""
        found = self.steps.get(step)
        return None if found is None else found.milestone

    def edges(self) -> Edges:
        """Which milestone may follow which."""
        return self._edges

    def edge_bits(self) -> int:
        """The same as `CaseRegistry` keeps it."""
        return edge_bits(self._edges)

    def judge(self, facts: CaseFacts, attempt: Attempt, term_end: TermEnd) -> Judgement:
        """Whether the step is lawful now, with every reason against it."""
        return judgement.judge(self.document, facts, attempt, term_end)

    def options(
        self, facts: CaseFacts, roles: frozenset[str], term_end: TermEnd, now: datetime
    ) -> list[Option]:
        """The steps the state and one of the roles allow, with what still stands in their way."""
        return judgement.options(self.document, facts, roles, term_end, now)

    def holds_from(self, fact: StepFact, earlier: tuple[StepFact, ...], clock: Clock, term: TermEnd) -> Truth:
        """Whether a clock's `if` holds, seen from the step that would start it."""
        if clock.condition is None:
            return True
        return evaluate(View(self.document, fact, earlier, term), clock.condition)
