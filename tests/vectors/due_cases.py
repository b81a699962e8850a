"""When a time limit is over (docs/format.md section 23), worked out by hand from the wall calendar.

Published are the years 2025 and 2026 of `procedure/calendars.json`. Times are Beijing's unless a case says
otherwise; `due` None: it stands still; `unpublished`: no calendar says which days count.
"""

from __future__ import annotations

from typing import Any

OFFICE = [["09:00", "12:00"], ["13:30", "17:30"]]
ROUND = [["00:00", "24:00"]]
NIGHT = [["20:00", "24:00"]]
UNPUBLISHED = "unpublished"
_SHANGHAI = "Asia/Shanghai"
_NEW_YORK = "America/New_York"

# Name, start, amount, measure, calendar, hours, pauses, due.
_CASES: list[tuple[str, str, int, str, str, list[list[str]], list[list[str | None]], str | None]] = [
    ("minutes do not stop at night", "2026-03-02 23:50", 30, "minutes", "cn", OFFICE, [], "2026-03-03 00:20"),
    ("hours go through a holiday", "2026-10-01 09:00", 48, "calendar-hours", "cn", OFFICE, [],
     "2026-10-03 09:00"),
    ("hours need no calendar", "2030-01-01 09:00", 2, "calendar-hours", "cn", OFFICE, [], "2030-01-01 11:00"),
    ("minutes, a pause taken out", "2026-03-02 09:00", 60, "minutes", "cn", OFFICE,
     [["2026-03-02 09:30", "2026-03-03 09:30"]], "2026-03-03 10:00"),
    ("minutes, two pauses that overlap", "2026-03-02 09:00", 60, "minutes", "cn", OFFICE,
     [["2026-03-02 09:20", "2026-03-02 10:20"], ["2026-03-02 10:00", "2026-03-02 11:20"]],
     "2026-03-02 12:00"),
    ("minutes, a pause that begins when the limit is over", "2026-03-02 09:00", 60, "minutes", "cn", OFFICE,
     [["2026-03-02 10:00", None]], "2026-03-02 10:00"),
    ("minutes, standing still", "2026-03-02 09:00", 60, "minutes", "cn", OFFICE,
     [["2026-03-02 09:59", None]], None),
    ("minutes, over before it stood still", "2026-03-02 09:00", 60, "minutes", "cn", OFFICE,
     [["2026-03-02 11:00", None]], "2026-03-02 10:00"),
    ("calendar days, the first does not count", "2026-03-02 00:00", 1, "calendar-days", "cn", OFFICE, [],
     "2026-03-04 00:00"),
    ("calendar days begun late in the evening", "2026-03-02 23:59", 1, "calendar-days", "cn", OFFICE, [],
     "2026-03-04 00:00"),
    ("calendar days go through a holiday", "2026-09-30 10:00", 7, "calendar-days", "cn", OFFICE, [],
     "2026-10-08 00:00"),
    ("calendar days need no calendar", "2030-01-01 10:00", 3, "calendar-days", "cn", OFFICE, [],
     "2030-01-05 00:00"),
    ("calendar days, each day that a pause touches is out", "2026-03-02 10:00", 3, "calendar-days", "cn",
     OFFICE, [["2026-03-03 23:00", "2026-03-04 01:00"]], "2026-03-08 00:00"),
    ("calendar days, a pause that ends at midnight touches no day more", "2026-03-02 10:00", 3,
     "calendar-days", "cn", OFFICE, [["2026-03-03 08:00", "2026-03-04 00:00"]], "2026-03-07 00:00"),
    ("calendar days, a pause of no length touches none", "2026-03-02 10:00", 3, "calendar-days", "cn", OFFICE,
     [["2026-03-03 08:00", "2026-03-03 08:00"]], "2026-03-06 00:00"),
    ("calendar days, standing still", "2026-03-02 10:00", 3, "calendar-days", "cn", OFFICE,
     [["2026-03-05 08:00", None]], None),
    ("calendar days, over before it stood still", "2026-03-02 10:00", 3, "calendar-days", "cn", OFFICE,
     [["2026-03-06 00:00", None]], "2026-03-06 00:00"),
    ("working days over a weekend", "2026-03-06 10:00", 1, "working-days", "cn", OFFICE, [],
     "2026-03-10 00:00"),
    ("working days over the spring festival, with both weekends worked", "2026-02-13 10:00", 3,
     "working-days", "cn", OFFICE, [], "2026-02-26 00:00"),
    ("working days begun on a Sunday", "2026-03-08 10:00", 1, "working-days", "cn", OFFICE, [],
     "2026-03-10 00:00"),
    ("working days over the national day", "2026-09-30 17:00", 5, "working-days", "cn", OFFICE, [],
     "2026-10-14 00:00"),
    ("working days of a body that works every day", "2026-09-30 17:00", 5, "working-days", "none", OFFICE, [],
     "2026-10-06 00:00"),
    ("working days, a pause over a weekend takes no working day", "2026-03-06 10:00", 2, "working-days", "cn",
     OFFICE, [["2026-03-07 09:00", "2026-03-08 18:00"]], "2026-03-11 00:00"),
    ("working days, a pause of two of them", "2026-03-02 10:00", 3, "working-days", "cn", OFFICE,
     [["2026-03-03 12:00", "2026-03-04 12:00"]], "2026-03-10 00:00"),
    ("working days into a year without calendar", "2026-12-31 10:00", 1, "working-days", "cn", OFFICE, [],
     UNPUBLISHED),
    ("working days up to the last day that is published", "2026-12-30 10:00", 1, "working-days", "cn", OFFICE,
     [], "2027-01-01 00:00"),
    ("working days in a year without calendar, for a body that works every day", "2030-01-01 10:00", 2,
     "working-days", "none", OFFICE, [], "2030-01-04 00:00"),
    ("work hours within a morning", "2026-03-02 09:15", 1, "work-hours", "cn", OFFICE, [],
     "2026-03-02 10:15"),
    ("work hours over the noon break", "2026-03-02 11:30", 1, "work-hours", "cn", OFFICE, [],
     "2026-03-02 14:00"),
    ("work hours end at closing time, not at the next opening", "2026-03-02 13:30", 4, "work-hours", "cn",
     OFFICE, [], "2026-03-02 17:30"),
    ("work hours begun before opening", "2026-03-02 06:00", 1, "work-hours", "cn", OFFICE, [],
     "2026-03-02 10:00"),
    ("work hours begun after closing", "2026-03-02 17:30", 1, "work-hours", "cn", OFFICE, [],
     "2026-03-03 10:00"),
    ("work hours over a night", "2026-03-02 16:30", 2, "work-hours", "cn", OFFICE, [], "2026-03-03 10:00"),
    ("work hours over a weekend", "2026-03-06 16:30", 2, "work-hours", "cn", OFFICE, [], "2026-03-09 10:00"),
    ("work hours on a Saturday that is worked", "2026-02-13 16:30", 2, "work-hours", "cn", OFFICE, [],
     "2026-02-14 10:00"),
    ("work hours begun on a holiday", "2026-10-03 10:00", 4, "work-hours", "cn", OFFICE, [],
     "2026-10-08 14:30"),
    ("work hours of a body that works every day", "2026-10-03 10:00", 4, "work-hours", "none", OFFICE, [],
     "2026-10-03 15:30"),
    ("work hours around the clock on working days", "2026-03-06 20:00", 8, "work-hours", "cn", ROUND, [],
     "2026-03-09 04:00"),
    ("work hours of a night shift end at midnight", "2026-03-02 21:00", 3, "work-hours", "cn", NIGHT, [],
     "2026-03-03 00:00"),
    ("work hours of many days", "2026-03-02 09:00", 70, "work-hours", "cn", OFFICE, [], "2026-03-13 17:30"),
    ("work minutes, begun at noon", "2026-03-02 12:30", 30, "work-minutes", "cn", OFFICE, [],
     "2026-03-02 14:00"),
    ("work hours, a pause at night takes nothing", "2026-03-02 16:30", 2, "work-hours", "cn", OFFICE,
     [["2026-03-02 18:00", "2026-03-03 08:00"]], "2026-03-03 10:00"),
    ("work hours, a pause of half a morning", "2026-03-02 09:00", 3, "work-hours", "cn", OFFICE,
     [["2026-03-02 10:00", "2026-03-02 11:30"]], "2026-03-02 15:00"),
    ("work hours, paused from one day to another", "2026-03-02 16:00", 2, "work-hours", "cn", OFFICE,
     [["2026-03-02 17:00", "2026-03-05 11:00"]], "2026-03-05 12:00"),
    ("work hours, paused before they began to count", "2026-03-02 07:00", 1, "work-hours", "cn", OFFICE,
     [["2026-03-02 07:30", "2026-03-02 09:30"]], "2026-03-02 10:30"),
    ("work hours, standing still", "2026-03-02 09:00", 3, "work-hours", "cn", OFFICE,
     [["2026-03-02 11:00", None]], None),
    ("work hours, over before it stood still", "2026-03-02 09:00", 3, "work-hours", "cn", OFFICE,
     [["2026-03-02 12:30", None]], "2026-03-02 12:00"),
    ("work hours in a year without calendar", "2027-01-04 10:00", 1, "work-hours", "cn", OFFICE, [],
     UNPUBLISHED),
    ("work hours up to closing on the last published day", "2026-12-31 16:30", 1, "work-hours", "cn", OFFICE,
     [], "2026-12-31 17:30"),
    ("work minutes past it", "2026-12-31 16:30", 61, "work-minutes", "cn", OFFICE, [], UNPUBLISHED),
    ("work hours in a year without calendar, for a body that works every day", "2027-01-04 10:00", 1,
     "work-hours", "none", OFFICE, [], "2027-01-04 11:00"),
]  # fmt: skip

# The same in a place with summer time: 2026-03-08 has 23 hours there, 2026-11-01 has 25.
_ABROAD: list[tuple[str, str, int, str, list[list[str]], str]] = [
    ("hours count what passes when clocks go forward", "2026-03-08 00:00-05:00", 3, "calendar-hours", ROUND,
     "2026-03-08 04:00-04:00"),
    ("a day of 23 hours is a day", "2026-03-07 10:00-05:00", 1, "calendar-days", ROUND,
     "2026-03-09 00:00-04:00"),
    ("work hours of a day of 23 hours", "2026-03-08 00:00-05:00", 24, "work-hours", ROUND,
     "2026-03-09 01:00-04:00"),
    ("work hours of a day of 25 hours", "2026-11-01 00:00-04:00", 24, "work-hours", ROUND,
     "2026-11-01 23:00-05:00"),
]  # fmt: skip


def due() -> list[dict[str, Any]]:
    """All cases, times with their offset."""
    cases = [
        _case(name, _beijing(start), amount, measure, calendar, hours, _SHANGHAI, pauses, _answer(end))
        for name, start, amount, measure, calendar, hours, pauses, end in _CASES
    ]
    cases += [
        _case(name, _iso(start), amount, measure, "none", hours, _NEW_YORK, [], _iso(end))
        for name, start, amount, measure, hours, end in _ABROAD
    ]
    return cases


def _case(
    name: str,
    start: str,
    amount: int,
    measure: str,
    calendar: str,
    hours: list[list[str]],
    zone: str,
    pauses: list[list[str | None]],
    end: str | None,
) -> dict[str, Any]:
    return {
        "name": name,
        "start": start,
        "amount": amount,
        "measure": measure,
        "calendar": calendar,
        "hours": {"hours": hours},
        "zone": zone,
        "pauses": [[None if part is None else _beijing(part) for part in pause] for pause in pauses],
        "due": end,
    }


def _answer(end: str | None) -> str | None:
    return end if end is None or end == UNPUBLISHED else _beijing(end)


def _beijing(moment: str) -> str:
    return _iso(f"{moment}+08:00")


def _iso(moment: str) -> str:
    return f"{moment[:10]}T{moment[11:16]}:00{moment[16:]}"
