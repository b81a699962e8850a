"""Calendars as contents of published rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from gridwitness.calendars.bundled import bundled_calendars
from gridwitness.calendars.calendar_year import CALENDAR, CalendarYear
from gridwitness.calendars.calendars import Calendars


class PublishedCalendars:
    """The port `CalendarSource` of the rules feature, filled."""

    def bundled(self) -> list[dict[str, Any]]:
        """The calendars that come with the release."""
        return bundled_calendars()

    def check(self, content: Any) -> tuple[str, str | None]:
        """`calendar/cn/<year>`. Raises InvalidInput `calendar-invalid`."""
        return f"calendar/{CALENDAR}/{CalendarYear.parse(content).year}", None

    def window(self, content: Any) -> tuple[date, date]:
        """The year."""
        year = CalendarYear.parse(content).year
        return date(year, 1, 1), date(year, 12, 31)

    def read(self, contents: Sequence[Any]) -> Calendars:
        """The calendars of these documents."""
        return Calendars.of(contents)
