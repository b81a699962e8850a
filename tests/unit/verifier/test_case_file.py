"""A case file as a whole: what it shows, and where each forgery is found."""

import json

import pytest
from gridwitness_verifier.case import parse_case
from gridwitness_verifier.errors import Unusable
from gridwitness_verifier.main import main
from gridwitness_verifier.report import Result
from gridwitness_verifier.report.page import render_page
from gridwitness_verifier.report.text import render_text
from support.case_check import assert_failed, check_case, codes
from support.verifier_case import CaseScenario, closed_case, trust


@pytest.fixture(scope="module")
def whole():
    return closed_case().file()


@pytest.fixture
def file(whole):
    return json.loads(json.dumps(whole))


def test_a_whole_case(file):
    found, report = check_case(file)
    assert {name: found[name].result.value for name in (
        "case", "milestones", "completeness", "officers", "procedure", "clocks", "documents",
    )} == {
        "case": "proved", "milestones": "proved", "completeness": "proved", "officers": "proved",
        "procedure": "claimed", "clocks": "claimed", "documents": "proved",
    }  # fmt: skip
    assert report.exit_code == 0
    assert "complete up to seq 15, where the case was closed" in found["completeness"].reason
    subject = report.subject
    assert (subject["case"], subject["state"], subject["closed"]) == ("330106-2026-000007", "closed", True)
    assert subject["rules_breached"] == []
    assert "APL-60" in subject["rules_held"]
    assert subject["rules_not_evaluated"] == ["APL-42"]
    rows = {row["seq"]: row for row in subject["timeline"]}
    assert rows[9]["zh"] == "处罚决定"
    assert rows[9]["article"] == "行政处罚法第六十条"
    assert rows[9]["milestone"] == "decision"
    assert rows[9]["occurred_at"] == "2026-04-11T01:30:00Z"
    assert rows[9]["anchored"] == "2026-04-11T01:33:00Z"
    assert rows[9]["signer"] == "account-1"


def test_the_timeline_is_in_every_form_of_the_report(file):
    _, report = check_case(file)
    for text in (render_text(report, "both"), render_page(report, "zh")):
        assert "处罚决定" in text
        assert "2026-04-11T01:33:00Z" in text
    assert "decision  [decision]" in render_text(report, "en")


def test_an_open_case_is_complete_up_to_its_last_milestone():
    case = CaseScenario()
    case.step("clue", 0)
    case.step("filing", 5, details={"party_kind": "citizen"}, party={"name": "张三"})
    case.step("evidence", 6, files=[{**FILE}])
    found, report = check_case(case.file())
    assert report.exit_code == 0
    assert found["completeness"].result is Result.PROVED
    assert "after it not evaluated: the case is open" in found["completeness"].reason
    assert report.subject["complete_up_to"] == 1


FILE = {"name": "a", "sha256": "0" * 64, "sm3": "1" * 64, "size": 1, "type": "image/png"}


@pytest.mark.parametrize("at", [0, 4, 9])
def test_a_record_left_out(file, at):
    del file["records"][at]
    found, report = check_case(file)
    assert "gap" in codes(found["case"])
    assert found["completeness"].result is Result.NOT_EVALUATED
    assert report.exit_code == 1


def test_the_record_of_the_last_milestone_left_out(file):
    del file["records"][15:]
    found, report = check_case(file)
    assert "milestone-without-record" in codes(found["milestones"])
    assert "case-incomplete" in codes(found["completeness"])
    assert found["completeness"].locations[0].seq == 15
    assert report.exit_code == 1


def test_records_after_the_closure_may_be_left_out(file):
    del file["records"][16:]
    assert check_case(file)[1].exit_code == 0


def test_records_swapped(file):
    file["records"][3], file["records"][4] = file["records"][4], file["records"][3]
    found, _ = check_case(file)
    assert {"gap", "fork"} <= set(codes(found["case"]))


def test_a_record_of_another_subject():
    case = closed_case()
    made = case.step("correction", 61, details={"corrects": case.records[0].jti}, claims={"sub": "f" * 32})
    found, _ = check_case(case.file())
    assert "case-subject" in codes(found["case"])
    assert found["case"].locations[0].jti == made.jti


def test_a_fork_that_names_another_predecessor():
    case = closed_case()
    claims = {"prev": case.records[3].digest}
    case.step("correction", 61, details={"corrects": case.records[0].jti}, claims=claims)
    found, report = check_case(case.file())
    assert_failed(found, report, case="prev")


def test_an_event_without_a_proof(file):
    file["milestones"][2]["receipt"] = file["milestones"][3]["receipt"]
    found, report = check_case(file)
    assert "anchor-receipt" in codes(found["milestones"])
    assert report.exit_code == 1


@pytest.mark.parametrize(
    ("index", "change", "code"),
    [
        (2, {"seq": 8}, "milestone-without-record"),
        (2, {"head": b"\x09" * 32}, "milestone-head"),
        (2, {"milestone": 4}, "milestone-differs"),
        (3, {"index": 5}, "milestone-index"),
        (0, {"procedure": "ab" * 32}, "milestone-procedure"),
        (3, {"case_id": b"\x01" * 32}, "milestone-foreign"),
        (0, {"milestone": 2}, "milestone-order"),
    ],
)
def test_events_that_contradict_the_records(index, change, code):
    case = closed_case()
    case.events[index] |= change
    found, report = check_case(case.file())
    assert code in codes(found["milestones"])
    assert found["completeness"].result is not Result.PROVED
    assert report.exit_code == 1


def test_milestones_reordered(file):
    file["milestones"][3], file["milestones"][4] = file["milestones"][4], file["milestones"][3]
    found, _ = check_case(file)
    assert {"milestone-index", "milestone-order", "milestone-edge"} <= set(codes(found["milestones"]))


def test_an_edge_the_procedure_has_not():
    case = CaseScenario()
    case.step("clue", 0)
    case.step("filing", 1, details={"party_kind": "citizen"}, party={})
    case.step("closure", 2)
    found, report = check_case(case.file())
    assert_failed(found, report, milestones="milestone-edge", procedure="procedure-state")


def test_a_milestone_step_that_was_never_registered():
    case = closed_case()
    del case.events[3]
    for index, event in enumerate(case.events):
        event["index"] = index
    found, report = check_case(case.file())
    assert "milestone-missing" in codes(found["milestones"])
    place = next(place for place in found["milestones"].locations if place.code == "milestone-missing")
    assert place.seq == 9
    assert report.exit_code == 1


def test_a_milestone_on_its_way_is_no_failure():
    case = closed_case()
    case.events.pop()
    found, report = check_case(case.file())
    assert found["milestones"].result is Result.PROVED
    assert "on their way" in found["milestones"].reason
    assert report.exit_code == 0


def test_a_trust_file_without_a_registry_proves_no_milestone(file):
    content = trust()
    del content["contracts"]["case_registry"]
    found, report = check_case(file, content)
    assert found["milestones"].result is Result.NOT_EVALUATED
    assert report.exit_code == 3


def test_a_registry_of_another_address(file):
    content = trust()
    content["contracts"]["case_registry"]["address"] = "0x" + "12" * 20
    found, _ = check_case(file, content)
    assert set(codes(found["milestones"])) >= {"anchor-contract"}


def test_a_bundle_that_is_forged_is_named_by_its_place(file):
    record = file["records"][4]["record"]
    file["records"][4]["record"] = record[:60] + ("A" if record[60] != "A" else "B") + record[61:]
    _, report = check_case(file)
    names = {place.file for check in report.failed for place in check.locations}
    assert "case.json#records/4" in names
    assert report.exit_code == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "x"}, {"origin": 1}, {"records": []}, {"records": {}}, {"records": [1]},
        {"records": [{"record": 1}]}, {"anchors": []}, 
        {"signers": [1], "records": [{"record": "x", "signer": 2}]},
        {"milestones": 5}, {"rules": [None]}, {"records": [{"record": "x"}] * 5_001},
        {"records": [{"record": "x", "anchor": True}]}, {"records": [{"record": "x", "anchor": -1}]},
    ],
)  # fmt: skip
def test_what_is_no_case_file(file, change):
    with pytest.raises(Unusable) as caught:
        parse_case({**file, **change}, "case.json")
    assert caught.value.code == "case-form"


def test_the_command_takes_a_case_file_alone(file, tmp_path, capsys):
    path, pinned = tmp_path / "case.json", tmp_path / "trust.json"
    path.write_text(json.dumps(file))
    pinned.write_text(json.dumps(trust()))
    assert main(["bundle", str(path), "--trust", str(pinned), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["subject"]["case"] == "330106-2026-000007"
    assert {check["name"]: check["required"] for check in printed["checks"]} == {
        "record": True, "signature": True, "key": True, "vouching": False, "disclosures": True,
        "inclusion": True, "tree-head": True, "anchor": True, "seen": True, "time": False,
        "independence": False, "case": True, "milestones": True, "completeness": True, "officers": False,
        "procedure": False, "clocks": False, "documents": True,
    }  # fmt: skip
    assert main(["bundle", str(path), str(path), "--trust", str(pinned)]) == 2
    assert "case-alone" in capsys.readouterr().err


def test_an_oversized_file_is_refused(tmp_path, capsys):
    path, pinned = tmp_path / "case.json", tmp_path / "trust.json"
    with path.open("wb") as file:
        file.write(b'{"format":"gridwitness-case/v1"')
        file.seek(64 * 2**20)
        file.write(b"}")
    pinned.write_text(json.dumps(trust()))
    assert main(["bundle", str(path), "--trust", str(pinned)]) == 2
    assert "bundle-form" in capsys.readouterr().err
