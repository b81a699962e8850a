"""Conditions of a procedure document, held to their form before any is evaluated (section 15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..claims import is_integer
from ..errors import VerificationError
from ..field_types import is_of_type
from .calendar import KINDS, MAXIMUM_TERM
from .document import Threshold

COMPARISONS = ("<", "<=", "=", ">=", ">")


@dataclass(frozen=True, slots=True)
class Names:
    """What conditions may name: the document's thresholds and its named conditions."""

    thresholds: Mapping[str, Threshold]
    conditions: Mapping[str, Any]


def check_named(names: Names) -> None:
    """Every named condition has its form, and none holds itself; raises as `check_condition` does."""
    for condition in names.conditions.values():
        check_condition(condition, names)
    settled: set[str] = set()
    while len(settled) < len(names.conditions):
        ready = {
            name
            for name, condition in names.conditions.items()
            if name not in settled and _held_by(condition) <= settled
        }
        if not ready:
            raise _refused("named conditions that hold one another")
        settled |= ready


def _held_by(condition: Any) -> set[str]:
    """Names of the conditions that a condition (already checked) holds, at any depth."""
    if "holds" in condition:
        return {condition["holds"]}
    parts = condition.get("all") or condition.get("any") or [condition.get("not") or {}]
    return set().union(*(_held_by(part) for part in parts if part))


def check_condition(value: Any, names: Names) -> None:
    """Raises VerificationError `procedure-form` for what is not exactly one operator with its operands."""
    if not isinstance(value, dict):
        raise _refused("a condition is an object")
    members = {name: item for name, item in value.items() if name != "_"}
    operators = [name for name in _OPERANDS if name in members]
    # `outcome` is an operator alone, and an operand beside `done`.
    if "done" in operators and "outcome" in operators:
        operators.remove("outcome")
    if len(operators) != 1 or not members.keys() <= {operators[0], *_OPERANDS[operators[0]]}:
        raise _refused(f"a condition is one operator with its operands, not {sorted(members)!r:.80}")
    _FORMS[operators[0]](members, names)


def names_of(value: Any) -> tuple[str, ...]:
    """One step or several, as a condition writes them."""
    return (value,) if isinstance(value, str) else tuple(value)


def _check_list(members: dict[str, Any], names: Names) -> None:
    conditions = members.get("all", members.get("any"))
    if not isinstance(conditions, list):
        raise _refused("all and any take an array")
    for condition in conditions:
        check_condition(condition, names)


def _check_not(members: dict[str, Any], names: Names) -> None:
    check_condition(members["not"], names)


def _check_done(members: dict[str, Any], _: Names) -> None:
    for name in ("done", "after"):
        if name in members and not _is_names(members[name]):
            raise _refused(f"{name} is a step or an array of steps")
    if "outcome" in members:
        _need_texts(members, "outcome")


def _check_compare(members: dict[str, Any], names: Names) -> None:
    parts = members["compare"]
    if not isinstance(parts, list) or len(parts) != 3 or parts[1] not in COMPARISONS:
        raise _refused("compare takes an operand, a comparison and an operand")
    for operand in (parts[0], parts[2]):
        _check_operand(operand, names)


def _check_operand(operand: Any, names: Names) -> None:
    if is_of_type("decimal", operand):
        return
    members = {name: item for name, item in operand.items() if name != "_"} if _is_object(operand) else {}
    if not members or not all(isinstance(item, str) or name == "of" for name, item in members.items()):
        raise _refused("an operand is a decimal text, a detail, a threshold or a sum")
    allowed = members.keys() in ({"detail"}, {"detail", "of"}, {"sum", "of"})
    if "of" in members and not _is_names(members["of"]):
        raise _refused("of is a step or an array of steps")
    if not allowed and not (members.keys() == {"threshold"} and members["threshold"] in names.thresholds):
        raise _refused(f"an operand with {sorted(members)!r:.80}")


def _check_detail(members: dict[str, Any], _: Names) -> None:
    _check_given({**members, "given": members["detail"]}, _)
    _need_texts(members, "is")


def _check_given(members: dict[str, Any], _: Names) -> None:
    if not isinstance(members["given"], str) or not _is_names(members.get("of", "")):
        raise _refused("a detail is a name, of a step or an array of steps")


def _check_subset(members: dict[str, Any], _: Names) -> None:
    parts = members["subset"]
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, dict) for part in parts):
        raise _refused("subset takes two details")
    for part in parts:
        if not part.keys() <= {"detail", "of", "_"}:
            raise _refused("a detail of subset has detail and of")
        _check_given({**part, "given": part.get("detail")}, _)


def _check_holds(members: dict[str, Any], names: Names) -> None:
    if not isinstance(members["holds"], str) or members["holds"] not in names.conditions:
        raise _refused("holds names a condition of the document")


def _check_officers(members: dict[str, Any], _: Names) -> None:
    if not is_integer(members["officers"], 0, 1000):
        raise _refused("officers is a number")


def _check_term(members: dict[str, Any], _: Names) -> None:
    step = members.get("passed", members.get("within"))
    if not _is_names(step) or not is_integer(members.get("days"), 0, MAXIMUM_TERM):
        raise _refused("a term is a step and days")
    if members.get("kind") not in KINDS:
        raise _refused("a term is of working or calendar days")


def _check_qualified(members: dict[str, Any], _: Names) -> None:
    if members["qualified"] is not True:
        raise _refused("qualified is true")


def _check_reviewed(members: dict[str, Any], _: Names) -> None:
    if not _is_names(members["device-reviewed"]):
        raise _refused("device-reviewed is a step or an array of steps")


def _check_persons(members: dict[str, Any], _: Names) -> None:
    if not _is_names(members.get("signer-in", members.get("officer-in"))):
        raise _refused("signer-in and officer-in take steps")


def _check_outcome(members: dict[str, Any], _: Names) -> None:
    _need_texts(members, "outcome")


def _need_texts(members: dict[str, Any], name: str) -> None:
    if not is_of_type("texts", members.get(name)):
        raise _refused(f"{name} is an array of texts")


def _is_names(value: Any) -> bool:
    return isinstance(value, str) or is_of_type("texts", value)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _refused(detail: str) -> VerificationError:
    return VerificationError("procedure-form", f"procedure document: {detail}")


_OPERANDS: dict[str, tuple[str, ...]] = {
    "all": (), "any": (), "not": (), "done": ("outcome", "after"), "outcome": (), "compare": (),
    "detail": ("of", "is"), "officers": (), "signer-in": (), "officer-in": (), "passed": ("days", "kind"),
    "within": ("days", "kind"), "qualified": (), "device-reviewed": (), "given": ("of",), "holds": (),
    "subset": (),
}  # fmt: skip
_FORMS: dict[str, Callable[[dict[str, Any], Names], None]] = {
    "all": _check_list, "any": _check_list, "not": _check_not, "done": _check_done,
    "outcome": _check_outcome, "compare": _check_compare, "detail": _check_detail,
    "officers": _check_officers, "signer-in": _check_persons, "officer-in": _check_persons,
    "passed": _check_term, "within": _check_term, "qualified": _check_qualified,
    "device-reviewed": _check_reviewed, "given": _check_given, "holds": _check_holds, "subset": _check_subset,
}  # fmt: skip
