"""Terms of days over the published calendars (APL-85; `docs/format.md` section 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gridwitness.calendars.calendar_year import CalendarYear
from gridwitness.rules import CalendarUnpublished

Suspension = tuple[date, date | None]
"""Days on which a clock stands still, both included; None = until further notice."""

ONE_DAY = timedelta(days=1)


class Calendars:
    """The years that are published. Immutable; a year outside them is an error, never a guess."""

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        """One calendar a year."""
        self._years = {year.year: year for year in years}

    @classmethod
    def of(cls, documents: Iterable[Any]) -> Calendars:
        """The calendars of these documents. Raises InvalidInput `calendar-invalid`."""
        return cls(CalendarYear.parse(document) for document in documents)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are published, ascending."""
        return tuple(sorted(self._years))

    @property
    def holidays(self) -> Mapping[date, bool]:
        """Public holidays (法定节假日, with the days shifted next to them) of every published year."""
        return {day: True for year in self._years.values() for day in year.holidays}

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked. Raises CalendarUnpublished."""
        year = self._years.get(day.year)
        if year is None:
            raise CalendarUnpublished.of(day.year)
        return year.is_workday(day)

    def roll(self, day: date) -> date:
        """The day itself, or the next working day where it is none. Raises CalendarUnpublished."""
        while not self.is_workday(day):
            day = _next(day)
        return day

    def term_end(self, first: date, days: int, kind: str) -> date:
        """The last day of a term of `days` that begins on `first`, which does not count itself.

        `kind`: `working` or `calendar`. Raises CalendarUnpublished.
        """
        return self._count(first, days, kind, ()) or first

    def due(
        self, first: date, days: int, kind: str, *, roll: bool, still: Sequence[Suspension] = ()
    ) -> date | None:
        """The last day of a term, without the days on which it stands still, then rolled where asked for.

        None where it stands still without an end. Raises CalendarUnpublished.
        """
        end = self._count(first, days, kind, still)
        return self.roll(end) if roll and end is not None else end

    def _count(self, day: date, days: int, kind: str, still: Sequence[Suspension]) -> date | None:
        while days > 0:
            day = _next(day)
            standing = [until for since, until in still if since <= day and (until is None or day <= until)]
            if None in standing:
                return None
            if not standing and (kind == "calendar" or self.is_workday(day)):
                days -= 1
        return day


def _next(day: date) -> date:
    """The day after; no calendar reaches past the last day there is."""
    if day == date.max:
        raise CalendarUnpublished.of(day.year + 1)
    return day + ONE_DAY
