"""When a time limit is over: hours and days of a body's own calendar (docs/format.md section 23)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from ..errors import VerificationError
from ..procedure.calendar import MAXIMUM_TERM, Calendars

MINUTES, CALENDAR_HOURS, WORK_MINUTES, WORK_HOURS = "minutes", "calendar-hours", "work-minutes", "work-hours"
CALENDAR_DAYS, WORKING_DAYS = "calendar-days", "working-days"
MEASURES = (MINUTES, CALENDAR_HOURS, CALENDAR_DAYS, WORK_MINUTES, WORK_HOURS, WORKING_DAYS)
NATIONAL, EVERY_DAY = "cn", "none"
MOST = 1_000_000
"""Largest amount of a limit, in its measure."""

_SECONDS = {MINUTES: 60, WORK_MINUTES: 60, CALENDAR_HOURS: 3600, WORK_HOURS: 3600}
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])\Z", re.ASCII)
_ONE_DAY = timedelta(days=1)

Pauses = Sequence[tuple[datetime, datetime | None]]


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A body's calendar and its hours: minutes of the local day, from (with) to (without)."""

    calendar: str
    windows: tuple[tuple[int, int], ...]


def parse_hours(calendar: Any, document: Any) -> WorkingHours:
    """Working hours as registers and clocks state them; raises VerificationError `hours-form`."""
    if calendar not in (NATIONAL, EVERY_DAY) or not isinstance(document, dict):
        raise VerificationError("hours-form", "not a calendar with hours")
    spans = document.get("hours")
    if not isinstance(spans, list) or not 0 < len(spans) <= 48:
        raise VerificationError("hours-form", "hours are not a list of spans")
    windows: list[tuple[int, int]] = []
    for span in spans:
        if not isinstance(span, list) or len(span) != 2:
            raise VerificationError("hours-form", "a span of hours is from and to")
        first, last = _minute(span[0]), _minute(span[1])
        if not (windows[-1][1] if windows else 0) <= first < last:
            raise VerificationError("hours-form", "spans of hours are ascending and disjoint")
        windows.append((first, last))
    return WorkingHours(calendar, tuple(windows))


def _minute(text: Any) -> int:
    match = _CLOCK.match(text) if isinstance(text, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match else -1
    if not 0 <= minute <= 24 * 60:
        raise VerificationError("hours-form", "no time of day")
    return minute


def limit_end(
    start: datetime,
    amount: int,
    measure: str,
    hours: WorkingHours,
    calendars: Calendars,
    zone: tzinfo,
    pauses: Pauses = (),
) -> datetime | None:
    """The moment (UTC) at which a limit that began at `start` is over; None: it stands still before that.

    Raises VerificationError `calendar-unpublished`, or `term` for one that ends beyond all sense.
    """
    if not 0 <= amount <= MOST or measure not in MEASURES:
        raise VerificationError("term", f"a limit of {amount} {measure}")
    if measure in (CALENDAR_DAYS, WORKING_DAYS):
        return _last_day_end(start, amount, _counts(measure, hours), calendars, zone, pauses)
    if measure in (MINUTES, CALENDAR_HOURS):
        spans: Iterator[tuple[datetime, datetime | None]] = iter([(start, None)])
    else:
        spans = _work_spans(start, hours, calendars, zone)
    left = timedelta(seconds=amount * _SECONDS[measure])
    return start if not left else _consume(spans, left, pauses)


def _counts(measure: str, hours: WorkingHours) -> bool:
    """Whether only days of the national calendar count."""
    return measure == WORKING_DAYS and hours.calendar == NATIONAL


def _last_day_end(
    start: datetime, amount: int, national: bool, calendars: Calendars, zone: tzinfo, pauses: Pauses
) -> datetime | None:
    if amount > MAXIMUM_TERM:
        raise VerificationError("term", f"a limit of {amount} days")
    day, left = start.astimezone(zone).date(), amount
    while left:
        day = _next(day)
        if any(begun.astimezone(zone).date() <= day for begun, ended in pauses if ended is None):
            return None
        if not _stands_still(day, pauses, zone) and (not national or calendars.is_workday(day)):
            left -= 1
    return _at(_next(day), 0, zone)


def _stands_still(day: date, pauses: Pauses, zone: tzinfo) -> bool:
    """Whether a closed pause touches a local day: one that ends at 24:00 does not touch the next."""
    first, last = _at(day, 0, zone), _at(_next(day), 0, zone)
    return any(begun < last and ended > max(first, begun) for begun, ended in pauses if ended is not None)


def _work_spans(
    start: datetime, hours: WorkingHours, calendars: Calendars, zone: tzinfo
) -> Iterator[tuple[datetime, datetime | None]]:
    """Spans in which work is done, from `start` on, in order."""
    day = start.astimezone(zone).date()
    for _ in range(100 * 366):
        if hours.calendar == EVERY_DAY or calendars.is_workday(day):
            for first, last in hours.windows:
                begun, ended = max(_at(day, first, zone), start), _at(day, last, zone)
                if begun < ended:
                    yield begun, ended
        day = _next(day)
    raise VerificationError("term", "a limit beyond a hundred years")


def _consume(
    spans: Iterator[tuple[datetime, datetime | None]], left: timedelta, pauses: Pauses
) -> datetime | None:
    """The moment at which so much of the spans is used up outside the pauses."""
    ordered = sorted(pauses, key=lambda pause: pause[0])
    for begun, ended in spans:
        if any(stop <= begun and going is None for stop, going in ordered):
            return None
        for first, last in _outside(begun, ended, ordered):
            if last is None or last - first >= left:
                return _plus(first, left)
            left -= last - first
        if ended is None:
            return None
    return None


def _outside(
    begun: datetime, ended: datetime | None, pauses: Pauses
) -> Iterator[tuple[datetime, datetime | None]]:
    """A span without what lies in pauses; None: without end."""
    at = begun
    for stop, going in pauses:
        if going is not None and going <= at:
            continue
        if ended is not None and stop >= ended:
            break
        if stop > at:
            yield at, stop
        if going is None:
            return
        at = max(at, going)
    if ended is None or at < ended:
        yield at, ended


def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    """A minute of a local day as a moment; 24:00 is the next day's first."""
    if minute == 24 * 60:
        day, minute = _next(day), 0
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return local.astimezone(UTC)


def _next(day: date) -> date:
    try:
        return day + _ONE_DAY
    except OverflowError as error:
        raise VerificationError("term", "a limit beyond the year 9999") from error


def _plus(moment: datetime, more: timedelta) -> datetime:
    try:
        return moment + more
    except OverflowError as error:
        raise VerificationError("term", "a limit beyond the year 9999") from error
