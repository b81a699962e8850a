"""Reading a loop document (`gridwitness-loop/1`, docs/format.md section 24), and the one of the release."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gridwitness.calendars.hours import MEASURES
from gridwitness.events.loop import MOVES, ClockTerms, Detail, Loop, Moves, State, Step
from gridwitness.members import ROLES
from gridwitness.rules import Node

FORMAT = "gridwitness-loop/1"
NAME = "events/loop"
CHINA = "Asia/Shanghai"
"""The zone of a loop that names none."""
SCOPES = ("grid", "unit", "helper", "ordered", "called", "either", "any_unit", "any")
DUTIES = ("centre", "unit", "actor")
TYPES = ("text", "integer", "boolean", "time", "texts")
ASKS = ("return", "extend", "suspend", "appeal")
NEEDED_NUMBERS = (
    "returns_before_designation",
    "extensions_by_duty_chief",
    "reopen_days",
    "order_levels",
    "overdue_factor",
)
"""Numbers that the platform itself goes by."""
_NAME = r"[a-z][a-z0-9_]{0,62}"
_CODE = "loop-invalid"


def read_loop(content: Any) -> Loop:
    """Read a document. Raises InvalidInput `loop-invalid`, naming the place."""
    root = Node(content, "$", _CODE)
    parts = root.members(("format", "source", "states", "clocks", "numbers", "steps"), ("zone",))
    parts["format"].one_of((FORMAT,))
    parts["source"].text()
    states = {node.name: node for node in (_state(*entry) for entry in _named(parts["states"]))}
    clocks = {node.name: node for node in (_clock(*entry) for entry in _named(parts["clocks"]))}
    numbers = {name: _number(node) for name, node in _named(parts["numbers"])}
    for name in NEEDED_NUMBERS:
        if name not in numbers:
            parts["numbers"].fail(f"the number {name!r} is missing")
    steps = {name: _step(name, node, states, clocks) for name, node in _named(parts["steps"])}
    if [name for name, step in steps.items() if step.opens] != ["report"]:
        parts["steps"].fail("`report` and nothing else opens an event (`from` is empty)")
    lost = sorted(set(states) - _reached(steps))
    if lost:
        parts["states"].fail(f"no step leads to {lost}")
    zone = _zone(parts["zone"]) if "zone" in parts else ZoneInfo(CHINA)
    return Loop(states, steps, clocks, numbers, zone, content)


def check_loop(content: Any) -> tuple[str, str | None]:
    """The name a loop is published under, and no jurisdiction. Raises InvalidInput `loop-invalid`."""
    read_loop(content)
    return NAME, None


def bundled_loop() -> dict[str, Any]:
    """The loop that comes with the release: the seven stages of digital city management."""
    text = files("gridwitness.events").joinpath("data/loop.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _named(node: Node) -> list[tuple[str, Node]]:
    found = list(node.entries())
    for name, part in found:
        Node(name, part.path, _CODE).text(_NAME)
    return found


def _state(name: str, node: Node) -> State:
    part = node.members(("zh", "en", "stage", "open"))
    return State(name, part["zh"].text(), part["en"].text(), _stage(part["stage"]), part["open"].boolean())


def _zone(node: Node) -> ZoneInfo:
    try:
        return ZoneInfo(node.text(r"[A-Za-z0-9_+/-]{1,64}"))
    except (ZoneInfoNotFoundError, ValueError):
        node.fail("is no zone of the time zone database")


def _stage(node: Node) -> int:
    stage = node.integer()
    if stage > 7:
        node.fail("there are seven stages")
    return stage


def _clock(name: str, node: Node) -> ClockTerms:
    part = node.members(("zh", "en", "amount", "measure", "duty", "source", "confidence"), ("from",))
    for text in ("source", "confidence"):
        part[text].text()
    if "from" in part:
        part["from"].one_of(("list",))
    return ClockTerms(
        name=name,
        zh=part["zh"].text(),
        en=part["en"].text(),
        amount=part["amount"].integer(1),
        measure=part["measure"].one_of(MEASURES),
        duty=part["duty"].one_of(DUTIES),
        listed="from" in part,
    )


def _number(node: Node) -> int:
    part = node.members(("value", "zh", "en", "confidence"))
    for name in ("zh", "en", "confidence"):
        part[name].text()
    return part["value"].integer()


def _step(name: str, node: Node, states: Collection[str], clocks: Collection[str]) -> Step:
    part = node.members(
        ("zh", "en", "stage", "from", "to", "roles", "scope"),
        ("machine", "note", "files", "details", "asks", "decides", "new_round", "by_result", *MOVES),
    )
    details = {key: _detail(item) for key, item in _named(part["details"])} if "details" in part else {}
    results = details["result"].values if "result" in details else None
    by_result: dict[str, Moves] = {}
    for value, item in part["by_result"].entries() if "by_result" in part else ():
        if value not in (results or ()):
            item.fail("`result` has no such value")
        by_result[value] = _moves(item.members((), ("new_round", *MOVES)), clocks)
    return Step(
        name=name,
        zh=part["zh"].text(),
        en=part["en"].text(),
        stage=_stage(part["stage"]),
        sources=frozenset(_known(part["from"], states)),
        to=_target(part["to"], states, results or ()),
        roles=frozenset(_known(part["roles"], ROLES)),
        scope=part["scope"].one_of(SCOPES),
        machine=_flag(part, "machine"),
        note=_flag(part, "note"),
        files=part["files"].integer() if "files" in part else 0,
        details=details,
        asks=part["asks"].one_of(ASKS) if "asks" in part else None,
        decides=part["decides"].one_of(ASKS) if "decides" in part else None,
        moves=_moves(part, clocks),
        by_result=by_result,
    )


def _flag(part: Mapping[str, Node], name: str) -> bool:
    return name in part and part[name].boolean()


def _known(node: Node, names: Collection[str]) -> tuple[str, ...]:
    found = node.texts(None, 0)
    unknown = [name for name in found if name not in names]
    if unknown:
        node.fail(f"there is no {', '.join(unknown)}")
    return found


def _target(node: Node, states: Collection[str], results: Collection[str]) -> str | dict[str, str]:
    """A state, `=`, or a state for every value of the detail `result`."""
    if isinstance(node.value, str):
        return node.one_of(("=", *states))
    chosen = node.members(("result",))["result"]
    found = {value: item.one_of(states) for value, item in chosen.entries()}
    if not found or set(found) != set(results):
        chosen.fail("does not name a state for every value of `result`")
    return found


def _moves(part: Mapping[str, Node], clocks: Collection[str]) -> Moves:
    lists = {name: _known(part[name], clocks) for name in MOVES if name in part}
    return Moves(**lists, new_round=_flag(part, "new_round"))


def _detail(node: Node) -> Detail:
    part = node.members(("type", "required", "zh"), ("values",))
    kind = part["type"].one_of(TYPES)
    if "values" in part and kind != "text":
        part["values"].fail("only a text has a list of values")
    values = part["values"].texts(None) if "values" in part else None
    return Detail(kind, part["required"].boolean(), values, part["zh"].text())


def _reached(steps: Mapping[str, Step]) -> set[str]:
    """States that some step leads to."""
    found: set[str] = set()
    for step in steps.values():
        found |= {step.to} if isinstance(step.to, str) else set(step.to.values())
    return found
