"""The calendars that come with a release, taken from a library that follows the yearly announcements."""

from __future__ import annotations

from typing import Any

from chinese_calendar.constants import holidays, workdays

from gridwitness.calendars.calendar_year import calendar_document

FIRST_YEAR = 2021
"""The Administrative Penalty Law in force was revised in this year: no term of ours is older."""


def bundled_calendars() -> list[dict[str, Any]]:
    """One document for every year the library knows, from 2021 on.

    The library lists every day off of an announcement, weekends too, and the weekend days that are worked.
    """
    years = sorted({day.year for day in holidays if day.year >= FIRST_YEAR})
    return [
        calendar_document(
            year,
            [day for day in holidays if day.year == year],
            [day for day in workdays if day.year == year],
            # Without the library's release: another one with the same days is no other content.
            f"国务院办公厅关于{year}年部分节假日安排的通知（chinesecalendar）",
        )
        for year in years
    ]
