"""Terms in minutes, hours and days on a body's own working hours (docs/format.md section 23, Measures)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness.calendars.calendars import ONE_DAY, Calendars
from gridwitness.errors import InvalidInput
from gridwitness.rules import CalendarUnpublished, Node

MEASURES = ("minutes", "calendar-hours", "calendar-days", "work-minutes", "work-hours", "working-days")
CALENDARS = {"cn": "国家日历", "none": "每日"}
MOST = 1_000_000
"""No term is longer than this many of its measure."""
_CODE = "schedule-invalid"
_WORDS = r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_LENGTHS = {
    "minutes": timedelta(minutes=1),
    "calendar-hours": timedelta(hours=1),
    "work-minutes": timedelta(minutes=1),
    "work-hours": timedelta(hours=1),
}

Pause = tuple[datetime, datetime | None]
"""A clock stands still from the first moment up to, not at, the second; None = until further notice."""
_Window = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a body works: on the days of its calendar, in `hours`: minutes of the local day, [from, to)."""

    calendar: str
    hours: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, calendar: str, document: Any) -> Schedule:
        """Of `{"hours": [["HH:MM", "HH:MM"], …]}`. Raises InvalidInput `schedule-invalid`."""
        Node(calendar, "$.calendar", _CODE).one_of(CALENDARS)
        node = Node(document, "$", _CODE).members({"hours"})["hours"]
        hours = tuple(_window(item) for item in node.items(1))
        for (_, until), (since, _) in pairwise(hours):
            if since < until:
                node.fail("is not ascending, or overlaps")
        return cls(calendar, hours)

    def as_document(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {"hours": [[_words(since), _words(until)] for since, until in self.hours]}

    def works_on(self, day: date, calendars: Calendars) -> bool:
        """Whether the body works that day. Raises CalendarUnpublished."""
        return self.calendar == "none" or calendars.is_workday(day)


ROUND_THE_CLOCK = Schedule("none", ((0, 1440),))
"""Of a body that never closes."""


def due(
    start: datetime,
    amount: int,
    measure: str,
    schedule: Schedule,
    calendars: Calendars,
    zone: ZoneInfo,
    pauses: Sequence[Pause] = (),
) -> datetime | None:
    """When a term that begins at `start` is over (UTC); None: it stands still.

    Minutes and hours are over at the first moment at which `amount` of them has counted. Days are over at
    24:00 local of the last one; the day of the start does not count, nor does one a pause touches.
    Raises CalendarUnpublished; InvalidInput `clock-measure` where the amount is not 1 … 1,000,000.
    """
    if measure not in MEASURES or not 1 <= amount <= MOST:
        raise InvalidInput(
            "clock-measure", f"{amount} {measure} is no term.", f"1 … {MOST} of {', '.join(MEASURES)}"
        )
    length = _LENGTHS.get(measure)
    if length is None:
        last = _last_day(start, amount, measure, schedule, calendars, zone, pauses)
        return None if last is None else _at(_next(last), 0, zone)
    if measure.startswith("work-"):
        windows = _working(start, schedule, calendars, zone)
    else:
        windows = iter([(start.astimezone(UTC), None)])
    return _run_out(windows, amount * length, sorted(pauses, key=lambda pause: pause[0]))


def _run_out(windows: Iterator[_Window], rest: timedelta, pauses: Sequence[Pause]) -> datetime | None:
    """The first moment at which `rest` has counted inside the windows, outside the pauses."""
    for since, until in windows:
        running: datetime | None = since
        for begin, end in pauses:
            if running is None or (until is not None and begin >= until):
                break
            if end is not None and end <= running:
                continue
            if begin > running:
                if begin - running >= rest:
                    return running + rest
                rest -= begin - running
            running = None if end is None else end
        if running is None:
            return None
        if until is None or until - running >= rest:
            return (running + rest).astimezone(UTC)
        rest -= max(until - running, timedelta())
    return None


def _working(start: datetime, schedule: Schedule, calendars: Calendars, zone: ZoneInfo) -> Iterator[_Window]:
    """The body's working time from `start` on, without end."""
    if not schedule.hours:
        raise InvalidInput(_CODE, "The body has no working hours.", "register its hours")
    day = start.astimezone(zone).date()
    while True:
        if schedule.works_on(day, calendars):
            for since, until in schedule.hours:
                begin, end = max(_at(day, since, zone), start.astimezone(UTC)), _at(day, until, zone)
                if begin < end:
                    yield begin, end
        day = _next(day)


def _last_day(
    start: datetime,
    days: int,
    measure: str,
    schedule: Schedule,
    calendars: Calendars,
    zone: ZoneInfo,
    pauses: Sequence[Pause],
) -> date | None:
    """The day with which a term of days ends; None where it stands still before."""
    still = [_touched(pause, zone) for pause in pauses if pause[1] is None or pause[0] < pause[1]]
    day = start.astimezone(zone).date()
    while days > 0:
        day = _next(day)
        standing = [last for first, last in still if first <= day and (last is None or day <= last)]
        if None in standing:
            return None
        if not standing and (measure == "calendar-days" or schedule.works_on(day, calendars)):
            days -= 1
    return day


def _touched(pause: Pause, zone: ZoneInfo) -> tuple[date, date | None]:
    """First and last local day of a pause."""
    since, until = pause
    last = None if until is None else (until.astimezone(zone) - timedelta.resolution).date()
    return since.astimezone(zone).date(), last


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of a local day, as wall clocks show it; 1440 is the next day's first."""
    if minute == 1440:
        day, minute = _next(day), 0
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


def _next(day: date) -> date:
    if day == date.max:
        raise CalendarUnpublished.of(day.year + 1)
    return day + ONE_DAY


def _window(node: Node) -> tuple[int, int]:
    ends = node.items()
    if len(ends) != 2:
        node.fail("is not a pair of times")
    since, until = (_minute(end.text(_WORDS)) for end in ends)
    if since >= until:
        node.fail("ends before it begins")
    return since, until


def _minute(words: str) -> int:
    hours, _, minutes = words.partition(":")
    return int(hours) * 60 + int(minutes)


def _words(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
