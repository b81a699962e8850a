"""Clocks and documents of a case file: what came late, what was issued, and what is not the paper it says."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from gridwitness_verifier.case.document_check import read_paper
from gridwitness_verifier.main import main
from gridwitness_verifier.report import Result
from gridwitness_verifier.report.text import render_text
from support.case_check import assert_failed, check_case, codes, decided
from support.verifier_case import FILE, trust

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
