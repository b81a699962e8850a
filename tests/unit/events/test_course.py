"""A course: a step's changes are seen at once, name only what differs, and stand only when taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gridwitness.events.course import Course
from gridwitness.events.models import AskRow, AssignmentRow, EventRow
from hypothesis import given
from hypothesis import strategies as st

SUB = "0" * 32
KEY = {"sub": SUB, "round": 1, "number": 1, "unit": "WX"}


def test_a_refused_step_leaves_nothing() -> None:
    course = Course(SUB)
    course.put(EventRow, {"sub": SUB}, state="reported", round=1)
    assert course.event is not None and course.event["state"] == "reported"
    course.begin()
    assert course.event is None and course.take() == []


def test_only_what_differs_is_a_change() -> None:
    course = Course(SUB)
    course.put(AssignmentRow, KEY, part="lead", state="dispatched")
    (first,) = course.take()
    assert first.new and first.columns is not None and first.columns["signed_at"] is None
    course.put(AssignmentRow, KEY, part="lead", state="signed")
    course.put(AssignmentRow, KEY, state="answered")
    (second,) = course.take()
    assert (second.new, second.columns) == (False, {"state": "answered"})
    course.put(AssignmentRow, KEY, state="returned")
    course.put(AssignmentRow, KEY, state="answered")
    assert course.take() == []


def test_the_open_ask_is_the_one_nobody_answered() -> None:
    course = Course(SUB)
    for number, state in ((1, "refused"), (2, "open")):
        course.put(AskRow, {"jti": UUID(int=number)}, sub=SUB, what="extend", number=number, state=state)
    course.take()
    found = course.open_ask("extend")
    assert found is not None and found["number"] == 2 and course.open_ask("return") is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["WX", "SZ"]), st.sampled_from(["state", "basis"]), st.integers(0, 3)),
        max_size=20,
    ),
    st.integers(1, 5),
)
def test_changes_replayed_give_the_same_rows(puts: list[tuple[str, str, int]], every: int) -> None:
    course, replayed = Course(SUB), dict[tuple[Any, ...], dict[str, Any]]()
    for number, (unit, column, value) in enumerate(puts):
        course.put(AssignmentRow, {**KEY, "unit": unit}, **{column: str(value)})
        if number % every == 0 or number == len(puts) - 1:
            for row in course.take():
                place = tuple(row.key.values())
                assert row.new == (place not in replayed)
                replayed.setdefault(place, {}).update(row.columns or {})
    shown = {tuple(row[name] for name in KEY): row for row in course.all(AssignmentRow)}
    assert {place: {**dict(zip(KEY, place, strict=True)), **row} for place, row in replayed.items()} == shown
