"""Dispatch rules: read strictly, in order, and each says what made it match."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness.dispatch.rules_document import DispatchRules, Facts, bundled_rules, check_dispatch_rules
from gridwitness.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

EVENT = Facts("0102", frozenset({"3301", "330106"}), "hotline", "normal", "Broken lamp 路灯不亮")


def rule(number: int, unit: str = "SZ", **changed: Any) -> dict[str, Any]:
    return {"id": f"rule-{number}", "zh": "规则", "en": "rule", "when": {}, "unit": unit, **changed}


def rules(*listed: dict[str, Any]) -> DispatchRules:
    return DispatchRules.parse({"format": "gridwitness-dispatch-rules/1", "rules": list(listed)})


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({}, ()),
        ({"matter": ["02", "01"]}, ("matter=01",)),
        ({"grid": ["330106"], "channel": ["hotline"]}, ("grid=330106", "channel=hotline")),
        ({"words": ["LAMP"]}, ("words=LAMP",)),
        ({"urgency": ["urgent", "normal"]}, ("urgency=normal",)),
        ({"matter": ["0102"], "urgency": ["urgent"]}, None),
        ({"grid": ["330107"]}, None),
        ({"words": ["井盖"]}, None),
    ],
)
def test_conditions(when: dict[str, list[str]], why: tuple[str, ...] | None) -> None:
    found = rules(rule(1, when=when)).first(EVENT)
    assert (None if found is None else found[1]) == why


def test_the_first_that_matches_counts() -> None:
    found = rules(rule(1, when={"urgency": ["urgent"]}), rule(2, unit="list"), rule(3)).first(EVENT)
    assert found is not None and found[0].id == "rule-2"


def test_what_comes_with_the_release_is_lawful() -> None:
    assert check_dispatch_rules(bundled_rules()) == ("dispatch/rules", None)


@pytest.mark.parametrize(
    "broken",
    [
        {"format": "gridwitness-dispatch-rules/2", "rules": []},
        {"format": "gridwitness-dispatch-rules/1", "rules": [rule(1), rule(1)]},
        {"format": "gridwitness-dispatch-rules/1", "rules": [rule(1, when={"person": ["x"]})]},
        {"format": "gridwitness-dispatch-rules/1", "rules": [rule(1, unit="manual", helpers=["SZ"])]},
        {"format": "gridwitness-dispatch-rules/1", "rules": [rule(1, helpers=["SZ"])]},
        {"format": "gridwitness-dispatch-rules/1", "rules": [rule(1, unit="a/b")]},
        {"format": "gridwitness-dispatch-rules/1", "rules": [{"id": "rule"}]},
        [],
        None,
    ],
)
def test_anything_else_is_refused(broken: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_dispatch_rules(broken)
    assert refusal.value.code == "dispatch-rules-invalid"


@given(st.lists(st.sampled_from(["urgent", "normal", "emergency"]), min_size=1, max_size=6))
def test_matching_is_the_first_true_condition_by_hand(urgencies: list[str]) -> None:
    document = rules(*(rule(at, when={"urgency": [word]}) for at, word in enumerate(urgencies)))
    found = document.first(EVENT)
    expected = urgencies.index("normal") if "normal" in urgencies else None
    assert (None if found is None else found[0].id) == (None if expected is None else f"rule-{expected}")
