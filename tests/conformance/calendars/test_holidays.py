"""Our working days are those of a second library that follows the announcements on its own."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from support.procedure_case import real_calendars


@pytest.mark.parametrize("year", range(2021, 2027))
def test_both_libraries_know_the_same_working_days(year: int) -> None:
    other, ours = holidays.country_holidays("CN", years=year), real_calendars()
    days = [date(year, 1, 1) + timedelta(days=i) for i in range(365)]
    assert [day for day in days if other.is_working_day(day) != ours.is_workday(day)] == []
