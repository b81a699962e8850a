"""What a condition says of a case, in Kleene's logic: True, False, or None where nobody can know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gridwitness.rules.detail_values import value_of
from gridwitness.rules.document import PARTY_KINDS, Condition, Document
from gridwitness.rules.facts import CalendarUnpublished, DeviceReview, StepFact, TermEnd

Truth = bool | None


@dataclass(frozen=True, slots=True)
class View:
    """A case as one step sees it: the step itself, and those before it in order."""

    document: Document
    fact: StepFact
    earlier: tuple[StepFact, ...]
    term_end: TermEnd
    device_reviews: tuple[DeviceReview, ...] = ()
    qualified: frozenset[str] | None = None

    def last(self, steps: Iterable[str]) -> StepFact | None:
        """The last step before this one that is one of `steps`."""
        wanted = set(steps)
        return next((fact for fact in reversed(self.earlier) if fact.step in wanted), None)

    def value(self, fact: StepFact, name: str) -> Any:
        """What a step says of a detail; None where it says nothing, or nothing of the detail's type."""
        step = self.document.steps.get(fact.step)
        return None if step is None else value_of(step.details, fact.details, name)

    @property
    def party_kind(self) -> str | None:
        """The last detail `party_kind`, this step's own included."""
        for fact in (self.fact, *reversed(self.earlier)):
            kind = self.value(fact, "party_kind")
            if kind in PARTY_KINDS:
                return str(kind)
        return None


def evaluate(view: View, condition: Condition) -> Truth:
    """Whether the condition holds."""
    operator = next(name for name in _OPERATORS if name in condition and _is_operator(name, condition))
    return _OPERATORS[operator](view, condition)


def required(view: View, condition: Condition | None, that: Condition) -> Truth:
    """Whether `that` holds wherever `condition` does."""
    asked = True if condition is None else evaluate(view, condition)
    if asked is False:
        return True
    held = evaluate(view, that)
    return held if asked or held else None


def _is_operator(name: str, condition: Condition) -> bool:
    """`outcome` is an operand beside `done`."""
    return name != "outcome" or "done" not in condition


def _every(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    if False in found:
        return False
    return None if None in found else True


def _negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _all(view: View, condition: Condition) -> Truth:
    return _every(evaluate(view, part) for part in condition["all"])


def _any(view: View, condition: Condition) -> Truth:
    return _negated(_every(_negated(evaluate(view, part)) for part in condition["any"]))


def _not(view: View, condition: Condition) -> Truth:
    return _negated(evaluate(view, condition["not"]))


def _holds(view: View, condition: Condition) -> Truth:
    return evaluate(view, view.document.conditions[condition["holds"]])


def _done(view: View, condition: Condition) -> Truth:
    wanted, outcomes = _names(condition["done"]), condition.get("outcome")
    after = view.last(_names(condition.get("after", ())))
    since = 0 if after is None else view.earlier.index(after) + 1
    return any(
        fact.step in wanted and (outcomes is None or fact.outcome in outcomes)
        for fact in view.earlier[since:]
    )


def _outcome(view: View, condition: Condition) -> Truth:
    return view.fact.outcome in condition["outcome"]


def _compare(view: View, condition: Condition) -> Truth:
    left, comparison, right = condition["compare"]
    first, second = _number(view, left), _number(view, right)
    if first is None or second is None:
        return False
    return _COMPARISONS[comparison](first, second)


def _number(view: View, operand: Any) -> Decimal | None:
    if isinstance(operand, str):
        return Decimal(operand)
    if "threshold" in operand:
        return view.document.thresholds[operand["threshold"]].for_party(view.party_kind)
    if "sum" in operand:
        name, step = operand["sum"], operand["of"]
        facts = (fact for fact in (*view.earlier, view.fact) if fact.step == step)
        return sum((_decimal(view.value(fact, name)) or Decimal(0) for fact in facts), Decimal(0))
    return _decimal(_detail(view, operand["detail"], operand.get("of")))


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return Decimal(value)
    return None


def _detail(view: View, name: str, of: str | None) -> Any:
    fact = view.fact if of is None else view.last([of])
    return None if fact is None else view.value(fact, name)


def _texts(value: Any) -> set[str]:
    """A detail as texts: booleans as `true`, `false`; none where it is absent."""
    if value is None:
        return set()
    if isinstance(value, bool):
        return {str(value).lower()}
    return set(value) if isinstance(value, list | tuple) else {str(value)}


def _detail_is(view: View, condition: Condition) -> Truth:
    found = _texts(_detail(view, condition["detail"], condition.get("of")))
    return not found.isdisjoint(condition["is"])


def _given(view: View, condition: Condition) -> Truth:
    return _detail(view, condition["given"], condition.get("of")) is not None


def _subset(view: View, condition: Condition) -> Truth:
    first, second = (_texts(_detail(view, part["detail"], part.get("of"))) for part in condition["subset"])
    return first <= second


def _officers(view: View, condition: Condition) -> Truth:
    return len(set(view.fact.officers)) >= condition["officers"]


def _people(view: View, steps: Any) -> set[str]:
    found: set[str] = set()
    for fact in view.earlier:
        if fact.step in _names(steps):
            found.update(fact.officers, () if fact.signer is None else (fact.signer,))
    return found


def _signer_in(view: View, condition: Condition) -> Truth:
    return view.fact.signer in _people(view, condition["signer-in"])


def _officer_in(view: View, condition: Condition) -> Truth:
    return not _people(view, condition["officer-in"]).isdisjoint(view.fact.officers)


def _passed(view: View, condition: Condition) -> Truth:
    return _after_term(view, condition, condition["passed"])


def _within(view: View, condition: Condition) -> Truth:
    if view.last([condition["within"]]) is None:
        return False
    return _negated(_after_term(view, condition, condition["within"]))


def _after_term(view: View, condition: Condition, step: str) -> Truth:
    """Whether this step's day is after the term; a day before it began needs no calendar."""
    begun = view.last([step])
    if begun is None:
        return False
    # No term of n days ends before the n-th calendar day, so no calendar is asked for then.
    if (view.fact.day - begun.day).days <= condition["days"]:
        return False
    try:
        return view.fact.day > view.term_end(begun.day, condition["days"], condition["kind"])
    except CalendarUnpublished:
        return None


def _qualified(view: View, _condition: Condition) -> Truth:
    return None if view.qualified is None else view.qualified.issuperset(view.fact.officers)


def _device_reviewed(view: View, condition: Condition) -> Truth:
    step = condition["device-reviewed"]
    fact = view.fact if view.fact.step == step else view.last([step])
    if fact is None:
        return False
    device, moment = view.value(fact, "device"), view.value(fact, "captured_at")
    if device is None or moment is None:
        return False
    captured = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    passed = {
        review.review
        for review in view.device_reviews
        if review.device == device
        and review.outcome == "passed"
        and review.valid_from <= captured <= review.valid_to
    }
    return {"legal", "technical"} <= passed


def _names(steps: Any) -> tuple[str, ...]:
    return (steps,) if isinstance(steps, str) else tuple(steps)


_COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda first, second: first < second,
    "<=": lambda first, second: first <= second,
    "=": lambda first, second: first == second,
    ">=": lambda first, second: first >= second,
    ">": lambda first, second: first > second,
}
_OPERATORS: Mapping[str, Callable[[View, Condition], Truth]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "holds": _holds,
    "done": _done,
    "outcome": _outcome,
    "compare": _compare,
    "detail": _detail_is,
    "given": _given,
    "subset": _subset,
    "officers": _officers,
    "signer-in": _signer_in,
    "officer-in": _officer_in,
    "passed": _passed,
    "within": _within,
    "qualified": _qualified,
    "device-reviewed": _device_reviewed,
}
