"""Terms over real and random calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from gridwitness.calendars import Calendars, CalendarUnpublished, CalendarYear, bundled_calendars
from gridwitness.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st
from support.procedure_case import real_calendars

DAY = timedelta(days=1)
FIRST, LAST = date(2030, 1, 1), date(2034, 12, 31)
DAYS = st.dates(FIRST, date(2031, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendars:
    """Five years of random holidays and worked weekends; never a year without a working day."""
    years = []
    for year in range(FIRST.year, LAST.year + 1):
        marked = draw(st.sets(st.dates(date(year, 1, 1), date(year, 12, 31)), min_size=1, max_size=40))
        worked = {day for day in marked if day.weekday() > 4 and draw(st.booleans())}
        years.append(CalendarYear(year, frozenset(marked - worked), frozenset(worked), "made up"))
    return Calendars(years)


TERMS = st.integers(1, 60)
KINDS = st.sampled_from(["working", "calendar"])


@given(calendars(), DAYS, TERMS)
def test_a_working_term_ends_on_the_nth_working_day_after_the_first(
    known: Calendars, first: date, days: int
) -> None:
    end = known.term_end(first, days, "working")
    assert known.is_workday(end)
    between = [first + DAY * i for i in range(1, (end - first).days + 1)]
    assert sum(known.is_workday(day) for day in between) == days


@given(calendars(), DAYS, TERMS)
def test_a_calendar_term_is_its_days_and_rolls_only_on(known: Calendars, first: date, days: int) -> None:
    end = known.term_end(first, days, "calendar")
    assert end == first + DAY * days
    rolled = known.due(first, days, "calendar", roll=True)
    assert rolled is not None and known.is_workday(rolled) and rolled >= end
    assert not any(known.is_workday(end + DAY * i) for i in range((rolled - end).days))


@given(calendars(), DAYS, st.integers(0, 40), TERMS, TERMS, KINDS)
def test_a_term_grows_with_its_start_and_its_days(
    known: Calendars, first: date, later: int, days: int, more: int, kind: str
) -> None:
    end = known.term_end(first, days, kind)
    assert known.term_end(first + DAY * later, days, kind) >= end
    assert known.term_end(first, days + more, kind) > end


@given(calendars(), DAYS, TERMS, TERMS, KINDS)
def test_an_extension_counts_on_from_the_end(
    known: Calendars, first: date, days: int, more: int, kind: str
) -> None:
    assert known.term_end(known.term_end(first, days, kind), more, kind) == known.term_end(
        first, days + more, kind
    )


@given(calendars(), DAYS, TERMS, st.integers(0, 30), st.integers(0, 30), KINDS)
def test_a_suspension_shifts_by_the_days_it_takes(
    known: Calendars, first: date, days: int, begin: int, length: int, kind: str
) -> None:
    since = first + DAY * (1 + begin)
    until = since + DAY * length
    end = known.term_end(first, days, kind)
    taken = [since + DAY * i for i in range(length + 1)]
    lost = sum(kind == "calendar" or known.is_workday(day) for day in taken) if since <= end else 0
    assert known.due(first, days, kind, roll=False, still=[(since, until)]) == known.term_end(
        first, days + lost, kind
    )
    open_end = known.due(first, days, kind, roll=False, still=[(since, None)])
    assert open_end == (None if since <= end else end)


@given(st.sampled_from(range(2021, 2027)), st.integers(0, 364))
def test_every_published_day_is_worked_or_not(year: int, offset: int) -> None:
    day = date(year, 1, 1) + DAY * offset
    assert real_calendars().is_workday(day) in (True, False)


GOLDEN = [
    # first day, n, kind, end: counted by hand from the announcements of the State Council
    ("2021-07-15", 7, "working", "2021-07-26"),
    ("2022-01-28", 5, "working", "2022-02-09"),  # 除夕 to 初六; Sat and Sun 29, 30 January are worked
    ("2023-04-27", 2, "working", "2023-05-04"),  # Labour Day; Sunday 23 April and Saturday 6 May are worked
    (
        "2024-02-08",
        2,
        "working",
        "2024-02-18",
    ),  # Spring Festival 10–17; Fri 9 and Sunday 18 February are worked
    ("2025-09-26", 3, "working", "2025-09-30"),  # Sunday 28 September is worked
    ("2025-09-30", 2, "working", "2025-10-10"),  # National Day and Mid-Autumn 1–8 October
    ("2025-09-30", 3, "working", "2025-10-11"),  # Saturday 11 October is worked
    ("2026-02-13", 2, "working", "2026-02-24"),  # Saturday 14 is worked; Spring Festival 15–23 February
    ("2026-02-27", 1, "working", "2026-02-28"),  # a worked Saturday
    ("2026-09-30", 1, "working", "2026-10-08"),  # National Day 1–7 October
    ("2026-09-30", 3, "working", "2026-10-10"),  # a worked Saturday
    ("2025-12-31", 1, "working", "2026-01-04"),  # New Year 1–3 January, then a worked Sunday
    ("2025-12-30", 2, "working", "2026-01-04"),
    ("2026-12-24", 5, "working", "2026-12-31"),
    ("2026-11-27", 90, "calendar", "2027-02-25"),  # calendar days ask for no calendar
]


@pytest.mark.parametrize(("first", "days", "kind", "end"), GOLDEN)
def test_terms_of_the_real_calendar(first: str, days: int, kind: str, end: str) -> None:
    found = real_calendars().term_end(date.fromisoformat(first), days, kind)
    assert found == date.fromisoformat(end)


def test_a_last_day_on_a_holiday_rolls_to_the_next_working_day() -> None:
    known = real_calendars()
    # 15 calendar days from 16 September 2026 end on 1 October.
    assert known.due(date(2026, 9, 16), 15, "calendar", roll=True) == date(2026, 10, 8)
    assert known.due(date(2026, 9, 16), 15, "calendar", roll=False) == date(2026, 10, 1)


def test_an_unpublished_year_is_an_error_and_never_a_guess() -> None:
    known = real_calendars()
    assert max(known.years) < 2030
    unpublished = max(known.years) + 1
    with pytest.raises(CalendarUnpublished) as refusal:
        known.term_end(date(unpublished - 1, 12, 31), 1, "working")
    assert (refusal.value.code, refusal.value.year) == ("calendar-unpublished", unpublished)
    with pytest.raises(CalendarUnpublished):
        known.is_workday(date(2020, 12, 31))
    with pytest.raises(CalendarUnpublished):
        known.roll(date(unpublished, 1, 1))
    with pytest.raises(CalendarUnpublished):
        known.term_end(date.max, 1, "calendar")


def test_the_bundled_calendars_start_with_the_law() -> None:
    assert [document["year"] for document in bundled_calendars()][:6] == list(range(2021, 2027))


DOCUMENT = {
    "format": "gridwitness-calendar/1",
    "calendar": "cn",
    "year": 2027,
    "holidays": ["2027-01-01", "2027-01-02"],
    "workdays": ["2027-01-03"],
    "source": "国务院办公厅",
}


def test_a_newer_year_comes_from_its_document() -> None:
    known = Calendars.of([*bundled_calendars(), DOCUMENT])
    assert known.term_end(date(2026, 12, 31), 1, "working") == date(2027, 1, 3)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"format": "gridwitness-calendar/2"}, "$.format"),
        ({"calendar": "hk"}, "$.calendar"),
        ({"year": "2027"}, "$.year"),
        ({"year": 2026}, "$.holidays"),
        ({"year": 12027}, "$.year"),
        ({"holidays": []}, "$.holidays"),
        ({"holidays": ["2027-01-02", "2027-01-01"]}, "$.holidays"),
        ({"holidays": ["2027-02-30"]}, "$.holidays[0]"),
        ({"workdays": ["2027-01-02"]}, "$.workdays"),
        ({"workdays": ["2027-01-04"]}, "$.workdays"),
        ({"workdays": [3]}, "$.workdays[0]"),
        ({"source": ""}, "$.source"),
        ({"more": 1}, "$.more"),
    ],
)
def test_a_wrong_calendar_is_refused_with_its_place(changed: dict[str, object], path: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        CalendarYear.parse({**DOCUMENT, **changed})
    assert (refusal.value.code, refusal.value.context["path"]) == ("calendar-invalid", path)
