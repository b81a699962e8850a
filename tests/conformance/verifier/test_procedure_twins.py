"""The verifier and the platform judge the same: random cases under the procedures that are published.

They share no code; where they differ, one of them misreads docs/format.md section 15.
"""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from gridwitness.calendars import Calendars as PlatformCalendars
from gridwitness.calendars import bundled_calendars
from gridwitness.calendars import read_clocks as platform_clocks
from gridwitness.calendars import surcharge as platform_surcharge
from gridwitness.rules import Attempt, bundled
from gridwitness.rules import CaseFacts as PlatformFacts
from gridwitness.rules import DeviceReview as PlatformReview
from gridwitness.rules import Procedure as PlatformProcedure
from gridwitness.rules import StepFact as PlatformStep
from gridwitness_verifier.procedure import (
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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DOCUMENTS = [content for jurisdiction in ("national", "fujian") for content in bundled(jurisdiction)]
CALENDARS = [content for content in bundled_calendars() if content["year"] != 2025]
OURS = Calendars(dict(map(parse_calendar, CALENDARS)))
THEIRS = PlatformCalendars.of(CALENDARS)
ACCOUNTS = ("a", "b", "c", "d")
START = datetime(2024, 9, 20, 1, tzinfo=UTC)
EXAMPLES = 60
AMOUNTS = ("0", "50", "100.01", "200", "201", "3000", "5000", "5000.01", "50000", "100000")


def twins(content):
    return parse_procedure(content), PlatformProcedure.parse(content)


PAIRS = [twins(content) for content in DOCUMENTS]


@pytest.mark.parametrize("at", range(len(PAIRS)))
def test_version_and_edges(at):
    ours, theirs = PAIRS[at]
    assert ours.version == theirs.version
    assert milestone_edges(ours) == theirs.edges()
    assert edge_bits(milestone_edges(ours)) == theirs.edge_bits()
    for step in ours.steps:
        assert ours.milestone_of(step) == theirs.milestone_of(step)


def detail_value(name, rule):
    if rule["type"] == "boolean":
        return st.booleans()
    if rule["type"] == "decimal":
        return st.sampled_from(AMOUNTS)
    if rule["type"] == "integer":
        return st.integers(0, 60)
    if rule["type"] == "time":
        return st.sampled_from(["2024-09-01T00:00:00Z", "2024-09-15T00:00:00Z"])
    values = rule.get("values") or ["CAM-1", "CAM-2"]
    if rule["type"] == "texts":
        return st.lists(st.sampled_from(values), max_size=3, unique=True)
    return st.sampled_from(values)


@st.composite
def step_of(draw, content, state, moment, seq):
    """A step that the state allows, mostly, with fields mostly as the procedure wants them."""
    # A case is opened by the step that opens it: of a first step that is none, the format says nothing.
    lawful = seq == 0 or draw(st.integers(0, 9))
    steps = [step for step in content["steps"] if fits(step, state)] if lawful else []
    step = draw(st.sampled_from(steps or content["steps"]))
    details = {
        name: draw(detail_value(name, rule))
        for name, rule in step.get("details", {}).items()
        if rule.get("required") or draw(st.booleans())
    }
    if not draw(st.integers(0, 15)):
        details[draw(st.sampled_from(["fine", "strange", "days"]))] = draw(
            st.sampled_from(["x", 1, True, ""])
        )
    outcome = draw(st.sampled_from(step["outcomes"])) if step.get("outcomes") else None
    officers = draw(st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=2, unique=True))
    return {
        "step": step["step"], "occurred_at": moment, "outcome": outcome, "details": details,
        "officers": tuple(officers), "signer": draw(st.sampled_from(ACCOUNTS)), "seq": seq, "jti": f"j{seq}",
    }  # fmt: skip


def fits(step, state):
    if step["from"] == "any":
        return state != ""
    return state in step["from"] if step["from"] else state == ""


@st.composite
def cases(draw):
    at = draw(st.integers(0, len(DOCUMENTS) - 1))
    theirs, moment, made = PAIRS[at][1], START, []
    for seq in range(draw(st.integers(1, 14))):
        moment += timedelta(hours=draw(st.sampled_from([-3, 1, 5, 24, 24 * 4, 24 * 9, 24 * 30])))
        state = theirs.state(PlatformFacts(tuple(PlatformStep(**fact) for fact in made)))
        made.append(draw(step_of(DOCUMENTS[at], state, moment, seq)))
    return at, made


def personal(fact):
    """The same arbitrary personal fields for both."""
    seed = fact["seq"]
    return {"files": seed % 3, "has_party": seed == 1, "has_place": True, "has_facts": seed % 5 != 0}


REVIEWS = [
    {"device": "CAM-1", "review": review, "outcome": "passed", "valid_from": START - timedelta(days=365),
     "valid_to": START + timedelta(days=days)}
    for review, days in (("legal", 0), ("technical", -8))
]  # fmt: skip


def their_refusals(procedure, made, qualified):
    """(seq, kind, rule) of what the platform would refuse, as a multiset without repetition."""
    found = set()
    for at, fact in enumerate(made):
        facts = PlatformFacts(
            tuple(PlatformStep(**before) for before in made[:at]),
            tuple(PlatformReview(**review) for review in REVIEWS),
            qualified,
        )
        roles = frozenset().union(*(step.roles for step in procedure.steps.values()))
        attempt = Attempt(PlatformStep(**fact), roles, **personal(fact))
        judged = procedure.judge(facts, attempt, THEIRS.term_end)
        found |= {(fact["seq"], refusal.kind, refusal.rule) for refusal in judged.refusals}
    return found


def our_findings(procedure, made, qualified):
    steps = tuple(StepFact(key=f"key of {fact['signer']}", **fact, **personal(fact)) for fact in made)
    case = CaseFacts(steps, tuple(DeviceReview(**review) for review in REVIEWS), qualified)
    judged = judge_case(procedure, OURS, case)
    found = {
        (each.fact.seq, "unknown" if each.truth.value is None else each.kind, each.rule)
        for each in judged.findings
    }
    return found, judged.state, case


@given(case=cases(), qualified=st.sampled_from([None, frozenset("abc"), frozenset("abcd")]))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_steps_are_refused_for_the_same_articles(case, qualified):
    at, made = case
    ours, theirs = PAIRS[at]
    refused = their_refusals(theirs, made, qualified)
    found, state, _ = our_findings(ours, made, qualified)
    assert found == refused
    assert state == theirs.state(PlatformFacts(tuple(PlatformStep(**fact) for fact in made)))


def rest(reading):
    return (reading.started_on, reading.due_on, reading.state, reading.ended_on, reading.overdue)


@given(case=cases(), today=st.integers(0, 700))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_clocks_are_read(case, today):
    at, made = case
    made = [fact for fact in made if isinstance(fact["details"].get("days", 1), int)]
    ours, theirs = PAIRS[at]
    day = (START + timedelta(days=today)).date()
    _, _, facts = our_findings(ours, made, None)
    platform = PlatformFacts(tuple(PlatformStep(**fact) for fact in made))
    expected = [
        (
            found.clock,
            found.started_seq,
            found.started_on,
            found.due_on,
            found.state,
            found.ended_on,
            found.overdue,
        )
        for found in platform_clocks(theirs, platform, THEIRS, day)
    ]
    found = [
        (
            each.clock.clock,
            each.started.seq,
            each.started_on,
            each.due_on,
            each.state,
            each.ended_on,
            each.overdue,
        )
        for each in read_clocks(ours, OURS, facts, day)
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


DAYS = st.integers(0, 120).map(lambda days: date(2024, 3, 1) + timedelta(days=days))


@given(
    fine=st.sampled_from(AMOUNTS[1:]), due=DAYS, on=DAYS,
    payments=st.lists(st.tuples(DAYS, st.sampled_from(("10", "50.5", "199.99"))), max_size=4),
    suspended=st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=2),
)  # fmt: skip
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_same_surcharge(fine, due, on, payments, suspended):
    paid = [(day, Decimal(amount)) for day, amount in payments]
    spans = [(day, day + timedelta(days=length) if length else None) for day, length in suspended]
    assert surcharge(Decimal(fine), due, paid, spans, on) == platform_surcharge(
        Decimal(fine), due, paid, spans, on
    )


def test_a_document_is_read_from_its_json_alone():
    for content, (ours, _) in zip(DOCUMENTS, PAIRS, strict=True):
        assert parse_procedure(json.loads(json.dumps(content))).version == ours.version
