"""Every step × every state × every role: allowed exactly where the document's own table says so.

The oracle reads the JSON anew: `from` and `roles` of a step, and nothing of the program under test.
"""

from __future__ import annotations

import copy
from collections import deque
from datetime import date
from functools import cache
from typing import Any

import pytest
from gridwitness.members import ROLES
from gridwitness.rules import Attempt, CaseFacts, Procedure, StepFact, bundled
from support.procedure_case import noon, valid_details

DOCUMENTS = {document["procedure"]: document for document in bundled()}
DAY = date(2026, 3, 2)
EVERY_ROLE = [*ROLES, ""]


def _bare(document: dict[str, Any]) -> dict[str, Any]:
    """The same procedure without requirements: what is left is state, role and form."""
    bare = copy.deepcopy(document)
    for step in bare["steps"]:
        step.pop("requires", None)
    return bare


def _in_table(step: dict[str, Any], state: str) -> bool:
    if step["from"] == []:
        return state == ""
    return state != "" and (step["from"] == "any" or state in step["from"])


@cache
def _ways(name: str) -> dict[str, tuple[tuple[str, str | None], ...]]:
    """State → the shortest way to it, as (step, outcome)s, by the JSON alone."""
    document = DOCUMENTS[name]
    ways: dict[str, tuple[tuple[str, str | None], ...]] = {"": ()}
    waiting = deque([""])
    while waiting:
        state = waiting.popleft()
        for step in document["steps"]:
            if not _in_table(step, state):
                continue
            for outcome in step.get("outcomes", [None]):
                to = step.get("to", state)
                landed = to[outcome] if isinstance(to, dict) else to
                if landed not in ways:
                    ways[landed] = (*ways[state], (step["step"], outcome))
                    waiting.append(landed)
    return ways


def _facts(law: Procedure, name: str, state: str) -> CaseFacts:
    return CaseFacts(
        tuple(
            StepFact(step, noon(DAY), outcome, valid_details(law, step), ("a", "b"), "a", seq, str(seq))
            for seq, (step, outcome) in enumerate(_ways(name)[state])
        ),
        (),
        frozenset("ab"),
    )


def _attempt(law: Procedure, step: dict[str, Any], role: str, seq: int) -> Attempt:
    outcome = step.get("outcomes", [None])[0]
    fact = StepFact(
        step["step"], noon(DAY), outcome, valid_details(law, step["step"]), ("a", "b"), "a", seq, "x"
    )
    party = step.get("party") == "required"
    return Attempt(fact, frozenset({role}), step.get("files", 0), party, True, True)


def _never(*_: Any) -> date:
    raise AssertionError("no term is asked for")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_ways_lead_to_every_state(name: str) -> None:
    assert _ways(name).keys() == {"", *DOCUMENTS[name]["states"]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_step_is_allowed_exactly_where_the_table_says(name: str) -> None:
    document = DOCUMENTS[name]
    law = Procedure.parse(_bare(document))
    wrong, tried = [], 0
    for state in _ways(name):
        facts = _facts(law, name, state)
        for step in document["steps"]:
            for role in EVERY_ROLE:
                attempt = _attempt(law, step, role, len(facts.steps))
                wanted = _in_table(step, state) and role in step["roles"]
                found = law.judge(facts, attempt, _never)
                tried += 1
                if found.allowed is not wanted:
                    wrong.append((step["step"], state, role, found.refusals))
    assert wrong == []
    assert tried == len(document["steps"]) * (len(document["states"]) + 1) * len(EVERY_ROLE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_refusal_names_state_or_role_and_the_steps_article(name: str) -> None:
    document = DOCUMENTS[name]
    law = Procedure.parse(document)
    for state in _ways(name):
        facts = _facts(law, name, state)
        for step in document["steps"]:
            article = document["rules"][step["rule"]]["article"]
            for role in EVERY_ROLE:
                attempt = _attempt(law, step, role, len(facts.steps))
                found = law.judge(facts, attempt, lambda first, _days, _kind: first)
                kinds = {refusal.kind for refusal in found.refusals}
                assert ("state" in kinds) is not _in_table(step, state), (step["step"], state)
                assert ("role" in kinds) is (role not in step["roles"]), (step["step"], role)
                assert "fields" not in kinds, (step["step"], found.refusals)
                named = {refusal.article for refusal in found.refusals if refusal.kind in {"state", "role"}}
                assert named <= {article}
                if found.refusals:
                    assert not found.allowed and found.state_after == state


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_options_of_a_state_and_role_are_the_tables(name: str) -> None:
    document, law = DOCUMENTS[name], Procedure.parse(DOCUMENTS[name])
    for state in _ways(name):
        for role in EVERY_ROLE:
            options = law.options(
                _facts(law, name, state), frozenset({role}), lambda first, _days, _kind: first, noon(DAY)
            )
            assert [option.step for option in options] == [
                step["step"] for step in document["steps"] if _in_table(step, state) and role in step["roles"]
            ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_known_roles_sign(name: str) -> None:
    for step in DOCUMENTS[name]["steps"]:
        assert set(step["roles"]) <= ROLES.keys(), step["step"]
