"""The shared vectors of procedures: judged steps, clocks and surcharges, written by hand."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from gridwitness_verifier.procedure import (
    CALENDAR,
    Calendars,
    CaseFacts,
    DeviceReview,
    StepFact,
    edge_bits,
    judge_case,
    milestone_edges,
    parse_calendar,
    parse_procedure,
    read_clocks,
    surcharge,
)

FOLDER = Path(__file__).parents[2] / "vectors" / "procedure"


def read(name):
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


PROCEDURES = {name: parse_procedure(read(name)["content"]) for name in ("general", "summary")}
CALENDARS = Calendars(dict(map(parse_calendar, read("calendars"))))
JUDGED, CLOCKS, SURCHARGES = read("judged"), read("clocks"), read("surcharges")


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def fact(step, **personal):
    given = {**step, "occurred_at": datetime.fromisoformat(step["occurred_at"]), "jti": f"j{step['seq']}"}
    return StepFact(**{**given, "officers": tuple(step["officers"])}, **personal)


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_version_and_edges(name):
    vector, ours = read(name), PROCEDURES[name]
    assert ours.version == vector["version"]
    assert sorted(map(list, milestone_edges(ours))) == sorted(vector["edges"])
    assert edge_bits(milestone_edges(ours)) == int(vector["edge_bits"], 16)


@named(JUDGED)
def test_a_step_that_is_tried(case):
    ours = PROCEDURES[case["procedure"]]
    personal = {f"has_{name}": case[name] for name in ("party", "place", "facts")}
    attempt = fact(case["attempt"], files=case["files"], **personal)
    reviews = [
        DeviceReview(**{**review, **{name: datetime.fromisoformat(review[name])
                                     for name in ("valid_from", "valid_to")}})
        for review in case["device_reviews"]
    ]  # fmt: skip
    qualified = None if case["qualified"] is None else frozenset(case["qualified"])
    before = tuple(map(fact, case["steps"]))
    judged = judge_case(ours, CALENDARS, CaseFacts((*before, attempt), reviews, qualified))
    found = {
        ("unknown" if each.truth.value is None else each.kind, each.rule)
        for each in judged.findings
        if each.fact is attempt
    }
    # Who may sign a step, only the platform knows.
    assert found == {(kind, rule) for kind, rule, needs in case["refusals"] if needs != "roles"}
    if not case["refusals"]:
        assert judged.state == case["state_after"]


@named(CLOCKS)
def test_the_clocks_of_a_case(case):
    ours = PROCEDURES[case["procedure"]]
    facts = CaseFacts(tuple(map(fact, case["steps"])))
    readings = read_clocks(ours, CALENDARS, facts, date.fromisoformat(case["today"]))
    wanted = {each["clock"] for each in case["readings"]}
    found = [
        {
            "clock": each.clock.clock, "rule": each.clock.rule, "started_seq": each.started.seq,
            "due_on": each.due_on and each.due_on.isoformat(), "problem": each.problem,
            "state": each.state, "ended_on": each.ended_on and each.ended_on.isoformat(),
            "overdue": each.overdue,
        }
        for each in readings
        if case["complete"] or each.clock.clock in wanted
    ]  # fmt: skip
    expected = [
        {**each, "problem": None if each["problem"] is None else CALENDAR} for each in case["readings"]
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


@named(SURCHARGES)
def test_a_surcharge(case):
    payments = [(date.fromisoformat(day), Decimal(amount)) for day, amount in case["payments"]]
    suspended = [
        (date.fromisoformat(first), None if last is None else date.fromisoformat(last))
        for first, last in case["suspended"]
    ]
    due, on = date.fromisoformat(case["due_on"]), date.fromisoformat(case["on"])
    found = surcharge(Decimal(case["fine"]), due, payments, suspended, on)
    assert found == Decimal(case["surcharge"])
