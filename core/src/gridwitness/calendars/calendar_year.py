"""One year's working days, as the State Council announced them (`docs/format.md` section 15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from gridwitness.rules import Node

FORMAT = "gridwitness-calendar/1"
CALENDAR = "cn"
CODE = "calendar-invalid"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """Holidays (法定节假日, with the days shifted next to them) and weekend days that are worked (调休)."""

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]
    source: str

    @classmethod
    def parse(cls, content: Any) -> CalendarYear:
        """Read a calendar document. Raises InvalidInput `calendar-invalid`, with the place in `path`."""
        node = Node(content, "$", CODE)
        parts = node.members({"format", "calendar", "year", "holidays", "workdays", "source"})
        parts["format"].one_of({FORMAT})
        parts["calendar"].one_of({CALENDAR})
        year = parts["year"].integer(1949)
        if year > date.max.year:
            parts["year"].fail("is no year")
        holidays, workdays = (_days(parts[name], year) for name in ("holidays", "workdays"))
        if not holidays:
            parts["holidays"].fail("a year has holidays")
        if not holidays.isdisjoint(workdays):
            parts["workdays"].fail("a day is a holiday and worked")
        for day in workdays:
            if day.weekday() < _SATURDAY:
                parts["workdays"].fail(f"{day} is a working day anyway")
        return cls(year, holidays, workdays, parts["source"].text())

    def is_workday(self, day: date) -> bool:
        """Whether the day, one of this year, is worked."""
        return day in self.workdays or (day.weekday() < _SATURDAY and day not in self.holidays)


def calendar_document(
    year: int, holidays: Iterable[date], workdays: Iterable[date], source: str
) -> dict[str, Any]:
    """The document of a year."""
    return {
        "format": FORMAT,
        "calendar": CALENDAR,
        "year": year,
        "holidays": [day.isoformat() for day in sorted(holidays)],
        "workdays": [day.isoformat() for day in sorted(workdays)],
        "source": source,
    }


def _days(node: Node, year: int) -> frozenset[date]:
    days = [item.day() for item in node.items()]
    for day in days:
        if day.year != year:
            node.fail(f"{day} is no day of {year}")
    if days != sorted(set(days)):
        node.fail("is not ascending")
    return frozenset(days)
