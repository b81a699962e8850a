"""The command line: exit codes, reports in three forms, pins, memory."""

import json
import subprocess
import sys
from hashlib import sha256

import pytest
from gridwitness_verifier.kinds import KINDS
from gridwitness_verifier.main import main
from support.forged_record import NoteKey
from support.verifier_bundle import ORIGIN, KeyRecord, Scenario
from support.verifier_node import node_of, serve


def run(capsys, *arguments):
    code = main([*arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_proved_bundle(files, capsys):
    code, out, err = run(capsys, "bundle", *files(Scenario()))
    assert (code, err) == (0, "")
    assert "one operator can rewrite this chain" in out
    assert "这条链可由单一运行方改写" in out
    assert "trust: unconfirmed" in out
    assert "revoked after the anchor" in out
    assert "steps that nobody recorded" in out


def test_a_command_loads_nothing_it_does_not_use(files, tmp_path):
    script = (
        "import sys; from gridwitness_verifier.main import main; code = main();"
        " print(code, *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    unused = {"psycopg", "httpx", "jinja2", "rich", "eth_keys", "pydantic", "sqlite3"}

    def loaded(*arguments):
        answer = subprocess.run(
            [sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True
        )
        code, *modules = answer.stdout.splitlines()[-1].split()
        return int(code), unused & set(modules)

    arguments = files(Scenario())
    assert loaded("bundle", *arguments, "--json") == (0, set())
    assert loaded("bundle", *arguments, "--progress") == (0, {"rich"})
    assert loaded("bundle", *arguments, "--html", str(tmp_path / "page.html")) == (0, {"jinja2"})
    digest = sha256((tmp_path / "trust.json").read_bytes()).hexdigest()
    assert loaded("trust", "pin", arguments[2], "--sha256", digest) == (0, set())


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert "{bundle,log,audit,hotspots,trust}" in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        main(["nothing"])
    assert caught.value.code == 2
    assert "'nothing'" in capsys.readouterr().err


@pytest.mark.parametrize(("language", "words"), [("zh", "结论"), ("en", "Verdict")])
def test_one_language(files, capsys, language, words):
    _, out, _ = run(capsys, "bundle", *files(Scenario()), "--language", language)
    assert words in out
    assert ("结论" in out) != ("Verdict" in out)


def test_the_json_report_has_exactly_the_members_of_the_contract(files, capsys):
    code, out, _ = run(capsys, "bundle", *files(Scenario()), "--json")
    report = json.loads(out)
    assert list(report) == [
        "format",
        "command",
        "exit_code",
        "verdict",
        "trust",
        "subject",
        "checks",
        "not_shown",
    ]
    assert report["format"] == "gridwitness-report/v1"
    assert report["exit_code"] == code == 0
    assert set(report["trust"]) == {"sha256", "status", "profile", "clock"}
    for check in report["checks"]:
        assert set(check) == {"name", "result", "required", "reason", "count", "locations"}
        for location in check["locations"]:
            assert {"code", "detail"} <= set(location)
    required = {check["name"] for check in report["checks"] if check["required"]}
    assert required == {
        "record",
        "signature",
        "key",
        "disclosures",
        "inclusion",
        "tree-head",
        "anchor",
        "seen",
    }
    assert report["subject"]["index"] == 4


def test_a_failed_link_is_exit_code_1(files, capsys):
    scenario = Scenario()
    bundle = scenario.bundle()
    bundle["log_proof"] = bundle["log_proof"].replace("index 4", "index 5")
    code, out, _ = run(capsys, "bundle", *files(scenario, bundle), "--language", "en")
    assert code == 1
    assert "failed: inclusion" in out
    assert "index=5" in out


def test_a_missing_part_is_exit_code_3(files, capsys):
    scenario = Scenario()
    bundle = scenario.bundle()
    bundle["anchor"] = None
    code, out, _ = run(capsys, "bundle", *files(scenario, bundle))
    assert code == 3
    assert "`anchor`" in out


def test_a_bundle_without_a_record_is_unusable(files, capsys):
    scenario = Scenario()
    bundle = scenario.bundle()
    del bundle["record"]
    code, out, err = run(capsys, "bundle", *files(scenario, bundle))
    assert (code, out) == (2, "")
    assert "`record`" in err


def test_several_bundles_give_the_worst(files, tmp_path, capsys):
    scenario = Scenario()
    good, *trust = files(scenario)
    bundle = scenario.bundle()
    bundle["anchor"]["chain_id"] = 9
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(bundle))
    code, out, _ = run(capsys, "bundle", good, str(bad), good, *trust, "--json", "--progress")
    report = json.loads(out)
    checks = {check["name"]: check for check in report["checks"]}
    assert code == 1
    assert checks["record"] | {"reason": ""} == checks["record"] | {
        "result": "proved",
        "count": 3,
        "reason": "",
    }
    assert checks["anchor"]["reason"].startswith("1 of 3")
    assert [location["file"] for location in checks["anchor"]["locations"]] == ["bad.json"]


HOSTILE = "<script>alert(1)</script>\x1b[2J\u202egnp.exe\u2066\x07\ufeff{{7*7}}"


def test_hostile_text_is_escaped_in_every_form(files, tmp_path, capsys):
    scenario = Scenario(fields={"x": HOSTILE}, claims={"jti": HOSTILE})
    arguments = files(scenario)
    named = tmp_path / "<b>\x1b[31m\u202e.json"
    (tmp_path / "evidence.json").rename(named)
    page = tmp_path / "page.html"
    code, out, _ = run(capsys, "bundle", str(named), *arguments[1:], "--html", str(page))
    assert code == 1
    json_code, json_out, _ = run(capsys, "bundle", str(named), *arguments[1:], "--json")
    assert json_code == 1
    for text in (out, json_out, page.read_text("utf-8")):
        assert all(character == "\n" or character.isprintable() for character in text)
    assert "<b>" not in page.read_text("utf-8")
    assert "&lt;b&gt;\\u001b" in page.read_text("utf-8")


def test_hostile_names_of_fields_are_escaped(files, tmp_path, capsys):
    bundle = Scenario().bundle()
    bundle["signer"]["key_state"]["storage_proof"] = [[HOSTILE], [], []]
    page = tmp_path / "page.html"
    run(capsys, "bundle", *files(Scenario(), bundle), "--html", str(page))
    assert "<script" not in page.read_text("utf-8")


def test_the_page_stands_alone(files, tmp_path, capsys):
    page = tmp_path / "out" / "page.html"
    run(capsys, "bundle", *files(Scenario()), "--html", str(page))
    html = page.read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    for fetched in ("http://", "https://", "src=", "href=", "<script", "@import", "url("):
        assert fetched not in html
    assert "trust: unconfirmed" in html


def test_memory_keeps_what_was_seen_and_fails_on_a_contradiction(files, tmp_path, capsys):
    memory = str(tmp_path / "memory.json")
    scenario = Scenario()
    bundle = scenario.bundle()
    arguments = files(scenario, bundle)
    for _ in range(2):
        code, out, _ = run(capsys, "bundle", *arguments, "--memory", memory, "--json")
        assert code == 0
        assert json.loads(out)["checks"][-1] | {"reason": ""} == {
            "name": "memory",
            "result": "proved",
            "required": True,
            "reason": "",
            "count": 5,
            "locations": [],
        }
    before = (tmp_path / "memory.json").read_bytes()
    other = Scenario(index=5)
    code, out, _ = run(capsys, "bundle", *files(other), "--memory", memory, "--json")
    report = json.loads(out)
    assert code == 1
    assert {location["code"] for location in report["checks"][-1]["locations"]} == {
        "memory-head",
        "memory-block",
    }
    assert (tmp_path / "memory.json").read_bytes() == before


def test_a_node_is_asked_only_when_named(files, tmp_path, capsys):
    scenario = Scenario()
    node = node_of(scenario)
    arguments = files(scenario, node.bundle)
    with serve(node) as url:
        code, _, err = run(capsys, "bundle", *arguments, "--rpc", url)
    assert code == 3
    assert "rpc-chain" in err
    code, _, err = run(capsys, "bundle", *arguments, "--rpc", "http://127.0.0.1:1")
    assert code == 3
    assert "rpc-unreachable" in err


def test_an_unwritable_page_is_said(files, tmp_path, capsys):
    code, _, err = run(capsys, "bundle", *files(Scenario()), "--html", str(tmp_path))
    assert code == 2
    assert "file-unwritable" in err


def test_a_failure_is_said_in_both_languages(files, capsys):
    scenario = Scenario(status=b"")
    _, out, _ = run(capsys, "bundle", *files(scenario))
    assert "锚定交易失败 / the transaction failed" in out
    assert "[anchor-status] 锚定交易失败 / the anchoring transaction failed\n" in out
    _, out, _ = run(capsys, "bundle", *files(scenario), "--language", "en")
    assert "锚定" not in out


def test_a_forged_provenance_is_never_shown_as_fact(files, tmp_path, capsys):
    scenario = Scenario()
    bundle = scenario.bundle()
    honest = run(capsys, "bundle", *files(scenario, bundle), "--json")
    forged = {"received": "1999-12-31T23:59:59Z", "device": "FORGED-DEVICE", "capture": "FORGED-CAPTURE"}
    forged["receipt"] = NoteKey(ORIGIN).receipt(b"\7" * 32, 946_684_799, 946_684_800)
    arguments = files(scenario, bundle | {"provenance": forged})
    assert run(capsys, "bundle", *arguments, "--json") == honest
    page = tmp_path / "page.html"
    _, out, _ = run(capsys, "bundle", *arguments, "--html", str(page))
    for text in (out, page.read_text("utf-8")):
        for told in ("1999", "946684799", "FORGED"):
            assert told not in text
        assert "`provenance` says" in text


REPORTED = {"title": "井盖破损", "source": {"system": "12345", "key": "7", "row": {"id": "7"}}}


@pytest.mark.parametrize(
    ("src", "purpose", "by"),
    [("import", 2, "agency 330106"), ("self", 2, "agency 330106"), ("self", 1, "officer of 330106")],
)
def test_who_asserts_it_is_said(files, capsys, src, purpose, by):
    fields = dict.fromkeys(KINDS["event.reported.v1"].fields) | REPORTED
    scenario = Scenario(kind="event.reported.v1", src=src, fields=fields, key=KeyRecord(purpose=purpose))
    code, out, _ = run(capsys, "bundle", *files(scenario), "--json")
    report = json.loads(out)
    assert code == 0
    assert report["subject"]["asserted_by"] == by
    assert any("asserted by the agency" in text for text in report["not_shown"]) is by.startswith("agency")
