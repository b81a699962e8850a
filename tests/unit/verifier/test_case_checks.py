"""Officers and procedure of a case file: each breach at its record, by its article."""

import pytest
from gridwitness_verifier.report import Result
from gridwitness_verifier.report.text import render_text
from support.case_check import CITIZEN, assert_failed, check_case, codes, decided
from support.verifier_bundle import START
from support.verifier_case import OFFICER, SECOND, CaseScenario
from support.verifier_procedure import procedure

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


REVIEW = {
    "device": "CAM-1", "review": "legal", "outcome": "passed", "reviewed_at": "2026-01-01T00:00:00Z",
    "valid_from": "2026-01-01T00:00:00Z", "valid_to": "2026-12-31T00:00:00Z", "standard": None,
    "report": None, "files": [],
}  # fmt: skip


def monitored(*reviews):
    """A case that leans on a device, with these reviews of it in the file."""
    document = procedure()
    evidence = next(step for step in document["steps"] if step["step"] == "evidence")
    texts = {"type": "text", "required": True}
    evidence["details"] = {"device": texts, "captured_at": {"type": "time", "required": True}}
    gate = {
        "rule": "APL-42",
        "that": {"device-reviewed": "evidence"},
        "zh": "设备未经审核",
        "en": "unreviewed",
    }
    next(step for step in document["steps"] if step["step"] == "decision")["requires"].append(gate)
    case = CaseScenario(document=document)
    for at, review in enumerate(reviews):
        case.related.append(
            case.make("device.review.v1", {**REVIEW, **review}, OFFICER, START, subject=str(at))
        )
    details = {"device": "CAM-1", "captured_at": "2026-03-01T00:00:00Z"}
    return decided(case=case, evidence={"details": details})


def test_a_device_with_both_reviews():
    assert check_case(monitored({}, {"review": "technical"}).file())[1].exit_code == 0


@pytest.mark.parametrize(
    "reviews",
    [
        [],
        [{}],
        [{}, {"review": "technical", "outcome": "failed"}],
        [{}, {"review": "technical", "device": "CAM-2"}],
        [{}, {"review": "technical", "valid_to": "2026-02-28T23:59:59Z"}],
        [{}, {"review": "technical", "valid_from": "2026-03-01T00:00:01Z"}],
    ],
)
def test_a_device_that_was_not_reviewed(reviews):
    place, _ = breach(monitored(*reviews), "procedure-requirement", "APL-42")
    assert "unreviewed" in place.detail
