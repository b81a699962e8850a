"""What a condition looks at: a step, the steps before it, and the rules they are under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .calendar import Calendars
from .conditions import names_of
from .document import Procedure
from .facts import HIDDEN, CaseFacts, Hidden, StepFact
from .truth import REDACTED, TRUE, Truth, known, unknown


@dataclass(frozen=True, slots=True)
class Scene:
    """A step (`this`) and the steps `before` it, under a procedure and the published calendars."""

    procedure: Procedure
    calendars: Calendars
    before: Sequence[StepFact]
    this: StepFact
    case: CaseFacts
    # Named conditions may hold one another twice each: a short document must not cost 2^n evaluations.
    held: dict[str, Truth] = field(default_factory=dict, repr=False)

    def last(self, steps: Sequence[str]) -> StepFact | Hidden | None:
        """The last of such steps before; HIDDEN where a later one, whose name is not shown, may be it."""
        for fact in reversed(self.before):
            if isinstance(fact.step, Hidden):
                return HIDDEN
            if fact.step in steps:
                return fact
        return None

    def detail(self, name: str, of: Any) -> Any:
        """A detail's value, None where there is none, HIDDEN where it is not shown."""
        return self.detail_of(self.this if of is None else self.last(names_of(of)), name)

    def detail_of(self, fact: StepFact | Hidden | None, name: str) -> Any:
        """The same of a step that may not be there or not be shown."""
        if fact is None or isinstance(fact, Hidden):
            return fact
        if isinstance(fact.details, Hidden):
            return HIDDEN
        step = None if isinstance(fact.step, Hidden) else self.procedure.steps.get(fact.step)
        rule = None if step is None else step.details.get(name)
        value = fact.details.get(name)
        # What is not of its type is no value; what the step does not declare is none either.
        return value if rule is not None and rule.has_type(value) else None

    def party_kind(self) -> Any:
        """The last detail `party_kind`, this step's own included."""
        for fact in (self.this, *reversed(self.before)):
            kind = self.detail_of(fact, "party_kind")
            if isinstance(kind, Hidden) or kind in ("citizen", "organisation"):
                return kind
        return None


def is_one_of(value: str | Hidden | None, allowed: Sequence[str] | None) -> Truth:
    """Whether a value is among those allowed (None: any is)."""
    if allowed is None:
        return TRUE
    return unknown(REDACTED) if isinstance(value, Hidden) else known(value in allowed)
