"""Whether a step is lawful: state, role, order, requirements, fields. Pure; every reason is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from gridwitness.rules.conditions import View, required
from gridwitness.rules.detail_values import is_value
from gridwitness.rules.document import Document, Step
from gridwitness.rules.facts import Attempt, CaseFacts, Judgement, Option, Refusal, StepFact, TermEnd

ORDER_RULE = "APL-47"
"""全过程记录: what is recorded stays in the order in which it took place."""

UNOPENED = ""
"""The state of a case that has no step."""


def state_of(document: Document, steps: tuple[StepFact, ...]) -> str:
    """The state that lawful steps have led to."""
    state = UNOPENED
    for fact in steps:
        if fact.step in document.steps:
            state = document.steps[fact.step].state_after(state, fact.outcome)
    return state


def judge(document: Document, facts: CaseFacts, attempt: Attempt, term_end: TermEnd) -> Judgement:
    """Every reason against the step, in the order state, role, order, requirements, fields."""
    state = state_of(document, facts.steps)
    step = document.steps.get(attempt.fact.step)
    if step is None:
        return Judgement(False, state, (_unknown_step(document, attempt.fact.step),))
    refusals = (
        *_state_refusals(document, step, state),
        *_role_refusals(document, step, attempt.roles),
        *_order_refusals(document, facts, attempt.fact),
        *_requirement_refusals(document, step, facts, attempt.fact, term_end),
        *_field_refusals(document, step, attempt),
    )
    after = state if refusals else step.state_after(state, attempt.fact.outcome)
    return Judgement(not refusals, after, refusals)


def options(
    document: Document, facts: CaseFacts, roles: frozenset[str], term_end: TermEnd, now: datetime
) -> list[Option]:
    """The steps the state and a role allow, with the requirements that stand in the way at `now`.

    Only those count that do not depend on what the step itself would say.
    """
    state = state_of(document, facts.steps)
    found = []
    for step in document.steps.values():
        if _starts_from(step, state) and step.roles & roles:
            draft = StepFact(step.step, now, None, {}, (), None, len(facts.steps), "")
            found.append(
                Option(step.step, step.zh, step.en, tuple(_standing(document, step, facts, draft, term_end)))
            )
    return found


def _starts_from(step: Step, state: str) -> bool:
    return state in step.origins if step.origins else state == UNOPENED


def _state_refusals(document: Document, step: Step, state: str) -> Iterator[Refusal]:
    if not _starts_from(step, state):
        where = state or "none"
        yield _refusal(
            document, "state", step.rule, f"现阶段（{where}）不能进行“{step.zh}”", f"not in the state {where}"
        )


def _role_refusals(document: Document, step: Step, roles: frozenset[str]) -> Iterator[Refusal]:
    if not step.roles & roles:
        wanted = ", ".join(sorted(step.roles))
        yield _refusal(
            document, "role", step.rule, f"“{step.zh}”由 {wanted} 签署", f"signed by {wanted} only"
        )


def _order_refusals(document: Document, facts: CaseFacts, fact: StepFact) -> Iterator[Refusal]:
    if facts.steps and fact.occurred_at < facts.steps[-1].occurred_at:
        yield _refusal(
            document, "requirement", ORDER_RULE, "发生时间早于前一步骤", "dated before the step before it"
        )


def _requirement_refusals(
    document: Document, step: Step, facts: CaseFacts, fact: StepFact, term_end: TermEnd
) -> Iterator[Refusal]:
    view = View(document, fact, facts.steps, term_end, facts.device_reviews, facts.qualified)
    for requirement in step.requires:
        held = required(view, requirement.condition, requirement.that)
        if held is None:
            zh, en = f"无法确认：{requirement.zh}", f"can not be told: {requirement.en}"
            yield _refusal(document, "unknown", requirement.rule, zh, en)
        elif not held:
            yield _refusal(document, "requirement", requirement.rule, requirement.zh, requirement.en)


def _standing(
    document: Document, step: Step, facts: CaseFacts, draft: StepFact, term_end: TermEnd
) -> Iterator[Refusal]:
    """Requirements that fail whatever the step will say: the same for every outcome, with no own detail."""
    outcomes = step.outcomes or (None,)
    per_outcome = []
    for outcome in outcomes:
        view = View(document, replace(draft, outcome=outcome), facts.steps, term_end)
        per_outcome.append(
            {i for i, r in enumerate(step.requires) if required(view, r.condition, r.that) is False}
        )
    for i in sorted(set.intersection(*per_outcome)):
        requirement = step.requires[i]
        if not (_says_itself(document, requirement.condition) or _says_itself(document, requirement.that)):
            yield _refusal(document, "requirement", requirement.rule, requirement.zh, requirement.en)


def _says_itself(document: Document, part: Any) -> bool:
    """Whether a condition looks at what this step itself says: details, officers, signer, device."""
    if isinstance(part, list | tuple):
        return any(_says_itself(document, item) for item in part)
    if not isinstance(part, dict):
        return False
    if "holds" in part:
        return _says_itself(document, document.conditions[part["holds"]])
    own = {"officers", "signer-in", "officer-in", "qualified", "device-reviewed", "sum"} & part.keys()
    detail = ("detail" in part or "given" in part) and "of" not in part
    return bool(own) or detail or any(_says_itself(document, value) for value in part.values())


def _field_refusals(document: Document, step: Step, attempt: Attempt) -> Iterator[Refusal]:
    """The first wrong field of each sort."""
    for zh, en in _wrong_fields(step, attempt):
        yield _refusal(document, "fields", step.rule, zh, en)


def _wrong_fields(step: Step, attempt: Attempt) -> Iterator[tuple[str, str]]:
    fact = attempt.fact
    if step.outcomes and fact.outcome not in step.outcomes:
        yield "没有这个结果", f"the outcome is one of {', '.join(step.outcomes)}"
    if not step.outcomes and fact.outcome is not None:
        yield "这一步骤没有结果", "the step has no outcome"
    for name in sorted(fact.details.keys() - step.details.keys()):
        yield f"没有“{name}”这一项", f"the step has no detail {name}"
    for detail in step.details.values():
        if detail.name not in fact.details:
            if detail.required:
                yield f"缺少“{detail.zh}”", f"the detail {detail.name} is missing"
        elif not is_value(detail, fact.details[detail.name]):
            yield (
                f"“{detail.zh}”填写有误",
                f"the detail {detail.name} is no {detail.type}, or not a value of it",
            )
    if attempt.has_party and step.party is None:
        yield "这一步骤不填当事人", "the step has no party"
    if not attempt.has_party and step.party == "required":
        yield "缺少当事人", "the party is missing"
    if step.place and not attempt.has_place:
        yield "缺少地点", "the place is missing"
    if step.facts and not attempt.has_facts:
        yield "缺少事实", "the facts are missing"
    if attempt.files < step.files:
        yield f"至少附 {step.files} 个文件", f"at least {step.files} file"


def _unknown_step(document: Document, name: str) -> Refusal:
    return _refusal(
        document, "fields", ORDER_RULE, f"没有“{name}”这一步骤", f"the procedure has no step {name!r}"
    )


def _refusal(document: Document, kind: Any, rule: str, zh: str, en: str) -> Refusal:
    law = document.laws.get(rule)
    return Refusal(kind, rule, rule if law is None else law.article, zh, en)
