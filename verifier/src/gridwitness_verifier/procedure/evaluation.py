"""Evaluating conditions over what a case discloses (docs/format.md section 15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

from ..errors import VerificationError
from ..field_types import is_of_type
from .conditions import names_of
from .facts import HIDDEN, Hidden
from .persons import device_reviewed, officer_in, qualified, signer_in
from .scene import Scene, is_one_of
from .truth import (
    CALENDAR,
    FALSE,
    REDACTED,
    Truth,
    every,
    known,
    some,
    unknown,
)

_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}
_REDACTED = unknown(REDACTED)


def holds(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    """Whether a condition (checked by `check_condition`) holds in a scene."""
    for name, evaluate in _OPERATORS.items():
        if name in condition:
            return evaluate(scene, condition)
    raise VerificationError("procedure-form", "a condition without an operator")


def _all(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return every(holds(scene, part) for part in condition["all"])


def _any(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return some(holds(scene, part) for part in condition["any"])


def _not(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return holds(scene, condition["not"]).negated()


def _done(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    steps, outcomes = names_of(condition["done"]), condition.get("outcome")
    after = names_of(condition.get("after", []))
    surely_after = max((at for at, fact in enumerate(scene.before) if fact.step in after), default=-1)
    maybe_after = max(
        (at for at, fact in enumerate(scene.before) if after and fact.step in (*after, HIDDEN)), default=-1
    )
    best = FALSE
    for at, fact in enumerate(scene.before):
        found = every((is_one_of(fact.step, steps), is_one_of(fact.outcome, outcomes)))
        if at <= surely_after or found.is_false:
            continue
        # A hidden step between may be one of `after`; a hidden step itself can be both nothing and this.
        best = some((best, found if at > maybe_after else _REDACTED))
    return best


def _outcome(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return is_one_of(scene.this.outcome, condition["outcome"])


def _compare(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    left, comparison, right = condition["compare"]
    first, second = _operand(scene, left), _operand(scene, right)
    if first is None or second is None:
        return FALSE
    if isinstance(first, Hidden) or isinstance(second, Hidden):
        return _REDACTED
    return known(_COMPARE[comparison](first, second))


def _operand(scene: Scene, operand: Any) -> Decimal | Hidden | None:
    if isinstance(operand, str):
        return Decimal(operand)
    if "threshold" in operand:
        return _threshold(scene, operand["threshold"])
    if "sum" in operand:
        return _sum(scene, operand["sum"], names_of(operand["of"]))
    return _decimal(scene.detail(operand["detail"], operand.get("of")))


def _threshold(scene: Scene, name: str) -> Decimal | Hidden | None:
    threshold = scene.procedure.thresholds[name]
    if threshold.value is not None:
        return Decimal(threshold.value)
    kind = scene.party_kind()
    if isinstance(kind, Hidden):
        return HIDDEN
    return _decimal({"citizen": threshold.citizen, "organisation": threshold.organisation}.get(str(kind)))


def _sum(scene: Scene, name: str, steps: Sequence[str]) -> Decimal | Hidden:
    total = Decimal(0)
    for fact in (*scene.before, scene.this):
        if isinstance(fact.step, Hidden) or (fact.step in steps and isinstance(fact.details, Hidden)):
            return HIDDEN
        if fact.step in steps and not isinstance(fact.details, Hidden):
            value = _decimal(scene.detail_of(fact, name))
            total += value if isinstance(value, Decimal) else 0
    return total


def _decimal(value: Any) -> Decimal | Hidden | None:
    if isinstance(value, Hidden):
        return HIDDEN
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return Decimal(value) if is_of_type("decimal", value) else None


def _detail(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    value = scene.detail(condition["detail"], condition.get("of"))
    if isinstance(value, Hidden):
        return _REDACTED
    return known(any(text in condition["is"] for text in _texts(value)))


def _given(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    value = scene.detail(condition["given"], condition.get("of"))
    return _REDACTED if isinstance(value, Hidden) else known(value is not None)


def _subset(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    first, second = (scene.detail(part["detail"], part.get("of")) for part in condition["subset"])
    if isinstance(first, Hidden) or isinstance(second, Hidden):
        return _REDACTED
    return known(set(_texts(first)) <= set(_texts(second)))


def _holds(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    name = condition["holds"]
    if name not in scene.held:
        scene.held[name] = holds(scene, scene.procedure.conditions[name])
    return scene.held[name]


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return [] if value is None or isinstance(value, dict) else [str(value)]


def _officers(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    officers = scene.this.officers
    return _REDACTED if isinstance(officers, Hidden) else known(len(set(officers)) >= condition["officers"])


def _passed(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return _term(scene, condition["passed"], condition, after=True)


def _within(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return _term(scene, condition["within"], condition, after=False)


def _term(scene: Scene, step: Any, condition: Mapping[str, Any], *, after: bool) -> Truth:
    began = scene.last(names_of(step))
    if began is None:
        return FALSE
    if isinstance(began, Hidden) or isinstance(began.day, Hidden) or isinstance(scene.this.day, Hidden):
        return _REDACTED
    # No term of n days ends before the n-th day, so no calendar is asked for then.
    if (scene.this.day - began.day).days <= condition["days"]:
        return known(not after)
    try:
        end = scene.calendars.term_end(began.day, condition["days"], condition["kind"])
    except VerificationError:
        return unknown(CALENDAR)
    return known((end is not None and scene.this.day > end) is after)


# `done` before `outcome`, which is its operand there.
_OPERATORS: dict[str, Callable[[Scene, Mapping[str, Any]], Truth]] = {
    "all": _all, "any": _any, "not": _not, "done": _done, "outcome": _outcome, "compare": _compare,
    "detail": _detail, "officers": _officers, "signer-in": signer_in, "officer-in": officer_in,
    "passed": _passed, "within": _within, "qualified": qualified, "device-reviewed": device_reviewed,
    "given": _given, "holds": _holds, "subset": _subset,
}  # fmt: skip
