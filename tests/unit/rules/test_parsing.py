"""Documents that are wrong are refused, each with the place of its fault; hostile ones with nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.rules import Procedure, bundled
from hypothesis import given
from hypothesis import strategies as st

GENERAL, SUMMARY = bundled()


def _step(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(step for step in document["steps"] if step["step"] == name)


def _requirement(that: Any) -> Callable[[dict[str, Any]], None]:
    """Give the opening step a requirement."""

    def change(document: dict[str, Any]) -> None:
        document["steps"][0]["requires"] = [{"rule": "APL-54", "that": that, "zh": "x", "en": "x"}]

    return change


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Put a value at a place: `steps.0.zh`."""

    def change(document: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = document
        for part in way:
            place = place[int(part)] if part.isdigit() else place[part]
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value

    return change


def _drop(path: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = document
        for part in way:
            place = place[int(part)] if part.isdigit() else place[part]
        del place[int(last) if isinstance(place, list) else last]

    return change


THAT = "$.steps[0].requires[0].that"
FAULTS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_set("format", "gridwitness-procedure/2"), "$.format"),
    (_set("procedure", "special"), "$.procedure"),
    (_drop("title"), "$"),
    (_set("more", 1), "$.more"),
    (_set("jurisdiction", "Fujian"), "$.jurisdiction"),
    (_set("rules.APL-42.effective_from", "2021-02-30"), "$.rules.APL-42.effective_from"),
    (_set("rules.APL-42.confidence", "certain"), "$.rules.APL-42.confidence"),
    (_set("rules.apl42", {}), "$.rules.apl42"),
    (_set("thresholds.surcharge.rate", {}), "$.thresholds.surcharge"),
    (_set("states", ["clue", "clue"]), "$.states"),
    (_set("states.0", "Clue"), "$.states[0]"),
    (_set("steps", []), "$.steps"),
    (_set("steps.1.step", "clue"), "$.steps[1]"),
    (_set("steps.1.rule", "APL-1"), "$.steps[1].rule"),
    (_set("steps.1.from", ["nowhere"]), "$.steps[1].from[0]"),
    (_set("steps.1.to", "nowhere"), "$.steps[1].to"),
    (_set("steps.1.to", {"file": "verified"}), "$.steps[1].to"),
    (_set("steps.1.outcomes", ["file"]), "$.steps[1].to"),
    (_set("steps.1.milestone", "trial"), "$.steps[1].milestone"),
    (_set("steps.1.roles", []), "$.steps[1].roles"),
    (_set("steps.1.party", "maybe"), "$.steps[1].party"),
    (_set("steps.1.files", -1), "$.steps[1].files"),
    (_set("steps.1.files", True), "$.steps[1].files"),
    (_set("steps.1.requires", ["nobody"]), "$.steps[1].requires[0]"),
    (_set("steps.0.details.source.type", "float"), "$.steps[0].details.source.type"),
    (_set("steps.0.details.captured_at.values", ["x"]), "$.steps[0].details.captured_at.values"),
    (_set("clocks.0.days", 0), "$.clocks[0].days"),
    (_set("clocks.0.kind", "lunar"), "$.clocks[0].kind"),
    (_set("clocks.0.start", ["nothing"]), "$.clocks[0].start"),
    (_set("clocks.0.extended_by", "clue"), "$.clocks[0].extended_by"),
    (_set("clocks.0.end_outcome", ["never"]), "$.clocks[0].end_outcome"),
    (_set("clocks.0.suspended_by", ["appraisal"]), "$.clocks[0].suspended_by"),
    (_set("clocks.1.clock", "verification"), "$.clocks[1]"),
    (_requirement({}), THAT),
    (_requirement([]), THAT),
    (_requirement({"maybe": 1}), THAT),
    (_requirement({"done": "clue", "officers": 2}), THAT),
    (_requirement({"officers": 2, "after": "clue"}), f"{THAT}.after"),
    (_requirement({"all": []}), f"{THAT}.all"),
    (_requirement({"not": {"done": "nothing"}}), f"{THAT}.not.done"),
    (_requirement({"done": ["clue"], "after": "nothing"}), f"{THAT}.after"),
    (_requirement({"holds": "nothing"}), f"{THAT}.holds"),
    (_requirement({"compare": ["1", "<"]}), f"{THAT}.compare"),
    (_requirement({"compare": ["1", "!=", "2"]}), f"{THAT}.compare[1]"),
    (_requirement({"compare": ["-1", "<", "2"]}), f"{THAT}.compare[0]"),
    (_requirement({"compare": [{"threshold": "x"}, "<", "2"]}), f"{THAT}.compare[0].threshold"),
    (_requirement({"compare": [{"detail": "matter"}, "<", "2"]}), f"{THAT}.compare[0].detail"),
    (_requirement({"compare": [{"sum": "x", "of": "payment"}, "<", "2"]}), f"{THAT}.compare[0].sum"),
    (_requirement({"compare": [{"half": 1}, "<", "2"]}), f"{THAT}.compare[0]"),
    (_requirement({"detail": "source"}), f"{THAT}.detail"),
    (_requirement({"detail": "source", "is": ["rumour"]}), f"{THAT}.is"),
    (_requirement({"detail": "amount", "is": ["x"]}), f"{THAT}.detail"),
    (_requirement({"detail": "fine", "of": "decision", "is": ["1"]}), f"{THAT}.detail"),
    (_requirement({"given": "colour"}), f"{THAT}.given"),
    (_requirement({"subset": [{"detail": "source"}]}), f"{THAT}.subset"),
    (_requirement({"passed": "clue", "days": 5}), f"{THAT}.passed"),
    (_requirement({"passed": "clue", "days": "5", "kind": "working"}), f"{THAT}.days"),
    (_requirement({"within": "clue", "days": 5, "kind": "business"}), f"{THAT}.kind"),
    (_requirement({"qualified": False}), f"{THAT}.qualified"),
    (_requirement({"officers": 0}), f"{THAT}.officers"),
    (_requirement({"device-reviewed": "filing"}), f"{THAT}.device-reviewed"),
]


@pytest.mark.parametrize(
    ("change", "path"), FAULTS, ids=[f"{i} {path}" for i, (_, path) in enumerate(FAULTS)]
)
def test_a_fault_is_named_by_its_place(change: Callable[[dict[str, Any]], None], path: str) -> None:
    document = copy.deepcopy(GENERAL)
    if path == "$.thresholds.surcharge":
        document["thresholds"]["surcharge"] = {}
    else:
        change(document)
    with pytest.raises(InvalidInput) as refusal:
        Procedure.parse(document)
    assert refusal.value.code == "procedure-invalid"
    assert refusal.value.context["path"] == path, str(refusal.value)


def _deep(depth: int) -> dict[str, Any]:
    return {"not": _deep(depth - 1)} if depth else {"officers": 1}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["states"].append("limbo"), "no way leads to the state 'limbo'"),
        (lambda d: d["steps"].remove(_step(d, "archive")), "to the state 'archived'"),
        (lambda d: d["states"].remove("archived"), "none of"),
        (lambda d: _step(d, "verification").update({"from": []}), "exactly one step"),
        (lambda d: _step(d, "clue").update({"from": ["clue"]}), "exactly one step"),
        (_requirement(_deep(8)), "deep"),
        (lambda d: _step(d, "clue").update({"zh": "长" * 20_000}), "as a disclosure"),
        (lambda d: d["clocks"][0].update({"days": 1.5}), "no strict JSON"),
        (lambda d: _step(d, "clue").update({"zh": "\ud800"}), "no strict JSON"),
    ],
)
def test_what_makes_no_sense_as_a_whole(change: Callable[[dict[str, Any]], Any], words: str) -> None:
    document = copy.deepcopy(GENERAL)
    change(document)
    with pytest.raises(InvalidInput) as refusal:
        Procedure.parse(document)
    assert refusal.value.code == "procedure-invalid" and words in refusal.value.message


def test_a_state_without_a_way_out() -> None:
    document = copy.deepcopy(SUMMARY)
    document["states"].append("trap")
    _step(document, "report")["to"] = "trap"
    for step in document["steps"]:
        if step["from"] == "any":
            step["from"] = ["clue"]
    with pytest.raises(InvalidInput) as refusal:
        Procedure.parse(document)
    assert "no way leads on from 'trap'" in refusal.value.message


def test_a_note_has_no_meaning_but_is_another_version() -> None:
    noted = {**copy.deepcopy(SUMMARY), "_": "checked"}
    noted["steps"][0]["_"] = ["a note"]
    assert Procedure.parse(noted).version != Procedure.parse(SUMMARY).version
    assert Procedure.parse(noted).edges() == Procedure.parse(SUMMARY).edges()


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        found += _places(item, (*path, name))
    return found


PLACES = _places(SUMMARY)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.text(max_size=3)
    | st.sampled_from(["any", "1", "clue"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["all", "not", "done", "of", "is", "detail", "days", "x"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)


@given(st.sampled_from(PLACES), JUNK)
def test_any_damage_is_refused_or_harmless(place: tuple[Any, ...], junk: Any) -> None:
    document = copy.deepcopy(SUMMARY)
    target: Any = document
    for part in place[:-1]:
        target = target[part]
    target[place[-1]] = junk
    try:
        Procedure.parse(document)
    except InvalidInput as refusal:
        assert refusal.code == "procedure-invalid"


@given(JUNK)
def test_what_is_no_document_at_all(junk: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Procedure.parse(junk)
    assert refusal.value.code == "procedure-invalid"
