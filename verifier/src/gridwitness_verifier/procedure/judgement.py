"""Judging every step of a case where it stands: state, form, requirements (docs/format.md section 15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..report.phrase import Phrase
from .calendar import Calendars
from .document import Procedure, Requirement, Step
from .evaluation import holds
from .facts import HIDDEN, CaseFacts, Hidden, StepFact
from .scene import Scene
from .truth import REDACTED, TRUE, Truth, unknown

STATE, FIELDS, REQUIREMENT = "state", "fields", "requirement"
# 行政处罚法 Article 47: the record of the whole procedure.
ORDER_RULE = "APL-47"
_EARLIER = Phrase("dated before the step before it", "日期早于前一步骤")
_REDACTED = unknown(REDACTED)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold at a step, or (`truth` unknown) of which it can not be told."""

    fact: StepFact
    kind: str
    rule: str
    truth: Truth
    detail: Phrase


@dataclass(frozen=True, slots=True)
class Judged:
    """All steps judged: findings that are not true, the rules that held, and the state at the end."""

    findings: tuple[Finding, ...]
    held: tuple[str, ...]
    state: str | Hidden


def judge_case(procedure: Procedure, calendars: Calendars, case: CaseFacts) -> Judged:
    """Every step against all before it. A step that is refused moves the case on all the same."""
    state: str | Hidden = ""
    findings: list[Finding] = []
    held: list[str] = []
    for at, fact in enumerate(case.steps):
        scene = Scene(procedure, calendars, case.steps[:at], fact, case)
        for found in judge_step(scene, state):
            if found.truth.is_true:
                held.append(found.rule)
            else:
                findings.append(found)
        state = next_state(procedure, state, fact)
    return Judged(tuple(findings), tuple(held), state)


def next_state(procedure: Procedure, state: str | Hidden, fact: StepFact) -> str | Hidden:
    """The state after a step; HIDDEN where what is not shown decides."""
    if isinstance(fact.step, Hidden):
        return HIDDEN
    step = procedure.steps.get(fact.step)
    if step is None or not step.to:
        return state
    if isinstance(fact.outcome, Hidden):
        reached = set(step.to.values())
        return reached.pop() if None in step.to and len(reached) == 1 else HIDDEN
    reached_state = step.to.get(fact.outcome) or step.to.get(None)
    return state if reached_state is None else reached_state


def judge_step(scene: Scene, state: str | Hidden) -> Iterator[Finding]:
    """What is demanded of one step, each with whether it holds."""
    fact = scene.this
    if isinstance(fact.step, Hidden):
        detail = Phrase("the step itself is not shown", "未披露办案步骤名称")
        yield Finding(fact, STATE, "", _REDACTED, detail)
        return
    step = scene.procedure.steps.get(fact.step)
    if step is None:
        detail = Phrase(f"the procedure has no step {fact.step!r:.60}", f"程序中没有步骤 {fact.step!r:.60}")
        yield Finding(fact, FIELDS, ORDER_RULE, TRUE.negated(), detail)
        return
    yield Finding(fact, STATE, step.rule, _stands(step, state, scene), _said_state(step, state))
    for truth, detail in _form(step, fact):
        yield Finding(fact, FIELDS, step.rule, truth, detail)
    yield Finding(fact, REQUIREMENT, ORDER_RULE, _follows(scene), _EARLIER)
    for requirement in step.requires:
        truth = _required(scene, requirement)
        detail = Phrase(requirement.en, requirement.zh)
        yield Finding(fact, REQUIREMENT, requirement.rule, truth, detail)


def _stands(step: Step, state: str | Hidden, scene: Scene) -> Truth:
    if step.opens:
        return Truth(not scene.before)
    if isinstance(state, Hidden):
        return _REDACTED
    return Truth(state in step.sources)


def _follows(scene: Scene) -> Truth:
    if not scene.before:
        return TRUE
    before, this = scene.before[-1].occurred_at, scene.this.occurred_at
    if isinstance(before, Hidden) or isinstance(this, Hidden):
        return _REDACTED
    return Truth(before <= this)


def _said_state(step: Step, state: str | Hidden) -> Phrase:
    where = "?" if isinstance(state, Hidden) else state or "(none)"
    return Phrase(f"{step.step} is not allowed in state {where}", f"状态 {where} 下不得进行{step.zh}")


def _required(scene: Scene, requirement: Requirement) -> Truth:
    if requirement.condition is None:
        return holds(scene, requirement.that)
    condition = holds(scene, requirement.condition)
    if condition.is_false:
        return TRUE
    that = holds(scene, requirement.that)
    if that.is_true or condition.is_true:
        return that
    return unknown(*condition.reasons, *that.reasons)


def _form(step: Step, fact: StepFact) -> Iterator[tuple[Truth, Phrase]]:
    yield _outcome(step, fact)
    yield from _details(step, fact)
    if step.party != "optional":
        wanted = step.party == "required"
        detail = ("the party is missing", "缺少当事人") if wanted else ("names a party", "不应载当事人")
        yield _same(fact.has_party, wanted), Phrase(*detail)
    for name, zh, needed, found in (
        ("place", "地点", step.place, fact.has_place),
        ("facts", "事实", step.facts, fact.has_facts),
    ):
        if needed:
            yield _same(found, True), Phrase(f"{name} is missing", f"缺少{zh}")
    if step.files:
        enough = _REDACTED if isinstance(fact.files, Hidden) else Truth(fact.files >= step.files)
        yield enough, Phrase(f"fewer than {step.files} files", f"附件少于 {step.files} 份")


def _same(found: bool | Hidden, wanted: bool) -> Truth:
    return _REDACTED if isinstance(found, Hidden) else Truth(found is wanted)


def _outcome(step: Step, fact: StepFact) -> tuple[Truth, Phrase]:
    detail = Phrase(f"{fact.outcome!r:.60} is no outcome of {step.step}", f"{step.zh}没有该结果")
    if isinstance(fact.outcome, Hidden):
        return _REDACTED, Phrase("the outcome is not shown", "未披露结果")
    if step.outcomes is None:
        return Truth(fact.outcome is None), detail
    return Truth(fact.outcome in step.outcomes), detail


def _details(step: Step, fact: StepFact) -> Iterator[tuple[Truth, Phrase]]:
    if isinstance(fact.details, Hidden):
        if step.details:
            yield _REDACTED, Phrase("the details are not shown", "未披露详情")
        return
    for name in fact.details:
        if name not in step.details:
            yield TRUE.negated(), Phrase(f"no detail {name!r:.60}", f"没有详情项 {name!r:.60}")
    for name, rule in step.details.items():
        value = fact.details.get(name)
        if name not in fact.details:
            missing = Phrase(f"detail {name} is missing", f"缺少详情项 {name}")
            yield Truth(not rule.required), missing
        else:
            yield (
                Truth(rule.allows(value)),
                Phrase(f"detail {name} has not its form", f"{name} 不合规定"),
            )
