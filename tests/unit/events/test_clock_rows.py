"""Clocks of an event as rows: what each move makes of them; whatever the order, sums hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from gridwitness.calendars import Calendars
from gridwitness.events import clock_rows
from gridwitness.events.clock_rows import PROMISED, Cause, Terms, Times
from gridwitness.events.course import Course, Row
from gridwitness.events.models import ClockRow
from gridwitness.grids.territory import Territory
from hypothesis import given
from hypothesis import strategies as st

SUB = "0" * 32
BEGAN = datetime(2026, 5, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TIMES = Times(Territory({}, {}, {}), Calendars(()), ZoneInfo("Asia/Shanghai"), 3)


def cause(after: timedelta, number: int = 1) -> Cause:
    return Cause(BEGAN + after, UUID(int=number))


def begun(terms: Terms) -> Course:
    course = Course(SUB)
    if terms.promised is not None:
        said = terms.promised.strftime("%Y-%m-%dT%H:%M:%SZ")
        course.said[UUID(int=1)] = {"promised_by": said}
    clock_rows.begin(course, TIMES, "handle", terms, cause(timedelta()), round=1, unit="WX")
    return course


def only(course: Course) -> Row:
    (row,) = course.all(ClockRow)
    return row


FOUR_HOURS = Terms(4, "calendar-hours", "loop")


@pytest.mark.parametrize(("hours", "state"), [(3, "met"), (4, "met"), (5, "late")])
def test_met_at_the_due_time_late_behind_it(hours: int, state: str) -> None:
    course = begun(FOUR_HOURS)
    clock_rows.end(course, only(course), cause(hours * HOUR, 2))
    row = only(course)
    assert (row["state"], row["ended_by"], row["triple_at"]) == (state, UUID(int=2), BEGAN + 12 * HOUR)


def test_nobody_guesses_a_year_without_calendar() -> None:
    course = Course(SUB)
    row: dict[str, Any] = {
        "calendar": "cn", "hours": {"hours": [["09:00", "17:00"]]}, "measure": "work-hours",
        "started_at": BEGAN, "amount": 4, "added": 0, "pauses": [],
    }  # fmt: skip
    read = clock_rows.reading(row, TIMES, None)
    assert read == {"due_at": None, "triple_at": None, "problem": "calendar-unpublished 2026"}
    course.put(
        ClockRow, dict.fromkeys(("sub", "clock", "unit"), SUB) | {"round": 1, "number": 0}, **row, **read
    )
    clock_rows.end(course, only(course), cause(HOUR))
    assert only(course)["state"] == "void"


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), max_size=4), st.integers(1, 9))
def test_standing_still_moves_the_end_by_just_that_time(spans: list[tuple[int, int]], more: int) -> None:
    for terms in (
        Terms(1000, "calendar-hours", "loop"),
        Terms(9, "calendar-hours", PROMISED, BEGAN + 1000 * HOUR),
    ):
        course, at, still = begun(terms), timedelta(), timedelta()
        for running, standing in spans:
            at += running * HOUR
            clock_rows.pause(course, TIMES, only(course), cause(at))
            assert (only(course)["state"], only(course)["due_at"]) == ("paused", None)
            at, still = at + standing * HOUR, still + standing * HOUR
            clock_rows.resume(course, TIMES, only(course), cause(at))
        clock_rows.extend(course, TIMES, only(course), more)
        row = only(course)
        assert row["due_at"] == BEGAN + (1000 + more) * HOUR + still
        assert (row["state"], row["added"], len(row["pauses"])) == ("running", more, len(spans))


def test_a_promise_of_the_past_is_late_from_the_beginning() -> None:
    course = begun(Terms(9, "calendar-hours", PROMISED, BEGAN - HOUR))
    assert (only(course)["due_at"], only(course)["triple_at"]) == (BEGAN - HOUR, BEGAN)
    clock_rows.end(course, only(course), cause(HOUR))
    assert only(course)["state"] == "late"


def test_a_second_run_in_a_round_has_a_number_of_its_own() -> None:
    course = begun(FOUR_HOURS)
    clock_rows.drop(course, only(course), cause(HOUR))
    clock_rows.begin(course, TIMES, "handle", FOUR_HOURS, cause(HOUR, 3), round=1, unit="SZ")
    assert [
        (r["number"], r["unit"], r["state"]) for r in sorted(course.all(ClockRow), key=lambda r: r["number"])
    ] == [*((0, "WX", "void"), (1, "SZ", "running"))]
    running = course.running("handle")
    assert running is not None and running["unit"] == "SZ"
