"""Officers, procedure, clocks and documents of a case file: each breach at its record, by its article."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from gridwitness_verifier.case.document_check import read_paper
from gridwitness_verifier.main import main
from gridwitness_verifier.report import Result
from gridwitness_verifier.report.text import render_text
from support.case_check import assert_failed, check_case, codes
from support.verifier_case import (
    FILE,
    OFFICER,
    REVIEWER,
    SECOND,
    CaseScenario,
    trust,
)
from support.verifier_procedure import procedure

CITIZEN = {"details": {"party_kind": "citizen"}, "party": {"name": "张三"}}


def decided(**changes):
    """A case up to a decision; `changes` replace the keyword arguments of a step."""
    case = CaseScenario(**changes.pop("scenario", {}))
    plan = {
        "clue": (0, {}), "filing": (5, CITIZEN), "evidence": (6, {"files": [FILE]}),
        "inquiry-report": (20, {"details": {"major": True}}),
        "legal-review": (25, {"outcome": "passed", "key": REVIEWER}),
        "decision": (40, {"details": {"fine": "150"}}),
    }  # fmt: skip
    for step, (day, fields) in plan.items():
        change = changes.get(step.replace("-", "_"), {})
        if change is not None:
            given = {**fields, **change}
            case.step(given.pop("step", step), given.pop("day", day), **given)
    return case


# Officers


def test_two_officers_are_claimed_only_without_a_cosignature():
    found, report = check_case(decided(decision={"cosign": None}).file())
    assert found["officers"].result is Result.CLAIMED
    assert "two officers: claimed only, for 1 of 4 milestones" in found["officers"].reason
    assert codes(found["officers"]) == ["cosign-missing"]
    assert found["officers"].locations[0].seq == 9 - 1
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("key", "after", "fields", "code"),
    [
        (OFFICER, 30, {}, "cosign-own"),
        (SECOND, 700, {}, "cosign-late"),
        (SECOND, 30, {"entry": "A" * 43}, "cosign-differs"),
    ],
)
def test_cosignatures_that_do_not_count(key, after, fields, code):
    case = decided(decision={"cosign": None})
    case.cosign(case.records[-1], key, after, **fields)
    found, report = check_case(case.file())
    assert found["officers"].result is Result.CLAIMED
    assert codes(found["officers"]) == [code]
    assert report.exit_code == 0


def test_another_key_of_the_same_holder_is_the_same_officer():
    case = decided()
    case.related = []
    case.before = case.before[:2]
    fresh = CaseScenario()
    fresh.related = [fresh.offer(OFFICER, "account-1"), fresh.offer(SECOND, "account-1")]
    fresh.step("clue", 0)
    fresh.step("filing", 5, **CITIZEN)
    found, _ = check_case(fresh.file())
    assert codes(found["officers"]) == ["cosign-own"]


def test_a_cosignature_without_a_receipt_is_undated():
    file = decided().file()
    for record in file["records"]:
        record["provenance"] = {}
    found, _ = check_case(file)
    assert set(codes(found["officers"])) == {"cosign-undated"}


# Procedure


def breach(case, code, rule):
    found, report = check_case(case.file())
    assert_failed(found, report, procedure=code)
    place = next(place for place in found["procedure"].locations if place.code == code)
    assert place.rule == rule
    assert rule in report.subject["rules_breached"]
    return place, report


def test_a_missing_legal_review():
    case = decided(legal_review=None)
    place, report = breach(case, "procedure-requirement", "APL-58")
    assert place.jti == case.records[-2].jti
    assert place.detail == "APL-58 (行政处罚法第五十八条), decision: no legal review was passed"
    assert "行政处罚法第五十八条，处罚决定：未经法制审核" in render_text(report, "zh")


def test_a_review_that_was_returned_is_none():
    case = decided(legal_review={"outcome": "returned"}, decision=None)
    case.step("decision", 40, details={"fine": "150"})
    found, _ = check_case(case.file())
    assert {place.rule for place in found["procedure"].locations} == {"APL-58", "APL-60"}


def test_a_fine_over_the_limit():
    place, _ = breach(decided(decision={"details": {"fine": "200.01"}}), "procedure-requirement", "APL-51")
    assert "over the limit" in place.detail


def test_one_officer_alone():
    breach(decided(filing={"officers": ["account-1"]}), "procedure-requirement", "APL-42")


def test_the_limit_is_that_of_the_party():
    organisation = {"details": {"party_kind": "organisation"}}
    case = decided(filing=organisation, decision={"details": {"fine": "2999"}})
    assert check_case(case.file())[1].exit_code == 0


def test_a_reviewer_who_took_part():
    case = decided(legal_review={"key": OFFICER})
    breach(case, "procedure-requirement", "APL-58")


def test_who_holds_a_key_is_claimed_where_no_offer_is_shown():
    file = decided().file()
    file["related"] = []
    found, report = check_case(file)
    assert found["procedure"].result is Result.CLAIMED
    assert "APL-58" in report.subject["rules_not_evaluated"]


@pytest.mark.parametrize(
    "change",
    [
        {"filing": {"details": {}}},
        {"filing": {"details": {"party_kind": "other"}}},
        {"filing": {"details": {"party_kind": None}}},
        {"filing": {"party": None}},
        {"evidence": {"files": []}},
        {"evidence": {"details": {"more": "x"}}},
        {"inquiry_report": {"details": {"major": "true"}}},
        {"inquiry_report": {"outcome": "passed"}},
        {"decision": {"details": {"fine": "-1"}}},
        {"decision": {"details": {"fine": "1.23456"}}},
    ],
)
def test_fields_that_break_the_procedure(change):
    found, report = check_case(decided(**change).file())
    assert_failed(found, report, procedure="procedure-fields")


def test_a_step_that_is_not_in_the_procedure():
    found, report = check_case(decided(evidence={"step": "mood"}).file())
    assert_failed(found, report, procedure="procedure-fields")


def test_a_step_dated_before_its_predecessor():
    case = decided(evidence={"occurred_at": "2026-03-03T00:00:00Z"})
    breach(case, "procedure-requirement", "APL-47")


def test_a_step_dated_after_its_own_signature():
    case = decided(decision={"occurred_at": "2026-04-12T00:00:00Z"})
    found, report = check_case(case.file())
    assert_failed(found, report, procedure="step-dated-ahead")


def test_steps_of_another_version():
    case = decided(evidence={"rules": "ab" * 32})
    found, report = check_case(case.file())
    assert_failed(found, report, procedure="rules-differ")


def test_a_version_that_the_file_does_not_hold():
    file = decided().file()
    file["rules"] = file["rules"][1:]
    found, report = check_case(file)
    assert found["procedure"].result is Result.NOT_EVALUATED
    assert found["milestones"].result is Result.NOT_EVALUATED
    assert report.exit_code == 3


def test_a_procedure_that_has_not_its_form():
    document = procedure()
    document["steps"][0]["requires"] = [{"rule": "APL-42", "that": {"sure": 1}, "zh": "x", "en": "x"}]
    found, report = check_case(decided(scenario={"document": document}).file())
    assert "procedure-form" in codes(found["procedure"])
    assert report.exit_code == 1


@pytest.mark.parametrize("name", ["step", "details", "officers", "outcome", "occurred_at", "files", "party"])
def test_what_is_redacted_is_counted_and_never_passed(name):
    case = decided()
    case.hidden = frozenset({name})
    found, report = check_case(case.file())
    assert found["procedure"].result is Result.NOT_EVALUATED
    assert "not shown" in found["procedure"].reason
    assert report.failed == []


def test_a_breach_stays_one_where_personal_fields_are_redacted():
    case = decided(decision={"details": {"fine": "5000"}})
    case.hidden = frozenset({"party", "place", "facts", "files"})
    found, report = check_case(case.file())
    assert_failed(found, report, procedure="procedure-requirement")


# Clocks


def late(case, code, rule):
    found, report = check_case(case.file())
    assert_failed(found, report, clocks=code)
    return next(place for place in found["clocks"].locations if place.rule == rule), report


def test_filing_too_late():
    place, report = late(decided(filing={"day": 16}, evidence=None), "clock-late", "MOH-15")
    assert "due 2026-03-17, done 2026-03-18; MOH-15 (办法第十五条)" in place.detail
    assert "线索核查：2026-03-02 起算，2026-03-17 届满，2026-03-18 完成" in render_text(report, "zh")
    assert place.seq == 1


def test_filing_on_the_last_day():
    assert check_case(decided(filing={"day": 15}, evidence=None).file())[1].exit_code == 0


def test_a_decision_after_ninety_days():
    place, _ = late(decided(decision={"day": 96}), "clock-late", "APL-60")
    assert "due 2026-06-05, done 2026-06-06" in place.detail


def test_a_term_that_has_passed_and_nothing_was_done():
    case = decided()
    case.step("decision-service", 42)
    case.step("correction", 43, details={"corrects": case.records[0].jti})
    found, _ = check_case(case.file())
    assert found["clocks"].result is Result.CLAIMED
    case = decided(decision=None)
    case.step("correction", 120, details={"corrects": case.records[0].jti})
    found, report = check_case(case.file())
    assert "clock-overdue" in codes(found["clocks"])
    assert report.exit_code == 1


def test_a_party_that_pays_late_is_named_and_fails_nothing():
    case = decided()
    case.step("decision-service", 42)
    case.step("payment", 90, outcome="full", details={"amount": "150"})
    found, report = check_case(case.file())
    assert codes(found["clocks"]) == ["clock-party"]
    assert report.exit_code == 0


def test_working_days_of_a_year_without_calendar():
    case = decided(scenario={"calendars": []})
    case.step("decision-service", 52)
    found, report = check_case(case.file())
    assert found["clocks"].result is Result.NOT_EVALUATED
    assert "not published" in found["clocks"].reason
    assert report.exit_code == 0
    # No term of seven working days is over before seven days are, whatever the calendar says.
    case = decided(scenario={"calendars": []})
    case.step("decision-service", 47)
    assert check_case(case.file())[0]["clocks"].result is Result.CLAIMED


# Documents


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "决定书.pdf"
    path.write_bytes(b"%PDF-1.7 the decision")
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(path.read_bytes())
    named = {
        "name": "决定书.pdf", "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "sm3": sm3.finalize().hex(), "size": path.stat().st_size, "type": "application/pdf",
    }  # fmt: skip
    return path, named


def issued(file, **fields):
    case = decided(decision=None)
    made = case.step("decision", 40, details={"fine": "150"}, cosign=None)
    case.issue(made, fields.pop("document", "decision"), file, **fields)
    return case


def test_a_document_is_joined_by_both_digests(paper, tmp_path, capsys):
    path, named = paper
    case = issued(named)
    found, _ = check_case(case.file(), papers=[read_paper(path)])
    assert found["documents"].result is Result.PROVED
    assert "is the decision issued at seq 9 (SHA-256 and SM3)" in found["documents"].reason
    evidence, pinned = tmp_path / "case.json", tmp_path / "trust.json"
    evidence.write_text(json.dumps(case.file()))
    pinned.write_text(json.dumps(trust()))
    command = ["bundle", str(evidence), "--trust", str(pinned), "--document"]
    assert main([*command, str(path)]) == 0
    path.write_bytes(b"%PDF-1.7 another")
    assert main([*command, str(path)]) == 1
    assert main([*command, str(tmp_path / "none.pdf")]) == 2
    capsys.readouterr()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sm3": "0" * 64}, "document-forged"),
        ({"size": 5}, "document-forged"),
        ({"sha256": "0" * 64}, "document-unknown"),
    ],
)
def test_a_document_that_is_not_the_one_issued(paper, change, code):
    path, named = paper
    found, report = check_case(issued({**named, **change}).file(), papers=[read_paper(path)])
    assert_failed(found, report, documents=code)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"statement": "01960000-0000-7000-8000-00000000ffff"}, "document-statement"),
        ({"entry": "A" * 43}, "document-entry"),
        ({"document": "notice"}, "document-differs"),
    ],
)
def test_documents_that_name_something_else(fields, code):
    found, report = check_case(issued(FILE, **fields).file())
    assert_failed(found, report, documents=code)


def test_a_document_whose_files_are_redacted_is_not_joined(paper):
    case = issued(paper[1])
    case.hidden = frozenset({"files"})
    found, _ = check_case(case.file(), papers=[read_paper(paper[0])])
    assert found["documents"].result is Result.NOT_EVALUATED
