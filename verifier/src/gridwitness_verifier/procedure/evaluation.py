"""Evaluating conditions over what a case discloses (docs/format.md section 15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

from ..errors import VerificationError
from ..field_types import is_of_type
from .calendar import Calendars
from .conditions import names_of
from .document import Procedure
from .facts import HIDDEN, CaseFacts, DeviceReview, Hidden, StepFact, parse_moment
from .truth import (
    CALENDAR,
    FALSE,
    HOLDER,
    QUALIFICATION,
    REDACTED,
    TRUE,
    Truth,
    every,
    known,
    some,
    unknown,
)

_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}
_REDACTED = unknown(REDACTED)


@dataclass(frozen=True, slots=True)
class Scene:
    """A step (`this`) and the steps `before` it, under a procedure and the published calendars."""

    procedure: Procedure
    calendars: Calendars
    before: Sequence[StepFact]
    this: StepFact
    case: CaseFacts

    def holds(self, condition: Mapping[str, Any]) -> Truth:
        """Whether a condition (checked by `check_condition`) holds."""
        for name, evaluate in _OPERATORS.items():
            if name in condition:
                return evaluate(self, condition)
        raise VerificationError("procedure-form", "a condition without an operator")

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
        return HIDDEN if isinstance(fact.details, Hidden) else fact.details.get(name)

    def party_kind(self) -> Any:
        """The last detail `party_kind`, this step's own included."""
        for fact in (self.this, *reversed(self.before)):
            if isinstance(fact.details, Hidden):
                return HIDDEN
            if fact.details.get("party_kind") is not None:
                return fact.details["party_kind"]
        return None


def _all(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return every(scene.holds(part) for part in condition["all"])


def _any(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return some(scene.holds(part) for part in condition["any"])


def _not(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return scene.holds(condition["not"]).negated()


def _done(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    steps, outcomes = names_of(condition["done"]), condition.get("outcome")
    after = names_of(condition.get("after", []))
    surely_after = max((at for at, fact in enumerate(scene.before) if fact.step in after), default=-1)
    maybe_after = max(
        (at for at, fact in enumerate(scene.before) if after and fact.step in (*after, HIDDEN)), default=-1
    )
    best = FALSE
    for at, fact in enumerate(scene.before):
        found = every((_is_one_of(fact.step, steps), _is_one_of(fact.outcome, outcomes)))
        if at <= surely_after or found.is_false:
            continue
        # A hidden step between may be one of `after`; a hidden step itself can be both nothing and this.
        best = some((best, found if at > maybe_after else _REDACTED))
    return best


def _is_one_of(value: str | Hidden | None, allowed: Sequence[str] | None) -> Truth:
    if allowed is None:
        return TRUE
    return _REDACTED if isinstance(value, Hidden) else known(value in allowed)


def _outcome(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return _is_one_of(scene.this.outcome, condition["outcome"])


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
            value = _decimal(fact.details.get(name))
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
    return scene.holds(scene.procedure.conditions[condition["holds"]])


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return [] if value is None or isinstance(value, dict) else [str(value)]


def _officers(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    officers = scene.this.officers
    return _REDACTED if isinstance(officers, Hidden) else known(len(set(officers)) >= condition["officers"])


def _signer_in(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return _took_part(scene, condition["signer-in"], [scene.this.signer], scene.this.key)


def _officer_in(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    this = scene.this
    officers = [None] if isinstance(this.officers, Hidden) else [*this.officers]
    return _took_part(scene, condition["officer-in"], officers, None if this.signer else this.key)


def _took_part(scene: Scene, steps: Any, persons: Sequence[str | None], key: str | None) -> Truth:
    """Whether any of `persons` (None: not known who), or the holder of `key`, took part in those steps.

    Who holds a key is known only where its offer is shown; the same key is the same person.
    """
    answers: list[Truth] = []
    for fact in scene.before:
        its = _is_one_of(fact.step, names_of(steps))
        if its.is_false:
            continue
        answers.append(every((its, some(_shared(fact, persons, key)))))
    return some(answers)


def _shared(fact: StepFact, persons: Sequence[str | None], key: str | None) -> list[Truth]:
    if key and fact.key == key:
        return [TRUE]
    theirs: set[str | None] = {fact.signer}
    if not isinstance(fact.officers, Hidden):
        theirs |= set(fact.officers)
    answers = [known(person in theirs) for person in persons if person is not None]
    if None in persons or (fact.signer is None and fact.key):
        answers.append(unknown(HOLDER))
    if isinstance(fact.officers, Hidden):
        answers.append(_REDACTED)
    return answers


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


def _qualified(scene: Scene, _: Mapping[str, Any]) -> Truth:
    qualified, officers = scene.case.qualified, scene.this.officers
    if qualified is None:
        return unknown(QUALIFICATION)
    return _REDACTED if isinstance(officers, Hidden) else known(set(officers) <= qualified)


def _device_reviewed(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    steps = names_of(condition["device-reviewed"])
    last = scene.this if scene.this.step in steps else scene.last(steps)
    device, captured = scene.detail_of(last, "device"), scene.detail_of(last, "captured_at")
    if isinstance(device, Hidden) or isinstance(captured, Hidden):
        return _REDACTED
    if not isinstance(device, str) or not is_of_type("time", captured):
        return FALSE
    moment = parse_moment(captured)
    return every(
        some(_covers(review, device, kind, moment) for review in scene.case.device_reviews)
        for kind in ("legal", "technical")
    )


def _covers(review: DeviceReview, device: str, kind: str, moment: datetime) -> Truth:
    pairs = ((review.device, device), (review.review, kind), (review.outcome, "passed"))
    answers = [_REDACTED if shown is None else known(shown == wanted) for shown, wanted in pairs]
    if review.valid_from is None or review.valid_to is None:
        return every([*answers, _REDACTED])
    return every([*answers, known(review.valid_from <= moment <= review.valid_to)])


# `done` before `outcome`, which is its operand there.
_OPERATORS: dict[str, Callable[[Scene, Mapping[str, Any]], Truth]] = {
    "all": _all, "any": _any, "not": _not, "done": _done, "outcome": _outcome, "compare": _compare,
    "detail": _detail, "officers": _officers, "signer-in": _signer_in, "officer-in": _officer_in,
    "passed": _passed, "within": _within, "qualified": _qualified, "device-reviewed": _device_reviewed,
    "given": _given, "holds": _holds, "subset": _subset,
}  # fmt: skip
