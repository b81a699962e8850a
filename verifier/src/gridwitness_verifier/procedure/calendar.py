"""Working days and terms (docs/format.md section 15): a year without published calendar is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ..claims import is_integer
from ..errors import VerificationError

WORKING = "working"
CALENDAR_DAYS = "calendar"
KINDS = (WORKING, CALENDAR_DAYS)
# Longer than any term of the law; a hostile one would cost time, or leave the calendar of the machine.
MAXIMUM_TERM = 4_000

_FORMAT = "gridwitness-calendar/1"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Year:
    """What one year's calendar changes about Monday to Friday."""

    holidays: frozenset[date]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True)
class Calendars:
    """The published calendars by year."""

    years: Mapping[int, Year] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Raises VerificationError `calendar-unpublished` for a year without calendar."""
        year = self.years.get(day.year)
        if year is None:
            raise VerificationError("calendar-unpublished", f"no calendar of {day.year} is published")
        return day in year.workdays or (day.weekday() < 5 and day not in year.holidays)

    def roll(self, day: date) -> date:
        """This day, or the next working day where it is none."""
        while not self.is_workday(day):
            day += _ONE
        return day

    def term_end(
        self,
        first: date,
        days: int,
        kind: str,
        still: frozenset[date] = frozenset(),
        until: date | None = None,
    ) -> date | None:
        """The last day of a term that begins after `first`; days of `still` do not count.

        None where it is not reached before `until`, from which on none counts (None: there is no such day).
        Raises VerificationError `calendar-unpublished`, or `term` for one beyond MAXIMUM_TERM.
        """
        if not 0 <= days <= MAXIMUM_TERM:
            raise VerificationError("term", f"a term of {days} days")
        if kind == CALENDAR_DAYS and not still and until is None:
            return _after(first, days)
        day, left = first, days
        while left:
            day = _after(day)
            if until is not None and day >= until:
                return None
            if day not in still and (kind == CALENDAR_DAYS or self.is_workday(day)):
                left -= 1
        return day


def _after(day: date, days: int = 1) -> date:
    try:
        return day + days * _ONE
    except OverflowError as error:
        raise VerificationError("term", "a term beyond the year 9999") from error


def parse_calendar(content: Any) -> tuple[int, Year]:
    """The year of a calendar document and what it says; raises VerificationError `calendar-form`."""
    if not isinstance(content, dict) or content.get("format") != _FORMAT or content.get("calendar") != "cn":
        raise VerificationError("calendar-form", f"not a {_FORMAT} of cn")
    year: Any = content.get("year")
    if not is_integer(year, 1900, 9998):
        raise VerificationError("calendar-form", "a calendar without its year")
    number = int(year)
    holidays, workdays = _days(content, "holidays", number), _days(content, "workdays", number)
    if holidays & workdays:
        raise VerificationError("calendar-form", "a day that is holiday and working day")
    return number, Year(holidays, workdays)


def _days(content: dict[str, Any], name: str, year: int) -> frozenset[date]:
    value = content.get(name)
    if not isinstance(value, list) or len(value) > 366:
        raise VerificationError("calendar-form", f"{name} is not a list of days")
    days = [_day(text, name) for text in value]
    if any(day.year != year for day in days) or days != sorted(set(days)):
        raise VerificationError("calendar-form", f"{name} are days of {year}, ascending")
    return frozenset(days)


def _day(text: Any, name: str) -> date:
    try:
        if isinstance(text, str) and _DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise VerificationError("calendar-form", f"an element of {name} that is no day")
