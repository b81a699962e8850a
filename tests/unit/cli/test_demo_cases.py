"""The demo's cases are lawful by the bundled procedures; what must be refused is, for its reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from gridwitness.calendars import Calendars, bundled_calendars, read_clocks
from gridwitness.rules import LOCAL, Attempt, CaseFacts, DeviceReview, Procedure, StepFact, bundled
from gridwitness_cli.demo.anomalies import CHECKPOINT, SEEN_AT
from gridwitness_cli.demo.casebook import Case, Step
from gridwitness_cli.demo.cast import BEGINNING, PEOPLE
from gridwitness_cli.demo.general_decision import GENERAL_CASE, OPEN_CASE
from gridwitness_cli.demo.summary_case import SUMMARY_CASE

QUALIFIED = frozenset(role.username for role in PEOPLE if role.card is not None)
CALENDARS = Calendars.of(bundled_calendars())


def _at(when: str) -> datetime:
    return datetime.strptime(f"{BEGINNING.year}-{when}", "%Y-%m-%d %H:%M").replace(tzinfo=LOCAL)


NAMED = {
    "captured_at": _at(SEEN_AT).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "anomaly": "0" * 32,
    "surcharge": "5400",
}
REVIEWS = tuple(
    DeviceReview(CHECKPOINT, review, "passed", BEGINNING, _at("12-31 00:00"))
    for review in ("legal", "technical")
)


def _fact(step: Step, seq: int) -> StepFact:
    details: dict[str, Any] = {
        name: value.format_map(NAMED) if isinstance(value, str) else value
        for name, value in step.details.items()
    }
    occurred = _at(step.when) if step.dated is None else datetime.fromisoformat(step.dated)
    officers = tuple(officer.username for officer in step.officers)
    signer = step.signer.username
    return StepFact(
        step.step, occurred.astimezone(UTC), step.outcome, details, officers, signer, seq, str(seq)
    )


def _play(case: Case) -> tuple[Procedure, CaseFacts]:
    """Judge every step; gives the facts of those that were taken."""
    document = next(found for found in bundled() if found["procedure"] == case.procedure)
    procedure, taken = Procedure.parse(document), list[StepFact]()
    for step in case.steps:
        fact = _fact(step, len(taken))
        attempt = Attempt(
            fact,
            frozenset(step.signer.roles),
            len(step.files),
            step.party is not None,
            step.place is not None,
            step.facts is not None,
        )
        facts = CaseFacts(tuple(taken), REVIEWS, QUALIFIED)
        judgement = procedure.judge(facts, attempt, CALENDARS.term_end)
        reasons = {refusal.rule for refusal in judgement.refusals}
        if step.unlawful is not None:
            assert step.unlawful.rule in reasons, (step, judgement)
            continue
        assert judgement.allowed, (step, judgement.refusals)
        taken.append(fact)
        milestone = procedure.milestone_of(step.step)
        if milestone is not None:
            assert step.cosigner in step.officers and step.cosigner is not step.signer, step
    return procedure, CaseFacts(tuple(taken), REVIEWS, QUALIFIED)


@pytest.mark.parametrize(
    ("case", "state", "refused"),
    [(SUMMARY_CASE, "archived", 2), (GENERAL_CASE, "archived", 5), (OPEN_CASE, "inquiry", 0)],
    ids=lambda value: value.key if isinstance(value, Case) else str(value),
)
def test_every_step_is_lawful_or_refused_for_its_reason(case: Case, state: str, refused: int) -> None:
    procedure, facts = _play(case)
    assert procedure.state(facts) == state
    assert sum(step.unlawful is not None for step in case.steps) == refused


def test_only_the_party_was_late_and_holidays_moved_the_terms() -> None:
    procedure, facts = _play(GENERAL_CASE)
    read = {
        clock.clock: clock for clock in read_clocks(procedure, facts, CALENDARS, _at("05-21 09:00").date())
    }
    assert [name for name, clock in read.items() if clock.state == "late"] == ["payment"]
    # 15 days end on Saturday 9 May, which is worked for Labour Day; 7 working days leave out 1-5 May.
    assert read["payment"].due_on == _at("05-09 00:00").date()
    assert read["publication"].due_on == _at("05-07 00:00").date()
