"""A case built step by step in memory, for tests of procedures and clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from gridwitness.calendars import Calendars, bundled_calendars
from gridwitness.rules import (
    LOCAL,
    Attempt,
    CaseFacts,
    DeviceReview,
    Judgement,
    Procedure,
    StepFact,
    bundled,
)

OFFICERS = ("wang", "li")
HEAD, REVIEWER, CHAIR, AUDITOR = "head", "reviewer", "chair", "auditor"
"""Accounts that sign for their role; officers are `wang` and `li`."""
SIGNERS = {
    "officer": OFFICERS[0],
    "agency_head": HEAD,
    "legal_reviewer": REVIEWER,
    "hearing_chair": CHAIR,
    "auditor": AUDITOR,
}


@cache
def procedure(name: str, jurisdiction: str = "national") -> Procedure:
    """A bundled procedure."""
    found = [document for document in bundled(jurisdiction) if document["procedure"] == name]
    return Procedure.parse(found[0])


@cache
def real_calendars() -> Calendars:
    """The calendars that come with the release."""
    return Calendars.of(bundled_calendars())


def noon(day: str | date) -> datetime:
    """Noon of a local day."""
    chosen = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(chosen.year, chosen.month, chosen.day, 12, tzinfo=LOCAL).astimezone(UTC)


def valid_details(law: Procedure, step: str, **given: Any) -> dict[str, Any]:
    """The required details of a step, each with some value of its type; `given` wins."""
    samples = {"decimal": "1", "integer": 1, "text": "x", "time": "2026-03-02T04:00:00Z", "boolean": True}
    found: dict[str, Any] = {}
    for detail in law.steps[step].details.values():
        if detail.required:
            first = detail.values[0] if detail.values else "x"
            found[detail.name] = [first] if detail.type == "texts" else samples[detail.type]
            if detail.type == "text":
                found[detail.name] = first
    return {**found, **given}


@dataclass
class CaseStory:
    """Steps of one case; `take` judges and keeps them, `force` keeps them unjudged."""

    law: Procedure
    day: date
    steps: list[StepFact] = field(default_factory=list)
    reviews: tuple[DeviceReview, ...] = ()
    qualified: frozenset[str] | None = frozenset(OFFICERS)
    calendars: Calendars = field(default_factory=real_calendars)

    @property
    def facts(self) -> CaseFacts:
        return CaseFacts(tuple(self.steps), self.reviews, self.qualified)

    @property
    def state(self) -> str:
        return self.law.state(self.facts)

    def fact(self, step: str, outcome: str | None = None, *, role: str = "officer", **given: Any) -> StepFact:
        """The step as the signer of a role would record it today; `signer`, `officers`, details by name."""
        signer = given.pop("signer", SIGNERS.get(role, role))
        officers = given.pop("officers", OFFICERS)
        minutes = timedelta(minutes=len(self.steps))
        details = {name: value for name, value in given.items() if value is not None}
        return StepFact(
            step,
            noon(self.day) + minutes,
            outcome,
            details,
            officers,
            signer,
            len(self.steps),
            str(len(self.steps)),
        )

    def judge(self, fact: StepFact, role: str, **present: Any) -> Judgement:
        """Judge with all personal fields filled that the step wants; `present` overrides."""
        declared = self.law.steps.get(fact.step)
        filled = {
            "files": declared.files if declared else 0,
            "has_party": declared is not None and declared.party == "required",
            "has_place": True,
            "has_facts": True,
            **present,
        }
        return self.law.judge(self.facts, Attempt(fact, frozenset({role}), **filled), self.calendars.term_end)

    def try_step(
        self, step: str, outcome: str | None = None, *, role: str | None = None, after: int = 0, **given: Any
    ) -> Judgement:
        """Judge a step `after` days from now with valid details; keep it where it is allowed."""
        self.day += timedelta(days=after)
        role = role or sorted(self.law.steps[step].roles)[-1]
        people = {name: given.pop(name) for name in ("signer", "officers") if name in given}
        details = valid_details(self.law, step, **given)
        fact = self.fact(step, outcome, role=role, **people, **details)
        judged = self.judge(fact, role)
        if judged.allowed:
            self.steps.append(fact)
        return judged

    def take(self, step: str, outcome: str | None = None, **given: Any) -> CaseStory:
        """As `try_step`; it has to be allowed."""
        judged = self.try_step(step, outcome, **given)
        assert judged.allowed, (step, self.state, judged.refusals)
        return self

    def force(self, step: str, outcome: str | None = None, *, after: int = 0, **given: Any) -> CaseStory:
        """Keep a step without judging it."""
        self.day += timedelta(days=after)
        self.steps.append(self.fact(step, outcome, **given))
        return self


def rules_of(judged: Judgement, *kinds: str) -> set[str]:
    """Rules of the refusals of these kinds (of all, without any)."""
    return {refusal.rule for refusal in judged.refusals if not kinds or refusal.kind in kinds}
