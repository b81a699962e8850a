"""Time windows of permits (docs/format.md section 20), and whether a local time lies in them.

A window belongs to the day on which it begins: `[from, to)`, across midnight where `to` ≤ `from`; weekday,
season and holiday are those of that day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from gridwitness.errors import InvalidInput

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY = re.compile(r"[0-9]{2}-[0-9]{2}")
_HOLIDAYS = ("any", "only", "never")
_MOST = 32
_MINUTES = 24 * 60
_DAY_SECONDS = 24 * 3600
NO_HOLIDAYS: Mapping[date, bool] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Window:
    """One window: minutes of the day, ISO weekdays, season as (month, day) from and to, both inclusive."""

    begin: int
    end: int
    weekdays: frozenset[int]
    season: tuple[tuple[int, int], tuple[int, int]] | None
    holidays: str

    @property
    def length(self) -> int:
        """Seconds; a window that ends where it begins lasts a day."""
        return ((self.end - self.begin) % _MINUTES or _MINUTES) * 60

    def opens_on(self, day: date, holidays: Mapping[date, bool]) -> bool:
        """Whether the window begins on this day."""
        if day.isoweekday() not in self.weekdays:
            return False
        if self.season is not None and not _in_season(self.season, (day.month, day.day)):
            return False
        return self.holidays == "any" or holidays.get(day, False) is (self.holidays == "only")


def parse_windows(value: Any) -> tuple[Window, ...]:
    """The windows of a permit; none allow any time. Raises InvalidInput `windows`."""
    if not isinstance(value, dict) or value.keys() != {"windows"} or not isinstance(value["windows"], list):
        raise _refused('`windows` is not {"windows": […]}')
    if len(value["windows"]) > _MOST:
        raise _refused(f"a permit has at most {_MOST} windows")
    return tuple(_window(window) for window in value["windows"])


def windows_allow_one(
    windows: Sequence[Window],
    local: datetime,
    grace_seconds: int = 0,
    holidays: Mapping[date, bool] = NO_HOLIDAYS,
) -> bool:
    """Whether a local time (without zone) lies in a window, or within the grace before or after one.

    `holidays`: which days are rest days by public holiday; a day that is absent is none.
    """
    if not windows:
        return True
    for days in shifts(grace_seconds):
        day = local.date() + timedelta(days=days)
        midnight = datetime(day.year, day.month, day.day)
        for window in windows:
            if window.opens_on(day, holidays):
                begins = midnight + timedelta(minutes=window.begin, seconds=-grace_seconds)
                if begins <= local < begins + timedelta(seconds=window.length + 2 * grace_seconds):
                    return True
    return False


def shifts(grace_seconds: int) -> range:
    """Days, from the day of a time, on which a window that holds it may begin."""
    reach = -(-grace_seconds // _DAY_SECONDS)
    return range(-1 - reach, reach + 1)


def _window(value: Any) -> Window:
    if not isinstance(value, dict) or not {"from", "to"} <= value.keys() <= {
        "from",
        "to",
        "weekdays",
        "season",
        "holidays",
    }:
        raise _refused("a window has from, to and at most weekdays, season, holidays")
    weekdays = value.get("weekdays", [1, 2, 3, 4, 5, 6, 7])
    if (
        not isinstance(weekdays, list)
        or not weekdays
        or not all(type(day) is int and 1 <= day <= 7 for day in weekdays)
        or len(set(weekdays)) != len(weekdays)
    ):
        raise _refused("`weekdays` are different numbers from 1 (Monday) to 7")
    holidays = value.get("holidays", "any")
    if holidays not in _HOLIDAYS:
        raise _refused(f"`holidays` is one of {', '.join(_HOLIDAYS)}")
    season = _season(value["season"]) if "season" in value else None
    return Window(_minutes(value["from"]), _minutes(value["to"]), frozenset(weekdays), season, holidays)


def _minutes(value: Any) -> int:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise _refused("a time of the day is HH:MM, from 00:00 to 23:59")
    return int(value[:2]) * 60 + int(value[3:])


def _season(value: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    if not isinstance(value, list) or len(value) != 2:
        raise _refused("`season` is two days of the year, MM-DD")
    first, last = (_day_of_year(day) for day in value)
    return first, last


def _day_of_year(value: Any) -> tuple[int, int]:
    if isinstance(value, str) and _DAY.fullmatch(value):
        month, day = int(value[:2]), int(value[3:])
        try:
            date(2024, month, day)  # a leap year: 02-29 is a day
        except ValueError:
            pass
        else:
            return month, day
    raise _refused("a day of a season is MM-DD")


def _in_season(season: tuple[tuple[int, int], tuple[int, int]], day: tuple[int, int]) -> bool:
    first, last = season
    return first <= day <= last if first <= last else day >= first or day <= last


def _refused(why: str) -> InvalidInput:
    return InvalidInput("windows", f"The permit's windows can't be read: {why}.", "docs/format.md section 20")
