"""What is suggested for an event: which unit, by what, and why; whether that may be done unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridwitness.dispatch.rules_document import DispatchRule
from gridwitness.grids import Duty

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`unit` None: nobody is found, a person decides. `basis`: `rule`, `model` or `manual`.

    `because`: {"zh", "en"}. `automatic`: a rule, the list or the model above its gate says so, and nothing
    speaks against doing it unseen. `rule`: `<matter>@<version>` of the list. `amount` of `measure`: time
    limit, None where neither list nor history knows. `ranking`: units with the model's confidence, likeliest
    first. `words`: of the text, that spoke for the unit: a citizen's, so they are shown and never recorded.
    """

    unit: str | None
    basis: str
    because: Mapping[str, str]
    automatic: bool = False
    helpers: tuple[str, ...] = ()
    mode: str | None = None
    confidence: float | None = None
    model: str | None = None
    rule: str | None = None
    amount: int | None = None
    measure: str | None = None
    closing: Mapping[str, str] | None = None
    law: Sequence[str] = ()
    words: tuple[str, ...] = ()
    ranking: tuple[tuple[str, float], ...] = field(default=())

    def details(self) -> dict[str, Any]:
        """Of the step `dispatch` that follows it (docs/format.md section 24)."""
        reason = f"{self.because['zh']} {self.because['en']}"
        found = {
            "unit": self.unit,
            "helpers": list(self.helpers) or None,
            "mode": self.mode,
            "basis": self.basis,
            "because": reason[:_LONGEST_REASON],
            "list": self.rule,
            "confidence": None if self.confidence is None else int(self.confidence * 100),
            "model": self.model,
        }
        return {name: value for name, value in found.items() if value is not None}


def by_people(zh: str, en: str, **more: Any) -> Suggestion:
    """Left to a person, and why; `more` may name who comes into question."""
    return Suggestion(unit=more.pop("unit", None), basis="manual", because={"zh": zh, "en": en}, **more)


def by_list(duty: Duty, rule: DispatchRule | None) -> Suggestion:
    """As the responsibility list has it; `rule`: that sent us there."""
    said = duty.because if rule is None else _behind(rule, duty.because)
    return Suggestion(
        unit=duty.unit,
        basis="rule",
        because=said,
        automatic=True,
        mode=duty.mode,
        rule=duty.rule,
        amount=duty.amount,
        measure=duty.measure,
        closing=duty.closing,
        law=tuple(duty.law),
    )


def by_rule(rule: DispatchRule, why: Sequence[str], duty: Duty | None) -> Suggestion:
    """As a dispatch rule has it; `duty`: what the list says of the same unit, for its time limit."""
    named = "、".join(why) or "总是 always"
    return Suggestion(
        unit=rule.unit,
        basis="rule",
        because={
            "zh": f"规则 {rule.id}：{rule.zh}（{named}）",
            "en": f"rule {rule.id}: {rule.en} ({', '.join(why) or 'always'})",
        },
        automatic=True,
        helpers=rule.helpers,
        mode=rule.mode,
        rule=None if duty is None else duty.rule,
        amount=None if duty is None else duty.amount,
        measure=None if duty is None else duty.measure,
        closing=None if duty is None else duty.closing,
        law=() if duty is None else tuple(duty.law),
    )


def _behind(rule: DispatchRule, because: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "zh": f"规则 {rule.id}：{rule.zh}；{because['zh']}",
        "en": f"rule {rule.id}: {rule.en}; {because['en']}",
    }
