"""Judging beyond the vectors: what nobody can know, hostile details, options, the summary limit, packs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from gridwitness.calendars import Calendars
from gridwitness.errors import InvalidInput
from gridwitness.rules import (
    Attempt,
    CalendarUnpublished,
    Procedure,
    StepFact,
    bundled,
    jurisdictions,
    resolve,
    summary_lawful,
    word,
)
from gridwitness.rules.conditions import View, evaluate, required
from hypothesis import given
from hypothesis import strategies as st
from support.procedure_case import CaseStory, noon, procedure, rules_of

GENERAL, SUMMARY = procedure("general"), procedure("summary")
NO_CALENDAR = Calendars([])
TRUE, FALSE, UNKNOWN = {"officers": 1}, {"officers": 9}, {"qualified": True}
TRUTHS: list[tuple[dict[str, Any], bool | None]] = [(TRUE, True), (FALSE, False), (UNKNOWN, None)]


def _view(**changed: Any) -> View:
    fact = StepFact("evidence", noon("2026-03-02"), None, {}, ("a",), "a", 1, "1")
    return View(GENERAL.document, fact, (), NO_CALENDAR.term_end, **changed)


@pytest.mark.parametrize(("first", "second"), list(product(TRUTHS, repeat=2)))
def test_kleene(first: tuple[Any, bool | None], second: tuple[Any, bool | None]) -> None:
    truths = [first[1], second[1]]
    every = False if False in truths else None if None in truths else True
    some = True if True in truths else None if None in truths else False
    assert evaluate(_view(), {"all": [first[0], second[0]]}) is every
    assert evaluate(_view(), {"any": [first[0], second[0]]}) is some
    assert evaluate(_view(), {"not": first[0]}) is (None if first[1] is None else not first[1])
    implied = True if first[1] is False or second[1] is True else None if None in truths else False
    assert required(_view(), first[0], second[0]) is implied


def _served(day: str = "2026-12-28") -> CaseStory:
    story = CaseStory(GENERAL, date.fromisoformat(day), calendars=NO_CALENDAR)
    for step, outcome in (("clue", None), ("verification", "file"), ("filing", None), ("evidence", None)):
        story.force(step, outcome, party_kind="organisation")
    for step, outcome in (("inquiry-report", None), ("head-review", "penalise")):
        story.force(step, outcome, fine="60000")
    return story.force("notice-service", None, fine="60000", hearing_offered=True, penalty_kinds=["fine"])


def test_a_term_in_an_unpublished_year_refuses_as_unknown() -> None:
    story = _served()
    early = story.try_step("hearing-request", after=5)
    assert early.allowed  # five calendar days ask for no calendar
    late = _served().try_step("hearing-request", after=6)
    assert not late.allowed and rules_of(late, "unknown") == {"APL-64"}
    assert "无法确认" in next(refusal.zh for refusal in late.refusals if refusal.kind == "unknown")


def test_the_year_is_named() -> None:
    with pytest.raises(CalendarUnpublished) as refusal:
        NO_CALENDAR.term_end(date(2026, 12, 28), 5, "working")
    assert refusal.value.context["year"] == 2026


HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from(["1e999", "NaN", "-1", "٣"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.sampled_from(sorted(GENERAL.steps)),
    st.dictionaries(
        st.sampled_from([*sorted({name for step in GENERAL.steps.values() for name in step.details}), "x"]),
        HOSTILE,
        max_size=6,
    ),
    st.none() | st.text(max_size=4),
)
def test_any_attempt_is_answered(step: str, details: dict[str, Any], outcome: str | None) -> None:
    story = _served("2026-03-02")
    fact = StepFact(step, noon("2026-03-20"), outcome, details, (), None, 9, "x")
    found = GENERAL.judge(story.facts, Attempt(fact, frozenset()), story.calendars.term_end)
    assert not found.allowed and found.state_after == "notified"


def test_options_show_what_stands_in_the_way() -> None:
    story = _served("2026-03-02")
    options = {
        o.step: o.refusals
        for o in GENERAL.options(
            story.facts, frozenset({"officer"}), story.calendars.term_end, noon("2026-03-03")
        )
    }
    assert {refusal.rule for refusal in options["defence-review"]} == {"APL-62", "APL-64"}
    assert options["hearing-request"] == () and options["statement-defence"] == ()
    assert {refusal.rule for refusal in options["supervision-reply"]} == {"SDS-28/29"}


LAWFUL: list[tuple[str, str | None, list[str], bool, list[str], int]] = [
    ("citizen", "200", ["fine"], True, ["CCW-25"], 0),
    ("citizen", "200.01", ["fine"], True, ["CCW-25"], 1),
    ("organisation", "3000", ["fine", "warning"], True, ["AIR-116"], 0),
    ("organisation", "3000.01", ["fine"], True, ["AIR-116"], 1),
    ("organisation", None, ["warning"], True, ["AIR-116"], 0),
    ("citizen", "100", ["fine", "confiscation"], True, ["x"], 1),
    ("citizen", "100", ["fine"], False, ["x"], 1),
    ("citizen", "100", ["fine"], True, [], 1),
    ("citizen", "100", ["fine"], True, [""], 1),
    ("state", "100", ["fine"], True, ["x"], 1),
    ("citizen", "5000", ["stop-work"], False, [], 4),
]


@pytest.mark.parametrize(("kind", "fine", "kinds", "sure", "basis", "reasons"), LAWFUL)
def test_whether_the_summary_procedure_is_lawful_is_computed(
    kind: str, fine: str | None, kinds: list[str], sure: bool, basis: list[str], reasons: int
) -> None:
    found = summary_lawful(SUMMARY, kind, None if fine is None else Decimal(fine), kinds, sure, basis)
    assert found.lawful is (reasons == 0) and len(found.reasons) == reasons
    assert {reason.article for reason in found.reasons} <= {"行政处罚法第五十一条"}


def test_packs_lay_their_numbers_over_the_national_ones() -> None:
    assert {"national", "fujian"} <= jurisdictions()
    for jurisdiction in jurisdictions():
        for document in bundled(jurisdiction):
            law = Procedure.parse(document)
            assert law.jurisdiction == jurisdiction
            assert law.edges() == procedure(law.procedure).edges()
    fujian = procedure("general", "fujian")
    assert fujian.threshold("hearing.fine", "organisation") == 100_000
    assert fujian.law(fujian.thresholds["hearing.fine"].rule).confidence == "likely"
    assert GENERAL.threshold("hearing.fine", "organisation") == 50_000
    assert GENERAL.thresholds["hearing.fine"].confidence == "assumed"
    with pytest.raises(InvalidInput) as refusal:
        bundled("atlantis")
    assert refusal.value.code == "jurisdiction-unknown"


def test_a_pack_changes_thresholds_and_clocks_by_name() -> None:
    base = bundled()[0]
    pack: dict[str, Any] = {
        "format": "gridwitness-pack/1",
        "jurisdiction": "somewhere",
        "title": {"zh": "某地", "en": "somewhere"},
        "rules": {},
        "procedures": {"general": {"clocks": [{"clock": "decision", "days": 60}]}},
    }
    law = Procedure.parse(resolve(base, pack))
    assert (law.clocks["decision"].days, law.clocks["decision"].kind) == (60, "calendar")
    assert len(law.clocks) == len(GENERAL.clocks)
    for change in ({"clocks": [{"clock": "nap", "days": 1}]}, {"thresholds": {"nap": {}}}, {"steps": []}):
        with pytest.raises(InvalidInput) as refusal:
            resolve(base, {**pack, "procedures": {"general": change}})
        assert refusal.value.code == "pack-invalid"


def test_every_outcome_and_value_has_its_words() -> None:
    names = {
        name
        for law in (GENERAL, SUMMARY)
        for step in law.steps.values()
        for name in (*step.outcomes, *(v for detail in step.details.values() for v in detail.values))
    }
    assert [name for name in sorted(names) if word(name)[0] == name] == []
    assert word("nonsense") == ("nonsense", "nonsense")


def test_every_number_of_the_law_is_as_the_law_has_it() -> None:
    found = {
        name: threshold.for_party(kind)
        for name, kind in (("fine.summary", "citizen"), ("on-the-spot", None), ("surcharge.rate", None))
        for threshold in [SUMMARY.thresholds[name]]
    }
    assert found == {"fine.summary": 200, "on-the-spot": 100, "surcharge.rate": Decimal("0.03")}
    assert SUMMARY.threshold("fine.summary", "organisation") == 3000
    assert SUMMARY.threshold("fine.summary") is None
    assert SUMMARY.law("APL-51").effective_from == date(2021, 7, 15)


def test_the_graph_has_the_lawful_loops_and_no_short_cut() -> None:
    edges = GENERAL.edges()
    assert {("service", "review"), ("review", "inquiry"), ("execution", "execution")} <= edges
    assert {("start", "closure"), ("service", "closure"), ("decision", "service")} <= edges
    for jump in (
        ("start", "decision"),
        ("inquiry", "decision"),
        ("decision", "execution"),
        ("closure", "start"),
    ):
        assert jump not in edges
    assert ("inquiry", "decision") in SUMMARY.edges() and ("start", "decision") not in SUMMARY.edges()
    assert not any(a == "closure" for a, _ in edges)
