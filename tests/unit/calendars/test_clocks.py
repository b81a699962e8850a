"""The clocks of whole cases: due days, extensions, suspensions, what is met, late, overdue."""

from __future__ import annotations

from datetime import date, timedelta

from gridwitness.calendars import ClockReading, read_clocks
from hypothesis import given
from hypothesis import strategies as st
from support.procedure_case import CaseStory, procedure

GENERAL, SUMMARY = procedure("general"), procedure("summary")


def readings(story: CaseStory, today: str | date) -> dict[str, list[ClockReading]]:
    """The case's readings by clock."""
    day = date.fromisoformat(today) if isinstance(today, str) else today
    found: dict[str, list[ClockReading]] = {}
    for reading in read_clocks(story.law, story.facts, story.calendars, day):
        found.setdefault(reading.clock, []).append(reading)
    return found


def story(day: str = "2026-03-02", law=GENERAL) -> CaseStory:
    return CaseStory(law, date.fromisoformat(day))


def test_a_clock_runs_is_overdue_and_ends_late() -> None:
    case = story().force("clue", source="patrol")
    [running] = readings(case, "2026-03-17")["verification"]
    assert (running.due_on, running.state, running.overdue) == (date(2026, 3, 17), "running", False)
    assert running.article.endswith("第十五条") and running.duty == "officer"
    [overdue] = readings(case, "2026-03-18")["verification"]
    assert overdue.overdue and overdue.ended_on is None
    case.force("verification", "file", after=16)
    [late] = readings(case, "2026-12-01")["verification"]
    assert (late.state, late.ended_on, late.overdue) == ("late", date(2026, 3, 18), False)
    assert "2026-03-17" in late.explanation_zh and "MOH-15" in late.explanation_en


def test_an_extension_in_time_moves_the_due_day_and_one_too_late_does_not() -> None:
    case = story().force("clue").force("verification-extension", role="agency_head", days=10, after=15)
    [extended] = readings(case, "2026-03-20")["verification"]
    assert (extended.due_on, extended.added) == (date(2026, 3, 27), 10)
    assert "延长 10 日" in extended.explanation_zh
    tardy = story().force("clue").force("verification-extension", role="agency_head", days=10, after=16)
    [unmoved] = readings(tardy, "2026-03-20")["verification"]
    assert (unmoved.due_on, unmoved.added, unmoved.overdue) == (date(2026, 3, 17), 0, True)


def test_a_seizure_stands_still_while_something_is_tested() -> None:
    case = story().force("seizure").force("appraisal", after=10)
    [standing] = readings(case, "2026-12-01")["seizure"]
    assert (standing.state, standing.due_on, standing.overdue) == ("suspended", None, False)
    case.force("appraisal-result", after=4)
    [going] = readings(case, "2026-04-06")["seizure"]
    # 30 days from 2 March, without 12 to 16 March: five days more than 1 April.
    assert (going.due_on, going.state, going.overdue) == (date(2026, 4, 6), "running", False)
    assert readings(case, "2026-04-07")["seizure"][0].overdue
    case.force("seizure-disposal", "released", after=1)
    assert readings(case, "2026-04-07")["seizure"][0].state == "met"


def test_what_ends_while_it_stands_still_is_met() -> None:
    case = (
        story().force("seizure").force("appraisal", after=10).force("seizure-disposal", "released", after=60)
    )
    [met] = readings(case, "2026-12-01")["seizure"]
    assert (met.state, met.due_on) == ("met", None)


def test_the_decision_is_due_ninety_days_after_filing() -> None:
    case = story().force("filing").force("decision-extension", role="agency_head", days=30, after=80)
    [reading] = readings(case, "2026-06-30")["decision"]
    assert reading.due_on == date(2026, 6, 30) and not reading.overdue


def test_a_payment_is_due_on_a_working_day_and_part_of_it_ends_nothing() -> None:
    case = story("2026-09-14").force("decision", "penalty", fine="1000").force("decision-service", after=2)
    case.force("payment", "partial", amount="1", method="bank", after=1)
    [running] = readings(case, "2026-10-08")["payment"]
    assert (running.due_on, running.state, running.overdue) == (date(2026, 10, 8), "running", False)
    assert readings(case, "2026-10-09")["payment"][0].overdue
    case.force("payment-plan", "deferred", role="agency_head", days=30)
    assert readings(case, "2026-10-09")["payment"][0].due_on == date(2026, 11, 2)  # 31 October is a Saturday
    case.force("payment", "full", amount="999", method="bank", after=20)
    assert readings(case, "2026-12-01")["payment"][0].state == "met"


def test_a_condition_decides_whether_a_clock_begins() -> None:
    free = story().force("decision", "no-penalty").force("decision-service")
    assert not {"payment", "publication"} & readings(free, "2026-03-02").keys()
    hidden = story().force("decision", "penalty", fine="1", publish=False)
    assert "publication" not in readings(hidden, "2026-03-02")
    shown = story().force("decision", "penalty", fine="1")
    assert readings(shown, "2026-03-02")["publication"][0].due_on == date(2026, 3, 11)
    handed = story(law=SUMMARY).force("payment", "full", amount="50", method="on-the-spot")
    assert readings(handed, "2026-03-02")["fine-handed-in"][0].due_on == date(2026, 3, 4)
    assert "fine-handed-in" not in readings(
        story(law=SUMMARY).force("payment", "full", amount="50", method="bank"), "2026-03-02"
    )


def test_a_term_into_an_unpublished_year_has_no_due_day() -> None:
    case = story("2026-12-28").force("decision", "penalty", fine="1")
    [reading] = readings(case, "2027-03-01")["decision-service"]
    assert (reading.due_on, reading.problem) == (None, "calendar-unpublished:2027")
    assert (reading.state, reading.overdue) == ("running", False)
    soon = story("2026-12-28").force("decision", "penalty", fine="1").force("decision-service", after=7)
    assert readings(soon, "2027-03-01")["decision-service"][0].state == "met"
    after = story("2026-12-28").force("decision", "penalty", fine="1").force("decision-service", after=8)
    assert readings(after, "2027-03-01")["decision-service"][0].state == "unknown"


def test_a_clock_may_begin_again_after_its_end() -> None:
    case = story().force("preservation", items=["x"]).force("preservation-disposal", "returned", after=3)
    case.force("preservation", items=["y"], after=1)
    first, second = readings(case, "2026-03-06")["preservation"]
    assert (first.state, second.state, second.started_seq) == ("met", "running", 2)


@given(st.integers(0, 40), st.lists(st.integers(0, 30), max_size=3))
def test_extensions_add_up(after: int, grants: list[int]) -> None:
    """However they are cut: days granted in time are days more."""
    case = story().force("filing", after=after)
    for days in grants:
        case.force("decision-extension", role="agency_head", days=days, after=1)
    [reading] = readings(case, case.day)["decision"]
    assert reading.added == sum(grants)
    assert reading.due_on == reading.started_on + timedelta(days=90 + sum(grants))
