"""From a published document to a `Procedure`; what does not have the form of section 15 is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..claims import is_integer
from ..errors import VerificationError
from ..field_types import is_of_type
from .calendar import KINDS, MAXIMUM_TERM
from .conditions import Names, check_condition, check_named
from .document import (
    MILESTONES,
    Clock,
    Detail,
    Law,
    Procedure,
    Requirement,
    Step,
    Threshold,
    version_of,
)

FORMAT = "gridwitness-procedure/1"
DETAIL_TYPES = ("decimal", "integer", "text", "time", "texts", "boolean")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z", re.ASCII)
_RULE = re.compile(r"[A-Z]+-[0-9]+(/[0-9]+)*\Z", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z", re.ASCII)
_LONGEST = 2000


def parse_procedure(content: Any) -> Procedure:
    """Parse the `content` of a `rule.published.v1`; raises VerificationError `procedure-form`."""
    members = _members(content, "procedure")
    if members.get("format") != FORMAT or members.get("procedure") not in ("general", "summary"):
        raise _refused("procedure", f"not a {FORMAT} of a known procedure")
    thresholds = {name: _threshold(item, name) for name, item in _named(members, "thresholds")}
    names = Names(thresholds, dict(_named(members, "conditions")))
    check_named(names)
    shared = {name: _requirement(item, name, names) for name, item in _named(members, "requirements")}
    states = frozenset(_ids(members.get("states"), "states"))
    steps = [_step(item, states, names, shared) for item in _items(members, "steps")]
    by_name = {step.step: step for step in steps}
    if len(by_name) != len(steps):
        raise _refused("steps", "a step is there twice")
    return Procedure(
        version=version_of(content),
        procedure=members["procedure"],
        jurisdiction=_text(members, "jurisdiction"),
        laws={rule: _law(rule, item) for rule, item in _named(members, "rules")},
        thresholds=thresholds,
        conditions=names.conditions,
        states=states,
        steps=by_name,
        clocks=tuple(_clock(item, names) for item in _items(members, "clocks")),
    )


def _law(rule: str, item: Any) -> Law:
    if not _RULE.match(rule):
        raise _refused("rules", f"{rule!r:.40} is no rule")
    members = _members(item, rule)
    return Law(rule, _text(members, "article"), _text(members, "zh"), _text(members, "en"))


def _threshold(item: Any, name: str) -> Threshold:
    members = _members(item, name)
    values = [members.get(part) for part in ("value", "citizen", "organisation")]
    if any(value is not None and not is_of_type("decimal", value) for value in values):
        raise _refused(name, "a threshold that is no decimal")
    if (values[0] is None) == (values[1] is None or values[2] is None):
        raise _refused(name, "a threshold is one value, or one each for citizen and organisation")
    return Threshold(*values)


def _step(item: Any, states: frozenset[str], names: Names, shared: Mapping[str, Requirement]) -> Step:
    members = _members(item, "step")
    name = _id(members.get("step"), "step")
    outcomes = _optional_ids(members.get("outcomes"), name)
    sources = states if members.get("from") == "any" else frozenset(_ids(members.get("from"), name))
    to = _destinations(members.get("to"), name)
    if not {*sources, *to.values()} <= states:
        raise _refused(name, "a state that is not among the states")
    milestone, party = members.get("milestone"), members.get("party")
    if milestone not in (None, *MILESTONES) or party not in (None, "required", "optional"):
        raise _refused(name, "milestone or party is none of their words")
    files = members.get("files", 0)
    if not is_integer(files, 0, 1000):
        raise _refused(name, "files is not a small number")
    return Step(
        step=name,
        zh=_text(members, "zh"),
        en=_text(members, "en"),
        rule=_rule(members, name),
        sources=sources,
        opens=not sources,
        to=to,
        milestone=milestone,
        outcomes=outcomes,
        details=_details(members.get("details"), name),
        party=party,
        place=_flag(members, "place"),
        facts=_flag(members, "facts"),
        files=files,
        document=None if members.get("document") is None else _text(members, "document"),
        requires=tuple(_required(part, name, names, shared) for part in _items(members, "requires")),
    )


def _destinations(value: Any, name: str) -> dict[str | None, str]:
    if value is None:
        return {}
    if isinstance(value, str):
        return {None: _id(value, name)}
    return {_id(outcome, name): _id(state, name) for outcome, state in _members(value, name).items()}


def _details(value: Any, step: str) -> dict[str, Detail]:
    details = {}
    for name, item in _members({} if value is None else value, step).items():
        members = _members(item, name)
        values = members.get("values")
        if not _NAME.match(name) or members.get("type") not in DETAIL_TYPES:
            raise _refused(step, f"detail {name!r:.40} has no known type")
        if values is not None and not is_of_type("texts", values):
            raise _refused(step, f"values of detail {name} are no texts")
        closed = None if values is None else tuple(values)
        details[name] = Detail(members["type"], _flag(members, "required"), closed)
    return details


def _required(item: Any, step: str, names: Names, shared: Mapping[str, Requirement]) -> Requirement:
    """A requirement of a step: its own, or the name of one that several steps share."""
    if not isinstance(item, str):
        return _requirement(item, step, names)
    found = shared.get(item)
    if found is None:
        raise _refused(step, f"no requirement {item!r:.60}")
    return found


def _requirement(item: Any, step: str, names: Names) -> Requirement:
    members = _members(item, f"requirement of {step}")
    condition = members.get("if")
    for part in (condition, members.get("that")):
        if part is not condition or condition is not None:
            check_condition(part, names)
    return Requirement(
        _rule(members, step), condition, members["that"], _text(members, "zh"), _text(members, "en")
    )


def _clock(item: Any, names: Names) -> Clock:
    members = _members(item, "clock")
    name = _id(members.get("clock"), "clock")
    days: Any = members.get("days")
    kind, condition = members.get("kind"), members.get("if")
    if not is_integer(days, 0, MAXIMUM_TERM) or kind not in KINDS:
        raise _refused(name, "days or kind has not its form")
    if members.get("duty") not in ("agency", "officer", "party"):
        raise _refused(name, "a clock is the duty of agency, officer or party")
    if condition is not None:
        check_condition(condition, names)
    extended, suspended = members.get("extended_by"), _optional_ids(members.get("suspended_by"), name)
    if suspended is not None and len(suspended) != 2:
        raise _refused(name, "suspended_by is two steps")
    return Clock(
        clock=name,
        zh=_text(members, "zh"),
        en=_text(members, "en"),
        rule=_rule(members, name),
        duty=members["duty"],
        start=tuple(_ids(members.get("start"), name)),
        condition=condition,
        end=tuple(_ids(members.get("end"), name)),
        end_outcome=_optional_ids(members.get("end_outcome"), name),
        days=int(days),
        kind=str(kind),
        roll=_flag(members, "roll"),
        extended_by=None if extended is None else _id(extended, name),
        suspended_by=None if suspended is None else (suspended[0], suspended[1]),
    )


def _members(value: Any, where: str) -> dict[str, Any]:
    """An object without its notes."""
    if not isinstance(value, dict):
        raise _refused(where, "not an object")
    return {name: item for name, item in value.items() if name != "_"}


def _named(members: dict[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    return _members(members.get(name, {}), name).items()


def _items(members: dict[str, Any], name: str) -> list[Any]:
    value = members.get(name, [])
    if not isinstance(value, list) or len(value) > 1000:
        raise _refused(name, "not an array")
    return value


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise _refused(name, "not text")
    return value


def _flag(members: dict[str, Any], name: str) -> bool:
    value = members.get(name, False)
    if not isinstance(value, bool):
        raise _refused(name, "neither true nor false")
    return value


def _rule(members: dict[str, Any], where: str) -> str:
    return _matching(_RULE.match, members.get("rule"), f"rule of {where}")


def _id(value: Any, where: str) -> str:
    return _matching(_ID.match, value, where)


def _matching(match: Callable[[str], Any], value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > 100 or not match(value):
        raise _refused(where, f"{value!r:.40} has not its form")
    return value


def _ids(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 1000:
        raise _refused(where, "not an array of names")
    return tuple(_id(item, where) for item in value)


def _optional_ids(value: Any, where: str) -> tuple[str, ...] | None:
    return None if value is None else _ids(value, where)


def _refused(where: str, detail: str) -> VerificationError:
    return VerificationError("procedure-form", f"procedure document, {where:.60}: {detail}")
