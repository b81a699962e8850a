"""`gridwitness case` from clue to filing and inquiry: online, refused, offline, cosigned, on paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gridwitness.errors import GridWitnessError, InvalidInput
from gridwitness.provision import write_trust
from gridwitness_cli.calendar_commands import publish_calendar
from gridwitness_cli.qualification_commands import app as qualifications
from gridwitness_evidence import parse_presentation
from support.case_device import CaseDevice, CaseOffice, case_office
from support.case_door import administrator
from support.platform import run_verifier
from typer.testing import CliRunner

UNKNOWN = "0198f2a0-7c11-7abc-8def-0123456789ab"
PARTY = {"name": "示范渣土运输有限公司", "document_type": "统一社会信用代码", "document_number": "91330100"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseOffice]:
    """One served platform for the file."""
    with case_office(tmp_path_factory.mktemp("devices")) as opened:
        yield opened


@pytest.fixture(scope="module")
def filed(office: CaseOffice, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A general case with a number, worked from three devices; gives the number."""
    first, head = office.device(office.cast.first), office.device(office.cast.head)
    second = office.cast.second.username
    opened = first.told(
        "open", "general", "-d", "source=patrol", "-d", "matter=乱倒渣土", "-d", "article=SW-111",
        "--facts", "群众举报偷倒渣土",
    )  # fmt: skip
    assert opened["state"] == "accepted" and opened["case"]["state"] == "clue"
    sub = str(opened["sub"])
    first.ok("advance", sub, "verification", "--outcome", "file", "--officer", second, "--facts", "属实")
    party = tmp_path_factory.mktemp("party") / "party.json"
    party.write_text(json.dumps(PARTY), encoding="utf-8")
    filing = head.told(
        "advance", sub, "filing", "--without-me", "--officer", office.cast.first.username,
        "--officer", second, "--party", party, "-d", "party_kind=organisation", "--basis", "SW-111",
    )  # fmt: skip
    number = str(filing["case"]["number"])
    assert number.endswith("-000001")
    return number


def test_a_milestone_is_cosigned_from_another_device(office: CaseOffice, filed: str) -> None:
    first = office.device(office.cast.first)
    cosigned = first.told("cosign", filed)
    assert cosigned["step"] == "case.cosign.v1"
    view = first.told("timeline", filed)
    assert view["steps"][2]["cosigner"] == office.cast.first.account
    assert code_of(first.run("cosign", filed)) == "nothing-to-cosign"


def test_what_people_see(office: CaseOffice, filed: str) -> None:
    first = office.device(office.cast.first)
    shown = first.ok("show", filed)
    assert filed in shown and "线索登记" in shown and "行政处罚法" in shown and PARTY["name"] not in shown
    assert PARTY["name"] in first.ok("show", filed, "--personal")
    assert "APL-60" in first.ok("clocks", filed) and "进行中" in first.ok("clocks", filed)
    following = first.ok("next", filed)
    assert "✓ evidence" in following and "✗ inquiry-report" in following
    assert filed in first.ok("list", "--officer", "me")
    assert first.told("list", "--state", "inquiry")["items"][0]["number"] == filed
    assert "filing" in first.ok("timeline", filed)


def test_a_refusal_says_rule_article_and_reason_in_both_languages(office: CaseOffice, filed: str) -> None:
    first = office.device(office.cast.first)
    report = ("advance", filed, "inquiry-report", "--officer", office.cast.second.username, "--facts", "终结")
    refused = first.run(*report)
    assert refused.exit_code == 2
    assert "不予受理 refused" in refused.output and "法第" in refused.output and "APL-" in refused.output
    as_json = first.run(*report, "--json")
    problem = json.loads(as_json.output)["error"]
    assert (as_json.exit_code, problem["code"], problem["status"]) == (2, "procedure-refused", 409)
    assert all(reason["zh"] and reason["en"] and reason["rule"] for reason in problem["reasons"])
    role = first.run("advance", filed, "decision-extension", "-d", "days=30", "--json")
    assert role.exit_code == 2 and json.loads(role.output)["error"]["code"] == "procedure-role"
    assert not list((first.folder / "drafts").glob("*.json"))


def test_a_dry_run(office: CaseOffice, filed: str, tmp_path: Path) -> None:
    first = office.device(office.cast.first)
    photo = tmp_path / "现场.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    step = ("evidence", "-d", "kind=audiovisual", "-d", "title=照片", "--file", photo)
    alone = first.run("check", filed, *step)
    assert alone.exit_code == 2 and "APL-42" in alone.output
    both = first.told("check", filed, *step, "--officer", office.cast.second.username)
    assert both["allowed"] and both["state_after"] == "inquiry"


def test_offline_with_capture_time_and_clock_kept_apart_from_receipt(
    office: CaseOffice, filed: str, tmp_path: Path
) -> None:
    first = office.device(office.cast.first)
    first.ok("fetch", filed)
    sub = first.told("show", filed)["case"]["sub"]
    photo = tmp_path / "现场.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(200)))
    captured = "2026-03-02T01:00:00Z"
    away = CaseDevice(first.folder, first.owner, "http://127.0.0.1:9")
    drafts = [
        away.told(
            "attach", sub, "--kind", "audiovisual", "--title", title, "--file", photo, "--officer",
            office.cast.second.username, "--offline", "--captured", captured, "--device", "执法记录仪 07",
            "--clock-source", "gnss",
        )
        for title in ("第一张", "第二张")
    ]  # fmt: skip
    assert away.run("draft", "send", "--json").exit_code == 3
    assert len(first.told("draft", "list")["drafts"]) == 2
    sent = first.told("draft", "send")["drafts"]
    assert [row["state"] for row in sent] == ["accepted", "accepted"]
    assert [row["captured_as"] for row in sent] == [draft["jti"] for draft in drafts]
    assert sent[1]["jti"] != drafts[1]["jti"]  # the case had moved: signed again, the first signing kept
    assert first.told("draft", "list")["drafts"] == []
    office.running.drain()
    whole = tmp_path / "case.json"
    first.ok("file", filed, "--out", whole)
    bundles = json.loads(whole.read_text("utf-8"))["records"]
    second = next(b for b in bundles if parse_presentation(b["record"]).claims.jti == sent[1]["jti"])
    provenance = second["provenance"]
    assert (provenance["device"], provenance["clock_source"]) == ("执法记录仪 07", "gnss")
    assert provenance["captured"] == captured and provenance["received"] > captured
    assert parse_presentation(provenance["capture"]).claims.jti == drafts[1]["jti"]


def test_documents_and_case_file_on_the_device(office: CaseOffice, filed: str, tmp_path: Path) -> None:
    first = office.device(office.cast.first)
    paper = tmp_path / "filing.pdf"
    told = first.told("document", filed, "--out", paper)
    assert told["document"] == "filing-form" and paper.read_bytes().startswith(b"%PDF-")
    assert paper.stat().st_mode & 0o777 == 0o600
    again = first.told("document", filed, "--out", paper)
    assert again["file"] == told["file"]
    early = first.run("file", filed, "--out", tmp_path / "early.json", "--json")
    assert early.exit_code == 2 and json.loads(early.output)["error"]["code"] == "not-anchored-yet"
    office.running.drain()
    whole = first.told("file", filed, "--out", tmp_path / "case.json", "--personal", "--wait", "5")
    assert whole["bytes"] == (tmp_path / "case.json").stat().st_size
    write_trust(office.running.platform)
    report = run_verifier("bundle", str(tmp_path / "case.json"), "--trust", str(office.running.trust_file))
    assert not report.failed, report.failed


def test_a_calendar_the_operator_publishes(office: CaseOffice) -> None:
    year = {
        "format": "gridwitness-calendar/1", "calendar": "cn", "year": 2031, "holidays": ["2031-01-01"],
        "workdays": [], "source": "test",
    }  # fmt: skip
    platform = office.running.platform
    assert publish_calendar(platform, year, None) == "calendar/cn/2031"
    shown = httpx.get(f"{office.url}/api/v1/calendars/2031", trust_env=False).json()
    assert shown["holidays"] == ["2031-01-01"]
    for wrong in ({"year": "2031"}, {"holidays": ["2030-01-01"]}, {"format": "x"}):
        with pytest.raises(InvalidInput) as refusal:
            publish_calendar(platform, year | wrong, None)
        assert refusal.value.code == "calendar-invalid"


def test_qualifications_from_the_command_line(office: CaseOffice, tmp_path: Path) -> None:
    token = tmp_path / "admin.token"
    token.write_text(administrator(office.running), encoding="ascii")
    online = ("--url", office.url, "--token-file", str(token))
    third = office.cast.third.username
    added = CliRunner().invoke(
        qualifications,
        ["add", third, *online, "--certificate", "A2026", "--kind", "legal", "--from",
         "2026-01-01T00:00:00+08:00", "--json"],
    )  # fmt: skip
    assert added.exit_code == 0, (added.output, added.exception)
    held = json.loads(added.output)
    assert held["valid_from"] == "2025-12-31T16:00:00Z"
    assert held["id"] in CliRunner().invoke(qualifications, ["list", third, *online, "--json"]).output
    assert CliRunner().invoke(qualifications, ["end", third, held["id"], *online]).exit_code == 0
    assert (
        code_of(CliRunner().invoke(qualifications, ["end", third, "mine", *online])) == "qualification-form"
    )
    assert code_of(CliRunner().invoke(qualifications, ["list", "nobody", *online])) == "account-unknown"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "nothing"), "case-reference"),
        (("show", "330100CG-2026-999999"), "case-unknown"),
        (("show", "f" * 32), "case-unknown"),
        (("advance", "{case}", "punish"), "step-unknown"),
        (("advance", "{case}", "evidence", "-d", "colour=red"), "detail-option"),
        (("advance", "{case}", "evidence", "--officer", "nobody"), "officer-form"),
        (("advance", "{case}", "evidence", "--file", "/nothing/here"), "file-unreadable"),
        (("advance", "{case}", "evidence", "--at", "noon"), "time-form"),
        (("advance", "{case}", "filing", "--party", "/nothing/here"), "file-unreadable"),
        (("cosign", "{case}", UNKNOWN), "record-unknown"),
        (("document", "{case}", UNKNOWN, "--out", "/nothing/here"), "statement-unknown"),
    ],
)  # fmt: skip
def test_wrong_input_has_a_code(
    office: CaseOffice, filed: str, arguments: tuple[str, ...], code: str
) -> None:
    first = office.device(office.cast.first)
    result = first.run(
        *(part.format(case=filed) if part == "{case}" else part for part in arguments), "--json"
    )
    assert (result.exit_code, json.loads(result.output)["error"]["code"]) == (2, code)


def code_of(result: object) -> str:
    error = getattr(result, "exception", None)
    assert isinstance(error, GridWitnessError), (getattr(result, "output", None), error)
    return error.code
