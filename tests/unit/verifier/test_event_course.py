"""The verifier's own reading of the loop: which steps are lawful, which clocks and rows follow from them."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest
from gridwitness.events.loop_document import bundled_loop
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.events.approvals import check_approvals
from gridwitness_verifier.events.beside import read_beside
from gridwitness_verifier.events.clock_rows import Rules, compare_clocks
from gridwitness_verifier.events.course import judge_steps
from gridwitness_verifier.events.event_columns import read_columns
from gridwitness_verifier.events.facts import StepFact, step_fact
from gridwitness_verifier.events.loop import parse_loop
from gridwitness_verifier.events.matters import Entry
from gridwitness_verifier.events.runs import read_runs
from gridwitness_verifier.procedure.calendar import parse_calendar
from support.vectors import load

LOOP = parse_loop(bundled_loop())
YEARS = {
    number: (year, None) for number, year in (parse_calendar(one) for one in load("procedure/calendars"))
}
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""09:00 in China."""
OFFICE = '{"hours":[["09:00","12:00"],["13:30","17:30"]]}'
REPORT = {"channel": "web", "category": "event", "urgency": "normal"}
DONE = {"result": "done"}


def told(*steps, start=MONDAY):
    """Steps as facts, a minute apart; each is a name, or a name with what differs."""
    facts: list[StepFact] = []
    for seq, step in enumerate(steps):
        name, given = (step, {}) if isinstance(step, str) else (step[0], dict(step[1]))
        at = start + timedelta(minutes=seq)
        fields = {
            "loop": LOOP.version, "step": name, "round": given.pop("round", 1),
            "occurred_at": given.pop("at", at).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "actor": given.pop("actor", f"account-{name}"), "unit": given.pop("acting", None),
            "note": given.pop("note", "x"), "files": given.pop("files", []), "details": given,
        }  # fmt: skip
        fields = {field: value for field, value in fields.items() if value is not ...}
        facts.append(
            step_fact(
                fields, jti=f"j{seq}", seq=seq, iat=int((at + timedelta(days=9)).timestamp()), signer=None,
                where={"seq": seq},
            )
        )  # fmt: skip
    return facts


def opened(*more):
    return told(
        ("report", REPORT), ("accept", {"matter": "m"}), "file",
        ("dispatch", {"unit": "u", "basis": "rule"}), "sign", *more,
    )  # fmt: skip


def codes(facts):
    return [breach.code for breach in judge_steps(LOOP, facts, 0).breaches]


def test_the_whole_loop_is_lawful():
    facts = opened(
        ("answer", DONE), ("check", {"result": "failed"}), ("answer", {**DONE, "round": 2}),
        ("check", {"result": "passed", "round": 2}), ("close", {"outcome": "solved", "round": 2}),
        ("callback", {"reached": True, "round": 2}), ("reopen", {"round": 2}),
    )  # fmt: skip
    course = judge_steps(LOOP, facts, 0)
    assert (course.breaches, course.unknown) == ([], 0)
    assert (course.placed[-1].state, course.placed[-1].round) == ("filed", 3)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (told("accept"), "loop-state"),
        (opened(("close", {"outcome": "solved"})), "loop-state"),
        (opened(("report", REPORT)), "loop-state"),
        (opened(("answer", {**DONE, "round": 2})), "loop-round"),
        (opened(("answer", {})), "loop-details"),
        (opened(("answer", {**DONE, "more": "x"})), "loop-details"),
        (opened(("answer", {"result": "perhaps"})), "loop-details"),
        (opened(("answer", {**DONE, "note": None})), "loop-note"),
        (opened(("answer", {**DONE, "at": MONDAY})), "step-dated-back"),
        (opened(("answer", {**DONE, "at": MONDAY + timedelta(days=20)})), "step-dated-ahead"),
        (opened(("progress", {"actor": None})), "loop-machine"),
        (told(("report", REPORT), ("on_the_spot", {})), "loop-files"),
        (opened("return_ask", "return_ask"), "ask-open"),
        (opened("return_grant"), "ask-none"),
        (opened(("extend_ask", {"amount": 2, "engineering": True}), "extend_grant"), "loop-files"),
        (told(("report", REPORT), "dance"), "loop-unknown"),
    ],
)
def test_what_is_not_lawful(facts, code):
    assert code in codes(facts)


def test_returns_end_with_a_designation():
    returned = ["return_ask", "return_grant"]
    dispatch = ("dispatch", {"unit": "u", "basis": "rule"})
    start = [("report", REPORT), ("accept", {"matter": "m"}), "file"]
    thrice = [*start, *([dispatch, *returned] * 3)]
    assert codes(told(*thrice, dispatch)) == ["return-designation"]
    designated = ("dispatch", {"unit": "u", "basis": "designated"})
    assert codes(told(*thrice, designated)) == []
    assert codes(told(*thrice, designated, "return_ask")) == ["return-limit"]


def test_reopened_too_late():
    closed = opened(
        ("answer", DONE), ("check", {"result": "passed"}), ("close", {"outcome": "solved"}),
        ("reopen", {"at": MONDAY + timedelta(days=31)}),
    )  # fmt: skip
    assert "reopen-late" in codes(closed)


def test_what_is_not_shown_is_counted_and_not_guessed():
    course = judge_steps(LOOP, opened(("answer", {**DONE, "note": ...})), 0)
    assert (course.breaches, course.unknown) == ([], 0)
    facts = opened(("answer", DONE))
    hidden = [*facts[:3], step_fact({}, jti="h", seq=3, iat=0, signer=None, where={}), *facts[4:]]
    course = judge_steps(LOOP, hidden, 0)
    assert course.breaches == [] and course.unknown >= 3 and not course.whole


def test_nobody_decides_what_it_asked_for():
    facts = opened(("return_ask", {"actor": "a"}), ("return_grant", {"actor": "a"}))
    breaches, unknown = check_approvals(judge_steps(LOOP, facts, 0), {}, 0)
    assert ([breach.code for breach in breaches], unknown) == (["ask-own"], 0)


@pytest.mark.parametrize(("approved", "code"), [(None, "list-unapproved"), (9, "list-later"), (0, None)])
def test_a_dispatch_by_the_list(approved, code):
    entries = {}
    if approved is not None:
        moment = MONDAY + timedelta(days=approved)
        entries["m@1"] = Entry(frozenset({(4, "work-hours")}), int(moment.timestamp()), MONDAY)
    facts = told(
        ("report", REPORT), ("accept", {"matter": "m"}), "file",
        ("dispatch", {"unit": "u", "basis": "rule", "list": "m@1"}),
    )  # fmt: skip
    breaches, _ = check_approvals(judge_steps(LOOP, facts, 0), entries, 0)
    assert [breach.code for breach in breaches] == ([code] if code else [])


def clock(name, started, due, triple, ended=None, **changed):
    """A clock's row, in text forms."""
    amount, measure = (LOOP.clocks[name].amount, LOOP.clocks[name].measure)
    row = {
        "round": "1", "clock": name, "unit": "u", "number": "0", "amount": str(amount), "measure": measure,
        "rule": "loop", "calendar": "cn", "hours": OFFICE, "started_at": started[1], "started_by": started[0],
        "due_at": due, "triple_at": triple, "added": "0", "pauses": "[]",
        "ended_at": ended[1] if ended else None, "ended_by": ended[0] if ended else None,
        "state": "met" if ended else "running", "problem": None, "excused": "false",
    }  # fmt: skip
    return {**row, **changed}


def rows():
    """The clocks of an event that was reported at 09:00 and accepted a minute later."""
    first, second = ("j0", "2026-03-02T01:00:00.000000Z"), ("j1", "2026-03-02T01:01:00.000000Z")
    return [
        clock("accept", first, "2026-03-02T02:00:00.000000Z", "2026-03-02T04:00:00.000000Z", second),
        clock("file", second, "2026-03-02T02:01:00.000000Z", "2026-03-02T05:31:00.000000Z"),
    ]


def compared(stated):
    course = judge_steps(LOOP, told(("report", REPORT), ("accept", {"matter": "m"})), 0)
    differences, readings = compare_clocks(LOOP, Rules(dict(YEARS)), read_runs(course), stated)
    return [(one.code, one.column) for one in differences], [reading.state for reading in readings]


def test_clocks_that_follow():
    assert compared(rows()) == ([], ["met", "running"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"due_at": "2026-03-02T03:01:00.000000Z"}, ("clock-differs", "due_at")),
        ({"triple_at": None}, ("clock-differs", "triple_at")),
        ({"state": "met"}, ("clock-differs", "state")),
        ({"excused": "true"}, ("clock-differs", "excused")),
        ({"added": "3"}, ("clock-differs", "added")),
        ({"amount": "9"}, ("clock-rule", "rule")),
        ({"measure": "minutes"}, ("clock-rule", "rule")),
        ({"rule": "m@1"}, ("clock-rule", "rule")),
        ({"rule": "promised"}, ("clock-rule", "rule")),
        ({"problem": "calendar-unpublished 2026", "due_at": None}, ("clock-differs", "problem")),
        ({"started_at": "2026-03-02T02:01:00.000000Z"}, ("clock-differs", "started_at")),
        ({"pauses": '[["2026-03-02T02:00:00Z",null]]'}, ("clock-differs", "pauses")),
        ({"ended_by": "j9", "ended_at": "2026-03-02T01:30:00.000000Z"}, ("clock-differs", "ended_by")),
        ({"hours": '{"hours":[]}'}, ("clock-differs", None)),
        ({"due_at": "soon"}, ("clock-differs", None)),
    ],
)
def test_clocks_that_do_not(changed, code):
    first, second = rows()
    differences, _ = compared([first, {**second, **changed}])
    assert code in differences


def test_a_clock_too_many_and_one_that_is_missing():
    first, second = rows()
    assert compared([first])[0] == [("clock-missing", None)]
    assert compared([first, second, {**second, "round": "2"}])[0] == [("clock-extra", None)]


def test_a_year_that_nobody_published_is_no_guess():
    facts = told(("report", REPORT), start=datetime(2027, 3, 1, 1, tzinfo=UTC))
    course = judge_steps(LOOP, facts, 0)
    started = ("j0", "2027-03-01T01:00:00.000000Z")
    row = clock("accept", started, None, None, problem="calendar-unpublished 2027")
    assert compare_clocks(LOOP, Rules(dict(YEARS)), read_runs(course), [row])[0] == []
    guessed = {**row, "problem": None, "due_at": "2027-03-01T02:00:00.000000Z"}
    found = compare_clocks(LOOP, Rules(dict(YEARS)), read_runs(course), [guessed])[0]
    assert [one.column for one in found] == ["problem"]


def test_orders_and_whistles_follow():
    facts = opened(
        ("order_raise", {"level": 1, "unit": "u", "reason": "overdue", "actor": None}),
        ("order_escalate", {"order": 1, "level": 2, "unit": "v", "actor": None}),
        ("order_reply", {"order": 1, "acting": "v"}),
        ("whistle", {"units": ["u", "v"], "urgency": "daily"}),
        ("check_in", {"whistle": 1, "acting": "v"}),
        ("whistle_end", {"whistle": 1}),
    )
    course = judge_steps(LOOP, facts, 0)
    assert course.whole
    beside = read_beside(course)
    order = beside["order"]["1"]
    assert (order["level"], order["unit"], order["state"], order["automatic"]) == (
        "2",
        "v",
        "replied",
        "true",
    )
    assert beside["checkin"]["1/v"]["checked_in_by"] == "account-check_in"
    assert beside["checkin"]["1/u"]["checked_in_at"] is None
    runs = {(run.clock.name, run.unit): run for run in read_runs(course).runs}
    assert runs["reply", "u"].dropped and not runs["reply", "v"].dropped
    assert runs["checkin", "u"].dropped and not runs["checkin", "v"].dropped
    columns = read_columns(course, {fact.jti: {} for fact in facts})
    assert (columns["state"], columns["unit"], columns["handler"]) == ("handling", "u", "account-sign")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda loop: loop.update(format="gridwitness-loop/2"),
        lambda loop: loop["numbers"].pop("reopen_days"),
        lambda loop: loop["clocks"]["file"].update(measure="fortnights"),
        lambda loop: loop["clocks"]["file"].update(amount="1"),
        lambda loop: loop["steps"]["file"].update(to="nowhere"),
        lambda loop: loop["steps"]["file"].update(start=["nothing"]),
        lambda loop: loop["steps"]["file"].update(details={"x": {"type": "poem"}}),
        lambda loop: loop["steps"]["report"].update({"from": ["filed"]}),
        lambda loop: loop.update(zone="Nowhere/At_All"),
        lambda loop: loop.update(steps=[]),
    ],
)
def test_a_loop_without_its_form(spoil):
    loop = copy.deepcopy(bundled_loop())
    spoil(loop)
    with pytest.raises(VerificationError) as refused:
        parse_loop(loop)
    assert refused.value.code == "loop-form"
