"""The form of conditions: which operators there are, which operands they take, what they may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gridwitness.rules.document import Condition, Detail
from gridwitness.rules.node import ID, Node

DECIMAL = r"[0-9]{1,15}(\.[0-9]{1,4})?"
"""A number in a procedure and in a step's details: no sign, short enough that sums stay exact."""
DETAIL_NAME = r"[a-z][a-z0-9_]*"
THRESHOLD_NAME = r"[a-z]+([.-][a-z]+)*"
DAY_KINDS = frozenset({"working", "calendar"})
COMPARISONS = frozenset({"<", "<=", "=", ">=", ">"})
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Names:
    """What a condition may name; `own` = details of the step it belongs to (None: of any step)."""

    steps: Mapping[str, Mapping[str, Detail]]
    thresholds: frozenset[str]
    conditions: frozenset[str]
    own: Mapping[str, Detail] | None = None


def check_condition(node: Node, names: Names, depth: int = 0) -> Condition:
    """The condition as it stands. Refuses unknown operators, steps, details, thresholds, names."""
    if depth > _DEEPEST:
        node.fail(f"is nested more than {_DEEPEST} deep")
    members = dict(node.entries())
    operators = [name for name in members if name in _FORMS and not (name == "outcome" and "done" in members)]
    if len(operators) != 1:
        node.fail(f"is no condition: exactly one of {', '.join(sorted(_FORMS))}")
    optional, check = _FORMS[operators[0]]
    for name, member in members.items():
        if name != operators[0] and name not in optional:
            member.fail(f"{operators[0]!r} has no such operand")
    check(members, names, depth)
    condition: Condition = node.value
    return condition


def _several(members: Mapping[str, Node], names: Names, depth: int) -> None:
    for item in members["all" if "all" in members else "any"].items(1):
        check_condition(item, names, depth + 1)


def _not(members: Mapping[str, Node], names: Names, depth: int) -> None:
    check_condition(members["not"], names, depth + 1)


def _holds(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    members["holds"].one_of(names.conditions)


def _done(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    _steps(members["done"], names)
    if "after" in members:
        _steps(members["after"], names)
    if "outcome" in members:
        members["outcome"].texts()


def _outcome(members: Mapping[str, Node], _names: Names, _depth: int) -> None:
    members["outcome"].texts()


def _compare(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    parts = members["compare"].items(3)
    if len(parts) != 3:
        members["compare"].fail("is not [operand, comparison, operand]")
    parts[1].one_of(COMPARISONS)
    for operand in (parts[0], parts[2]):
        _operand(operand, names)


def _operand(node: Node, names: Names) -> None:
    if isinstance(node.value, str):
        node.text(DECIMAL)
        return
    members = dict(node.entries())
    if members.keys() == {"threshold"}:
        members["threshold"].one_of(names.thresholds)
    elif members.keys() == {"sum", "of"}:
        _detail(members["sum"], members["of"], names, ("decimal", "integer"))
    elif members.keys() <= {"detail", "of"} and "detail" in members:
        _detail(members["detail"], members.get("of"), names, ("decimal", "integer"))
    else:
        node.fail("is no operand: a decimal, a detail, a threshold or a sum")


def _detail_is(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    if "is" not in members:
        members["detail"].fail("the operand 'is' is missing")
    declared = _detail(members["detail"], members.get("of"), names, ("text", "boolean", "texts"))
    values = members["is"].texts()
    known = ("true", "false") if declared.type == "boolean" else declared.values
    for value in values:
        if known and value not in known:
            members["is"].fail(f"{declared.name} is never {value!r}")


def _given(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    _detail(members["given"], members.get("of"), names, None)


def _subset(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    parts = members["subset"].items(2)
    if len(parts) != 2:
        members["subset"].fail("is not [detail, detail]")
    for part in parts:
        pair = part.members({"detail"}, {"of"})
        _detail(pair["detail"], pair.get("of"), names, ("text", "texts"))


def _officers(members: Mapping[str, Node], _names: Names, _depth: int) -> None:
    members["officers"].integer(1)


def _people_in(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    _steps(next(iter(members.values())), names)


def _term(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    node = members["passed"] if "passed" in members else members["within"]
    node.one_of(names.steps)
    for operand in ("days", "kind"):
        if operand not in members:
            node.fail(f"the operand {operand!r} is missing")
    members["days"].integer()
    members["kind"].one_of(DAY_KINDS)


def _qualified(members: Mapping[str, Node], _names: Names, _depth: int) -> None:
    if members["qualified"].value is not True:
        members["qualified"].fail("is only ever true")


def _device_reviewed(members: Mapping[str, Node], names: Names, _depth: int) -> None:
    node = members["device-reviewed"]
    step = node.one_of(names.steps)
    for detail, kind in (("device", "text"), ("captured_at", "time")):
        declared = names.steps[step].get(detail)
        if declared is None or declared.type != kind:
            node.fail(f"{step} has no detail {detail} of type {kind}")


def _steps(node: Node, names: Names) -> None:
    for step in node.one_or_more():
        if step not in names.steps:
            node.fail(f"there is no step {step!r}")


def _detail(node: Node, of: Node | None, names: Names, types: tuple[str, ...] | None) -> Detail:
    """The detail that is named, declared with one of `types`."""
    name = node.text(DETAIL_NAME)
    if of is not None:
        of.text(ID)
        declared = names.steps[of.one_of(names.steps)].get(name)
    elif names.own is not None:
        declared = names.own.get(name)
    else:
        declared = _anywhere(name, names)
    if declared is None:
        node.fail(f"there is no detail {name!r} there")
    if types is not None and declared.type not in types:
        node.fail(f"{name!r} is {declared.type}, not {' or '.join(types)}")
    return declared


def _anywhere(name: str, names: Names) -> Detail | None:
    """A detail of some step, whose values are not known where the condition belongs to no one step."""
    found = next((details[name] for details in names.steps.values() if name in details), None)
    return None if found is None else replace(found, values=())


_Check = Callable[[Mapping[str, Node], Names, int], None]
_FORMS: Mapping[str, tuple[frozenset[str], _Check]] = {
    "all": (frozenset(), _several),
    "any": (frozenset(), _several),
    "not": (frozenset(), _not),
    "holds": (frozenset(), _holds),
    "done": (frozenset({"outcome", "after"}), _done),
    "outcome": (frozenset(), _outcome),
    "compare": (frozenset(), _compare),
    "detail": (frozenset({"of", "is"}), _detail_is),
    "given": (frozenset({"of"}), _given),
    "subset": (frozenset(), _subset),
    "officers": (frozenset(), _officers),
    "signer-in": (frozenset(), _people_in),
    "officer-in": (frozenset(), _people_in),
    "passed": (frozenset({"days", "kind"}), _term),
    "within": (frozenset({"days", "kind"}), _term),
    "qualified": (frozenset(), _qualified),
    "device-reviewed": (frozenset(), _device_reviewed),
}
