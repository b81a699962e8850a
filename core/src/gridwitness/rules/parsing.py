"""Reads a procedure document (`docs/format.md` section 15); every refusal names its place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gridwitness_evidence import EvidenceError, base64url, strict_json

from gridwitness.records import MILESTONES
from gridwitness.rules.condition_forms import (
    DAY_KINDS,
    DECIMAL,
    DETAIL_NAME,
    THRESHOLD_NAME,
    Names,
    check_condition,
)
from gridwitness.rules.document import (
    PARTY_KINDS,
    Clock,
    Condition,
    Detail,
    Document,
    Law,
    Requirement,
    Step,
    Threshold,
)
from gridwitness.rules.node import ID, RULE_ID, Node
from gridwitness.rules.soundness import check_soundness

FORMAT = "gridwitness-procedure/1"
CODE = "procedure-invalid"
PROCEDURES = ("general", "summary")
CONFIDENCES = ("sure", "likely", "assumed")
DUTIES = ("agency", "officer", "party")
_DETAIL_TYPES = ("decimal", "integer", "text", "time", "texts", "boolean")
_LARGEST_DISCLOSURE = 65_536
_SALT = "A" * 22


def read_document(content: Any) -> Document:
    """The document, checked in form and in sense. Raises InvalidInput `procedure-invalid`."""
    node = Node(content, "$", CODE)
    version = _version(node)
    members = node.members(
        {"format", "procedure", "jurisdiction", "title", "rules", "thresholds", "states", "steps", "clocks"},
        {"conditions", "requirements"},
    )
    members["format"].one_of({FORMAT})
    laws = {name: _law(name, law) for name, law in _ided(members["rules"], RULE_ID)}
    thresholds = {
        name: _threshold(name, part, laws) for name, part in _ided(members["thresholds"], THRESHOLD_NAME)
    }
    states = members["states"].texts()
    names = _names(members, thresholds)
    conditions = {name: check_condition(part, names) for name, part in _ided(members.get("conditions"), ID)}
    shared = {name: _requirement(part, laws, names) for name, part in _ided(members.get("requirements"), ID)}
    title = members["title"].members({"zh", "en"})
    document = Document(
        version=version,
        procedure=members["procedure"].one_of(PROCEDURES),
        jurisdiction=members["jurisdiction"].text(ID),
        title_zh=title["zh"].text(),
        title_en=title["en"].text(),
        laws=laws,
        thresholds=thresholds,
        conditions=conditions,
        states=states,
        steps=_steps(members["steps"], laws, states, names, shared),
        clocks=_clocks(members["clocks"], laws, names),
        content=node.value,
    )
    check_soundness(document, node)
    return document


def _version(node: Node) -> str:
    try:
        canonical = strict_json.canonical(node.value)
    except EvidenceError as error:
        node.fail(f"is no strict JSON: {error.message}")
    disclosure = base64url.encode(strict_json.canonical([_SALT, "content", node.value]))
    if len(disclosure) > _LARGEST_DISCLOSURE:
        node.fail(f"is {len(disclosure)} bytes as a disclosure, over {_LARGEST_DISCLOSURE}")
    return hashlib.sha256(canonical).hexdigest()


def _ided(node: Node | None, pattern: str) -> list[tuple[str, Node]]:
    """Members of an object whose names are ids; none where it is absent."""
    if node is None:
        return []
    found = [(name, part) for name, part in node.entries() if name != "_"]
    for name, part in found:
        Node(name, part.path, part.code).text(pattern)
    return found


def _law(name: str, node: Node) -> Law:
    parts = node.members({"article", "zh", "en", "source", "effective_from", "confidence"}, {"effective_to"})
    until = parts.get("effective_to")
    return Law(
        rule=name,
        article=parts["article"].text(),
        zh=parts["zh"].text(),
        en=parts["en"].text(),
        source=parts["source"].text(),
        effective_from=parts["effective_from"].day(),
        effective_to=None if until is None or until.value is None else until.day(),
        confidence=parts["confidence"].one_of(CONFIDENCES),
    )


def _rule(node: Node, laws: Mapping[str, Law]) -> str:
    rule = node.text(RULE_ID)
    if rule not in laws:
        node.fail(f"there is no rule {rule}")
    return rule


def _confidence(parts: Mapping[str, Node], law: Law) -> str:
    return parts["confidence"].one_of(CONFIDENCES) if "confidence" in parts else law.confidence


def _threshold(name: str, node: Node, laws: Mapping[str, Law]) -> Threshold:
    by_party = "value" not in dict(node.entries())
    values = set(PARTY_KINDS) if by_party else {"value"}
    parts = node.members({"rule", "unit", *values}, {"confidence"})
    rule = _rule(parts["rule"], laws)
    numbers = {name: Decimal(parts[name].text(DECIMAL)) for name in values}
    return Threshold(
        name=name,
        rule=rule,
        unit=parts["unit"].text(),
        value=numbers.get("value"),
        by_party=numbers if by_party else {},
        confidence=_confidence(parts, laws[rule]),
    )


def _names(members: Mapping[str, Node], thresholds: Mapping[str, Threshold]) -> Names:
    """Everything conditions may name, gathered before the conditions are read."""
    steps: dict[str, Mapping[str, Detail]] = {}
    for node in members["steps"].items(1):
        parts = dict(node.entries())
        name = parts.get("step", node).text(ID)
        if name in steps:
            node.fail(f"the step {name!r} is there twice")
        steps[name] = {
            detail: _detail(detail, part) for detail, part in _ided(parts.get("details"), DETAIL_NAME)
        }
    conditions = frozenset(name for name, _ in _ided(members.get("conditions"), ID))
    return Names(steps, frozenset(thresholds), conditions)


def _detail(name: str, node: Node) -> Detail:
    parts = node.members({"type"}, {"required", "values", "zh"})
    kind = parts["type"].one_of(_DETAIL_TYPES)
    if "values" in parts and kind not in {"text", "texts"}:
        parts["values"].fail(f"a {kind} has no list of values")
    return Detail(
        name=name,
        type=kind,
        required=parts["required"].boolean() if "required" in parts else False,
        values=parts["values"].texts() if "values" in parts else (),
        zh=parts["zh"].text() if "zh" in parts else name,
    )


def _requirement(node: Node, laws: Mapping[str, Law], names: Names) -> Requirement:
    parts = node.members({"rule", "that", "zh", "en"}, {"if"})
    condition: Condition | None = check_condition(parts["if"], names) if "if" in parts else None
    return Requirement(
        rule=_rule(parts["rule"], laws),
        condition=condition,
        that=check_condition(parts["that"], names),
        zh=parts["zh"].text(),
        en=parts["en"].text(),
    )


_STEP_REQUIRED = {"step", "zh", "en", "rule", "roles", "from"}
_STEP_OPTIONAL = {
    "to", "milestone", "outcomes", "details", "party", "place", "facts", "files", "document", "requires",
}  # fmt: skip


def _steps(
    node: Node,
    laws: Mapping[str, Law],
    states: tuple[str, ...],
    names: Names,
    shared: Mapping[str, Requirement],
) -> dict[str, Step]:
    found = {}
    for item in node.items(1):
        parts = item.members(_STEP_REQUIRED, _STEP_OPTIONAL)
        step = parts["step"].text(ID)
        own = Names(names.steps, names.thresholds, names.conditions, names.steps[step])
        outcomes = parts["outcomes"].texts() if "outcomes" in parts else ()
        found[step] = Step(
            step=step,
            zh=parts["zh"].text(),
            en=parts["en"].text(),
            rule=_rule(parts["rule"], laws),
            roles=frozenset(parts["roles"].texts("[a-z][a-z_]*")),
            origins=_origins(parts["from"], states),
            to=_target(parts["to"], states, outcomes) if "to" in parts else None,
            milestone=parts["milestone"].one_of(MILESTONES) if "milestone" in parts else None,
            outcomes=outcomes,
            details=names.steps[step],
            party=parts["party"].one_of({"required", "optional"}) if "party" in parts else None,
            place=parts["place"].boolean() if "place" in parts else False,
            facts=parts["facts"].boolean() if "facts" in parts else False,
            files=parts["files"].integer() if "files" in parts else 0,
            document=parts["document"].text(ID) if "document" in parts else None,
            requires=_requires(parts.get("requires"), laws, own, shared),
        )
    return found


def _origins(node: Node, states: tuple[str, ...]) -> frozenset[str]:
    if node.value == "any":
        return frozenset(states)
    for item in node.items():
        item.one_of(states)
    return frozenset(node.texts(least=0))


def _target(node: Node, states: tuple[str, ...], outcomes: tuple[str, ...]) -> str | Mapping[str, str]:
    if isinstance(node.value, str):
        return node.one_of(states)
    targets = {outcome: part.one_of(states) for outcome, part in _ided(node, ID)}
    if targets.keys() != set(outcomes):
        node.fail("leads on from other outcomes than the step has")
    return targets


def _requires(
    node: Node | None, laws: Mapping[str, Law], names: Names, shared: Mapping[str, Requirement]
) -> tuple[Requirement, ...]:
    if node is None:
        return ()
    return tuple(
        shared[item.one_of(shared)] if isinstance(item.value, str) else _requirement(item, laws, names)
        for item in node.items(1)
    )


_CLOCK_REQUIRED = {"clock", "zh", "en", "rule", "duty", "start", "end", "days", "kind"}
_CLOCK_OPTIONAL = {"if", "end_outcome", "roll", "extended_by", "suspended_by", "confidence"}


def _clocks(node: Node, laws: Mapping[str, Law], names: Names) -> dict[str, Clock]:
    found: dict[str, Clock] = {}
    for item in node.items():
        parts = item.members(_CLOCK_REQUIRED, _CLOCK_OPTIONAL)
        clock, rule = parts["clock"].text(ID), _rule(parts["rule"], laws)
        if clock in found:
            item.fail(f"the clock {clock!r} is there twice")
        suspended = parts["suspended_by"].texts(least=2) if "suspended_by" in parts else None
        if suspended is not None and len(suspended) != 2:
            parts["suspended_by"].fail("is not [from step, until step]")
        found[clock] = Clock(
            clock=clock,
            zh=parts["zh"].text(),
            en=parts["en"].text(),
            rule=rule,
            duty=parts["duty"].one_of(DUTIES),
            start=parts["start"].texts(),
            condition=check_condition(parts["if"], names) if "if" in parts else None,
            end=parts["end"].texts(),
            end_outcome=parts["end_outcome"].texts() if "end_outcome" in parts else (),
            days=parts["days"].integer(1),
            kind=parts["kind"].one_of(DAY_KINDS),
            roll=parts["roll"].boolean() if "roll" in parts else False,
            extended_by=parts["extended_by"].text(ID) if "extended_by" in parts else None,
            suspended_by=None if suspended is None else (suspended[0], suspended[1]),
            confidence=_confidence(parts, laws[rule]),
        )
    return found
