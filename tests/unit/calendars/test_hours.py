"""Terms in minutes, hours and days on working hours, against a count of every single minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from gridwitness.calendars import (
    MEASURES,
    ROUND_THE_CLOCK,
    Calendars,
    CalendarUnpublished,
    CalendarYear,
    Schedule,
    due,
)
from gridwitness.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st
from support.procedure_case import real_calendars
from support.vectors import load

ZONE = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE = Schedule("cn", ((540, 720), (810, 1050)))
SHIFTS = Schedule("none", ((0, 60), (1380, 1440)))
START = datetime(2030, 3, 1, tzinfo=UTC)
STARTS = st.integers(0, 40 * 1440).map(lambda minutes: START + MINUTE * minutes)
SCHEDULES = st.sampled_from([OFFICE, SHIFTS, ROUND_THE_CLOCK])
Pauses = list[tuple[datetime, datetime | None]]

YEARS = Calendars(
    CalendarYear(
        year,
        frozenset(date(year, 4, day) for day in (1, 2, 3)),
        frozenset({next(date(year, 3, day) for day in range(1, 8) if date(year, 3, day).weekday() == 5)}),
        "made up",
    )
    for year in (2030, 2031)
)


@st.composite
def pauses(draw: st.DrawFn) -> Pauses:
    """Up to three closed pauses, which may overlap."""
    begins = draw(st.lists(st.integers(0, 44 * 1440), max_size=3))
    return [
        (START + MINUTE * begin, START + MINUTE * (begin + draw(st.integers(0, 3000)))) for begin in begins
    ]


def counts(moment: datetime, measure: str, schedule: Schedule, still: Pauses) -> bool:
    """Whether the minute that begins at a moment counts."""
    if any(since <= moment and (until is None or moment < until) for since, until in still):
        return False
    local = moment.astimezone(ZONE)
    if not measure.startswith("work-"):
        return True
    minute = local.hour * 60 + local.minute
    return schedule.works_on(local.date(), YEARS) and any(a <= minute < b for a, b in schedule.hours)


@given(
    STARTS,
    st.integers(1, 900),
    st.sampled_from(["minutes", "work-minutes"]),
    SCHEDULES,
    pauses(),
)
def test_minutes_are_over_when_so_many_have_counted(
    start: datetime, amount: int, measure: str, schedule: Schedule, still: Pauses
) -> None:
    moment, rest = start, amount
    while rest:
        rest -= counts(moment, measure, schedule, still)
        moment += MINUTE
    assert due(start, amount, measure, schedule, YEARS, ZONE, still) == moment


@given(STARTS, st.integers(1, 12), st.sampled_from(["calendar-days", "working-days"]), SCHEDULES, pauses())
def test_days_are_over_at_the_end_of_the_last_that_counts(
    start: datetime, amount: int, measure: str, schedule: Schedule, still: Pauses
) -> None:
    day, rest = start.astimezone(ZONE).date(), amount
    while rest:
        day += DAY
        begin = datetime.combine(day, datetime.min.time(), ZONE)
        paused = any(
            since < begin + DAY and (until or begin) > begin for since, until in still if since != until
        )
        rest -= not paused and (measure == "calendar-days" or schedule.works_on(day, YEARS))
    assert due(start, amount, measure, schedule, YEARS, ZONE, still) == datetime.combine(
        day + DAY, datetime.min.time(), ZONE
    )


@given(STARTS, STARTS, st.integers(1, 40), st.integers(1, 40), st.sampled_from(MEASURES), SCHEDULES)
def test_a_term_grows_with_its_start_and_its_amount(
    one: datetime, other: datetime, amount: int, more: int, measure: str, schedule: Schedule
) -> None:
    def end(start: datetime, amount: int) -> datetime:
        found = due(start, amount, measure, schedule, YEARS, ZONE)
        assert found is not None
        return found

    assert end(min(one, other), amount) <= end(max(one, other), amount)
    assert end(one, amount) < end(one, amount + more)


@given(STARTS, st.integers(1, 30), st.sampled_from(MEASURES), SCHEDULES, st.integers(0, 5000))
def test_an_open_pause_stands_still_unless_the_term_was_over(
    start: datetime, amount: int, measure: str, schedule: Schedule, after: int
) -> None:
    plain = due(start, amount, measure, schedule, YEARS, ZONE)
    assert plain is not None
    since = start + MINUTE * after
    found = due(start, amount, measure, schedule, YEARS, ZONE, [(since, None)])
    assert found == (None if since < plain else plain)


@given(STARTS, st.integers(1, 60), st.sampled_from(["work-", "calendar-"]), SCHEDULES)
def test_an_hour_is_sixty_minutes(start: datetime, amount: int, of: str, schedule: Schedule) -> None:
    minutes = of.replace("calendar-", "") + "minutes"
    assert due(start, amount, of + "hours", schedule, YEARS, ZONE) == due(
        start, amount * 60, minutes, schedule, YEARS, ZONE
    )


GOLDEN = [
    # local start, amount, measure, local end: counted by hand from the announcements of the State Council
    ("2026-09-30T17:00", 4, "work-hours", "2026-10-08T14:00"),  # National Day 1–7 October
    ("2026-02-13T17:29", 2, "work-minutes", "2026-02-14T09:01"),  # a worked Saturday
    ("2026-02-14T16:30", 1, "work-hours", "2026-02-14T17:30"),  # over when the office closes, not later
    ("2026-03-02T12:30", 1, "work-hours", "2026-03-02T14:30"),  # begun in the lunch break
    ("2026-09-30T09:00", 1, "working-days", "2026-10-09T00:00"),
    ("2026-09-30T09:00", 1, "calendar-days", "2026-10-02T00:00"),
    ("2026-12-31T23:30", 2, "calendar-hours", "2027-01-01T01:30"),  # asks for no calendar
]


@pytest.mark.parametrize(("start", "amount", "measure", "end"), GOLDEN)
def test_terms_on_the_real_calendar(start: str, amount: int, measure: str, end: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    found = due(begun, amount, measure, OFFICE, real_calendars(), ZONE)
    assert found is not None and found.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M") == end


def test_a_year_that_is_not_published_is_never_guessed() -> None:
    begun = datetime(2026, 12, 31, 16, 0, tzinfo=ZONE)
    for amount, measure in [(4, "work-hours"), (1, "working-days")]:
        with pytest.raises(CalendarUnpublished) as caught:
            due(begun, amount, measure, OFFICE, real_calendars(), ZONE)
        assert caught.value.year == 2027
    assert due(begun, 1, "work-hours", OFFICE, real_calendars(), ZONE) == begun + HOUR
    assert due(begun, 4, "work-hours", SHIFTS, real_calendars(), ZONE) is not None


def test_clocks_put_forward_and_back() -> None:
    """Windows are what the wall clock shows: an hour that is not there is not worked, one twice is twice."""
    nights = Schedule("none", ((60, 240),))
    forward = datetime(2026, 3, 8, 5, 0, tzinfo=UTC)  # midnight in New York; 02:00 does not exist
    assert due(forward, 3, "work-hours", nights, Calendars(()), NEW_YORK) == datetime(
        2026, 3, 9, 6, 0, tzinfo=UTC
    )
    back = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)  # midnight; 01:00 comes twice
    assert due(back, 4, "work-hours", nights, Calendars(()), NEW_YORK) == datetime(
        2026, 11, 1, 9, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("calendar", "hours"),
    [
        ("us", [["09:00", "17:00"]]),
        ("cn", []),
        ("cn", [["09:00", "09:00"]]),
        ("cn", [["09:00", "12:00"], ["11:59", "17:00"]]),
        ("cn", [["13:00", "17:00"], ["09:00", "12:00"]]),
        ("cn", [["9:00", "17:00"]]),
        ("cn", [["09:00", "24:01"]]),
        ("cn", [["09:00"]]),
        ("cn", "09:00"),
    ],
)
def test_bad_hours_are_refused_with_their_place(calendar: str, hours: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        Schedule.parse(calendar, {"hours": hours})
    assert caught.value.code == "schedule-invalid"
    assert str(caught.value.context["path"]).startswith("$")


@pytest.mark.parametrize("schedule", [OFFICE, SHIFTS, ROUND_THE_CLOCK])
def test_hours_come_back_as_they_were_given(schedule: Schedule) -> None:
    assert Schedule.parse(schedule.calendar, schedule.as_document()) == schedule


@pytest.mark.parametrize(("amount", "measure"), [(0, "minutes"), (-1, "working-days"), (1, "weeks")])
def test_no_term_of_nothing(amount: int, measure: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        due(START, amount, measure, OFFICE, YEARS, ZONE)
    assert caught.value.code == "clock-measure"


def test_the_times_that_were_worked_by_hand() -> None:
    """The same the verifier counts by itself."""
    published = Calendars.of(load("procedure/calendars"))
    for case in load("due"):
        schedule = Schedule.parse(case["calendar"], case["hours"])
        still = [
            (_instant(since), None if until is None else _instant(until)) for since, until in case["pauses"]
        ]
        arguments = (_instant(case["start"]), case["amount"], case["measure"], schedule, published)
        try:
            found = due(*arguments, ZoneInfo(case["zone"]), still)
        except CalendarUnpublished:
            assert case["due"] == "unpublished", case["name"]
        else:
            assert found == (None if case["due"] is None else _instant(case["due"])), case["name"]


def _instant(value: str) -> datetime:
    return datetime.fromisoformat(value)
