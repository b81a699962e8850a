"""Periods of assessment: whole local days, the period before, and the same one a year ago."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridwitness.errors import InvalidInput

DEFAULT_DAYS = 30
LONGEST_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant to another, which is not in it."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Days:
    """Local days `first` to `last`, both in it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Raises InvalidInput `period-invalid`."""
        if not date(1900, 1, 1) <= self.first <= self.last <= date(9998, 12, 31):
            raise InvalidInput("period-invalid", "The period has no day.", "give `from` not after `to`")
        if (self.last - self.first).days >= LONGEST_DAYS:
            raise InvalidInput("period-invalid", f"A period has at most {LONGEST_DAYS} days.", None)

    def period(self, zone: ZoneInfo) -> Period:
        """The instants."""
        return Period(_midnight(self.first, zone), _midnight(self.last + timedelta(days=1), zone))

    def before(self) -> Days:
        """环比: as many whole months before where these are whole months, else as many days."""
        if self._whole_months():
            months = 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1
            last = self.first - timedelta(days=1)
            return Days(_months_on(self.first, -months), last)
        length = self.last - self.first + timedelta(days=1)
        return Days(self.first - length, self.last - length)

    def year_before(self) -> Days:
        """同比: the same days a year before; a month's last day stays one."""
        first, last = _months_on(self.first, -12), _months_on(self.last, -12)
        return Days(first, _end_of_month(last) if self._whole_months() else last)

    def _whole_months(self) -> bool:
        return self.first.day == 1 and self.last == _end_of_month(self.last)


def days_of(first: date | None, last: date | None, month: str | None, today: date) -> Days:
    """What was asked for: a month `YYYY-MM`, or days; default: the last 30 whole days.

    Raises InvalidInput `period-invalid`.
    """
    if month is not None:
        if first is not None or last is not None:
            raise InvalidInput("period-invalid", "A month and days were given.", "give one of them")
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            raise InvalidInput("period-invalid", f"{month!r} is no month.", "write YYYY-MM") from None
        return Days(first, _end_of_month(first))
    last = last or today - timedelta(days=1)
    return Days(first or last - timedelta(days=DEFAULT_DAYS - 1), last)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months_on(day: date, months: int) -> date:
    number = 12 * day.year + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
