"""Time windows of permits: one time and whole arrays judged alike."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from gridwitness.errors import InvalidInput
from gridwitness.trucks.windows import parse_windows, windows_allow_one
from gridwitness.trucks.windows_arrays import windows_allow
from hypothesis import given, settings
from hypothesis import strategies as st

CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
DAY = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: f"{day:%m-%d}")
WINDOW = st.fixed_dictionaries(
    {"from": CLOCK, "to": CLOCK},
    optional={
        "weekdays": st.lists(st.integers(1, 7), min_size=1, unique=True),
        "season": st.lists(DAY, min_size=2, max_size=2),
        "holidays": st.sampled_from(["any", "only", "never"]),
    },
)
FEW_DAYS = st.dates(date(2026, 9, 28), date(2026, 10, 9))
TIMES = st.lists(
    st.datetimes(datetime(2026, 9, 29), datetime(2026, 10, 8)) | st.datetimes(datetime(1971, 1, 1)),
    min_size=1,
    max_size=20,
)


def allowed(windows: list[dict[str, Any]], *times: str, grace: int = 0, holidays: Any = None) -> list[bool]:
    parsed = parse_windows({"windows": windows})
    return [windows_allow_one(parsed, datetime.fromisoformat(t), grace, holidays or {}) for t in times]


@settings(max_examples=60)
@given(
    st.lists(WINDOW, max_size=4),
    TIMES,
    st.sampled_from([0, 1, 300, 86_400, 90_000]),
    st.dictionaries(FEW_DAYS, st.booleans()),
)
def test_an_array_is_judged_as_each_of_its_times(
    windows: list[dict[str, Any]], times: list[datetime], grace: int, holidays: dict[date, bool]
) -> None:
    parsed = parse_windows({"windows": windows})
    each = [windows_allow_one(parsed, time, grace, holidays) for time in times]
    assert windows_allow(parsed, np.array(times, "datetime64[us]"), grace, holidays).tolist() == each


@settings(max_examples=60)
@given(st.lists(WINDOW, min_size=1, max_size=3), st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)))
def test_grace_only_ever_allows_more(windows: list[dict[str, Any]], time: datetime) -> None:
    parsed = parse_windows({"windows": windows})
    if windows_allow_one(parsed, time):
        assert windows_allow_one(parsed, time, 300)
        assert windows_allow_one(parsed, time + timedelta(seconds=299), 300)
        assert windows_allow_one(parsed, time - timedelta(seconds=299), 300)


def test_no_window_allows_any_time() -> None:
    assert allowed([], "2026-05-01T12:00") == [True]
    assert windows_allow((), np.array(["2026-05-01T12:00"], "datetime64[us]")).tolist() == [True]


def test_from_belongs_to_a_window_and_to_does_not() -> None:
    night = [{"from": "21:00", "to": "06:00"}]
    assert allowed(night, "2026-05-01T20:59:59.999999", "2026-05-01T21:00", "2026-05-02T05:59:59") == [
        False, True, True,
    ]  # fmt: skip
    assert allowed(night, "2026-05-02T06:00", "2026-05-02T12:00") == [False, False]
    assert allowed([{"from": "00:00", "to": "00:00"}], "2026-05-02T00:00", "2026-05-02T23:59") == [True, True]


def test_a_night_belongs_to_the_day_it_begins() -> None:
    friday = [{"from": "21:00", "to": "06:00", "weekdays": [5]}]  # 2026-05-01 is a Friday
    assert allowed(friday, "2026-05-01T22:00", "2026-05-02T05:00", "2026-05-01T05:00") == [True, True, False]


def test_a_season_goes_over_the_end_of_the_year() -> None:
    winter = [{"from": "20:00", "to": "06:00", "season": ["11-01", "02-29"]}]
    assert allowed(winter, "2026-12-31T23:00", "2027-01-01T03:00", "2027-03-01T05:00") == [True] * 3
    assert allowed(winter, "2027-03-01T21:00") == [False]
    assert allowed(winter, "2027-03-02T03:00", "2028-02-29T21:00", "2028-10-31T21:00") == [
        False, True, False,
    ]  # fmt: skip


def test_holidays_are_days_of_their_own() -> None:
    rest = {date(2026, 10, 1): True}
    night = {"from": "21:00", "to": "06:00"}
    times = ("2026-10-01T22:00", "2026-10-02T05:00", "2026-10-02T22:00")
    assert allowed([{**night, "holidays": "never"}], *times, holidays=rest) == [False, False, True]
    assert allowed([{**night, "holidays": "only"}], *times, holidays=rest) == [True, True, False]


def test_grace_reaches_to_both_sides() -> None:
    day = [{"from": "00:00", "to": "06:00"}]
    assert allowed(day, "2026-05-01T23:56", "2026-05-01T06:04:59", "2026-05-01T06:05", grace=300) == [
        True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        None, [], {}, {"windows": None}, {"windows": [], "more": 1}, {"windows": ["21:00-06:00"]},
        {"windows": [{"from": "21:00"}]}, {"windows": [{"from": "24:00", "to": "06:00"}]},
        {"windows": [{"from": "9:00", "to": "06:00"}]}, {"windows": [{"from": "09:00\n", "to": "06:00"}]},
        {"windows": [{"from": "09:00", "to": "06:00", "weekday": [1]}]},
        {"windows": [{"from": "09:00", "to": "06:00", "weekdays": []}]},
        {"windows": [{"from": "09:00", "to": "06:00", "weekdays": [True]}]},
        {"windows": [{"from": "09:00", "to": "06:00", "weekdays": [0]}]},
        {"windows": [{"from": "09:00", "to": "06:00", "weekdays": [1, 1]}]},
        {"windows": [{"from": "09:00", "to": "06:00", "season": ["02-30", "03-01"]}]},
        {"windows": [{"from": "09:00", "to": "06:00", "season": ["02-01"]}]},
        {"windows": [{"from": "09:00", "to": "06:00", "holidays": "sometimes"}]},
        {"windows": [{"from": "09:00", "to": "06:00", "holidays": ["any"]}]},
        {"windows": [{"from": "09:00", "to": "06:00"}] * 33},
    ],
)  # fmt: skip
def test_what_is_no_window_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_windows(value)
    assert refusal.value.code == "windows"
