"""The loop's document: the one of the release is sound, and every fault in one is named by its place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.events.loop import Loop
from gridwitness.events.loop_document import bundled_loop, check_loop, read_loop


@pytest.fixture(scope="module")
def loop() -> Loop:
    return read_loop(bundled_loop())


def test_the_bundled_loop_goes_through_seven_stages(loop: Loop) -> None:
    assert check_loop(bundled_loop()) == ("events/loop", None)
    assert {state.stage for state in loop.states.values()} == {1, 2, 3, 4, 5, 6, 7}
    assert [name for name, step in loop.steps.items() if step.opens] == ["report"]
    assert {name for name, state in loop.states.items() if not state.open} == {
        *("closed", "assessed", "void", "merged")
    }


def test_every_clock_that_begins_also_ends(loop: Loop) -> None:
    moved = {"start": set[str](), "end": set[str](), "drop": set[str]()}
    for step in loop.steps.values():
        for moves in (step.moves, *step.by_result.values()):
            moved["start"] |= set(moves.start)
            moved["end"] |= set(moves.end)
            moved["drop"] |= set(moves.drop)
    assert moved["start"] == set(loop.clocks) and moved["end"] == set(loop.clocks)


def test_every_open_state_can_be_left_towards_the_end(loop: Loop) -> None:
    reached, waiting = {"closed", "void", "merged"}, True
    while waiting:
        before = len(reached)
        for step in loop.steps.values():
            ends = {step.to} if isinstance(step.to, str) else set(step.to.values())
            if ends & reached:
                reached |= step.sources
        waiting = len(reached) > before
    assert reached >= {name for name, state in loop.states.items() if state.open}


def test_a_step_ends_where_its_result_says(loop: Loop) -> None:
    check = loop.steps["check"]
    assert check.end("answered", {"result": "passed"}) == "checked"
    assert check.end("answered", {"result": "failed"}) == "handling"
    assert loop.steps["progress"].end("suspended", {}) == "suspended"
    failed = check.moves_for({"result": "failed"})
    assert (failed.start, failed.end, failed.new_round) == (("handle",), ("check",), True)
    assert not check.moves_for({"result": "passed"}).new_round


def _zone(loop: dict[str, Any]) -> None:
    loop["zone"] = "Mars/Olympus"


def _target(loop: dict[str, Any]) -> None:
    loop["steps"]["sign"]["to"] = "lost"


def _result(loop: dict[str, Any]) -> None:
    del loop["steps"]["check"]["to"]["result"]["failed"]


def _role(loop: dict[str, Any]) -> None:
    loop["steps"]["sign"]["roles"] = ["king"]


def _clock(loop: dict[str, Any]) -> None:
    loop["steps"]["sign"]["end"] = ["patience"]


def _number(loop: dict[str, Any]) -> None:
    del loop["numbers"]["reopen_days"]


def _second_opening(loop: dict[str, Any]) -> None:
    loop["steps"]["sign"]["from"] = []


def _measure(loop: dict[str, Any]) -> None:
    loop["clocks"]["sign"]["measure"] = "moons"


def _amount(loop: dict[str, Any]) -> None:
    loop["clocks"]["sign"]["amount"] = 0


def _lost_state(loop: dict[str, Any]) -> None:
    loop["states"]["lost"] = {"zh": "失", "en": "lost", "stage": 2, "open": True}


def _member(loop: dict[str, Any]) -> None:
    loop["steps"]["sign"]["colour"] = "red"


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (_zone, "$.zone"),
        (_target, "$.steps.sign.to"),
        (_result, "$.steps.check.to.result"),
        (_role, "$.steps.sign.roles"),
        (_clock, "$.steps.sign.end"),
        (_number, "$.numbers"),
        (_second_opening, "$.steps"),
        (_measure, "$.clocks.sign.measure"),
        (_amount, "$.clocks.sign.amount"),
        (_lost_state, "$.states"),
        (_member, "$.steps.sign.colour"),
    ],
)
def test_a_fault_is_named_by_its_place(spoil: Callable[[dict[str, Any]], None], place: str) -> None:
    content = copy.deepcopy(bundled_loop())
    spoil(content)
    with pytest.raises(InvalidInput) as refusal:
        read_loop(content)
    assert (refusal.value.code, refusal.value.context["path"]) == ("loop-invalid", place)


@pytest.mark.parametrize("content", [None, [], "loop", {}, {"format": "gridwitness-loop/2"}])
def test_other_contents_are_no_loop(content: Any) -> None:
    with pytest.raises(InvalidInput):
        read_loop(content)
