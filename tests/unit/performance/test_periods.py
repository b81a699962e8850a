"""Periods, the one before, and the same one a year ago."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.performance.periods import Days, days_of
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 28)
DAYS = st.dates(date(1970, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("days", "before", "year_before"),
    [
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28"), ("2025-03-01", "2025-03-31")),
        (("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31"), ("2023-02-01", "2023-02-28")),
        (("2025-02-01", "2025-02-28"), ("2025-01-01", "2025-01-31"), ("2024-02-01", "2024-02-29")),
        (("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31"), ("2025-01-01", "2025-03-31")),
        (("2026-11-02", "2026-11-08"), ("2026-10-26", "2026-11-01"), ("2025-11-02", "2025-11-08")),
        (("2024-02-29", "2024-02-29"), ("2024-02-28", "2024-02-28"), ("2023-02-28", "2023-02-28")),
    ],
)
def test_the_two_others(days: tuple[str, str], before: tuple[str, str], year_before: tuple[str, str]) -> None:
    asked = _days(days)
    assert asked.before() == _days(before)
    assert asked.year_before() == _days(year_before)


@given(DAYS, st.integers(0, 400))
def test_the_one_before_ends_where_this_one_begins(first: date, more: int) -> None:
    days = Days(first, first + timedelta(days=more))
    before = days.before()
    assert before.last + timedelta(days=1) == days.first and before.first <= before.last


def test_what_was_asked_for() -> None:
    assert days_of(None, None, None, TODAY) == _days(("2026-10-29", "2026-11-27"))
    assert days_of(None, None, "2026-02", TODAY) == _days(("2026-02-01", "2026-02-28"))
    assert days_of(date(2026, 11, 1), None, None, TODAY) == _days(("2026-11-01", "2026-11-27"))
    for first, last, month in (
        (date(2026, 11, 2), date(2026, 11, 1), None),
        (date(1000, 1, 1), date(1000, 1, 1), None),
        (date(2020, 1, 1), date(2026, 1, 1), None),
        (date(2026, 11, 1), None, "2026-11"),
        (None, None, "2026-13"),
    ):
        with pytest.raises(InvalidInput) as refused:
            days_of(first, last, month, TODAY)
        assert refused.value.code == "period-invalid"


def test_local_days_as_instants() -> None:
    period = _days(("2026-11-01", "2026-11-30")).period(ZoneInfo("Asia/Shanghai"))
    assert period.begins == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert period.ends == datetime(2026, 11, 30, 16, tzinfo=UTC)


def _days(pair: tuple[str, str]) -> Days:
    return Days(*map(date.fromisoformat, pair))
