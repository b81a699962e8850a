"""Case commands without a platform: what they sign, keep, and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from gridwitness.errors import GridWitnessError
from gridwitness_cli.case import app
from gridwitness_cli.case.case_reference import KnownCase
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.officer_key import new_key
from gridwitness_cli.device.subject_place import SubjectPlace
from typer.testing import CliRunner

ORIGIN = f"gridwitness/{'0' * 32}/330100CG"
PASSPHRASE = "a long passphrase"
RULES = "ab" * 32
ME = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"
PROCEDURE: dict[str, Any] = {
    "procedure": "general",
    "steps": [
        {"step": "clue", "details": {"source": {"type": "text"}, "matter": {"type": "text"}}},
        {"step": "evidence", "details": {"kind": {"type": "text"}, "title": {"type": "text"}}},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device that was prepared while there was a network."""
    known = tmp_path / "known"
    known.mkdir()
    place = SubjectPlace(ORIGIN, None)
    for name, value in {
        "account": {"account": ME, "agency": "330100CG"},
        "officers": {"items": []},
        RULES: PROCEDURE,
        "new-general": KnownCase(place, "general", RULES, "new").to_json(),
    }.items():
        (known / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    new_key(tmp_path / "signing.key", "ES256", PASSPHRASE)
    return tmp_path


def run(folder: Path, *arguments: str | Path, url: str | None = None) -> Result:
    environment = {"GRIDWITNESS_PASSPHRASE": PASSPHRASE, "GRIDWITNESS_HOME": None, "GRIDWITNESS_URL": url}
    return CliRunner().invoke(app, ["--folder", str(folder), *map(str, arguments)], env=environment)


def code_of(result: Result) -> str:
    assert isinstance(result.exception, GridWitnessError), (result.output, result.exception)
    return result.exception.code


def opened(folder: Path) -> dict[str, Any]:
    result = run(
        folder, "open", "general", "-d", "source=patrol", "-d", "matter=乱倒渣土", "--offline", "--json",
        "--captured", "2026-03-02T00:00:00Z", "--device", "执法记录仪 07", "--clock-source", "gnss",
    )  # fmt: skip
    assert result.exit_code == 0, (result.output, result.exception)
    told: dict[str, Any] = json.loads(result.output)
    return told


def test_a_draft_says_when_it_was_captured_and_by_which_clock(folder: Path) -> None:
    told = opened(folder)
    draft = Draft.load(Path(told["draft"]))
    assert told["state"] == "draft" and told["receipt"] is None
    assert draft.provenance == {
        "captured": "2026-03-02T00:00:00Z",
        "device": "执法记录仪 07",
        "clock_source": "gnss",
    }
    record = draft.parsed()
    assert (record.claims.kind, record.claims.seq) == ("case.step.v2", 0)
    assert record.fields["details"] == {"source": "patrol", "matter": "乱倒渣土"}


def test_the_next_draft_of_a_case_follows_the_one_before(folder: Path) -> None:
    sub = opened(folder)["sub"]
    photo = folder / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    result = run(
        folder,
        "attach",
        sub,
        "--kind",
        "audiovisual",
        "--title",
        "照片",
        "--file",
        photo,
        "--offline",
        "--json",
    )
    assert result.exit_code == 0, (result.output, result.exception)
    told = json.loads(result.output)
    first, second = (Draft.load(path).parsed() for path in sorted((folder / "drafts").glob("*.json")))
    assert (told["sub"], told["seq"], second.claims.prev) == (sub, 1, first.digest)
    assert second.fields["files"][0]["type"] == "image/png"
    listed = json.loads(run(folder, "draft", "list", "--json").output)["drafts"]
    assert [row["step"] for row in listed] == ["clue", "evidence"]
    assert "evidence" in run(folder, "draft", "list").output


def test_what_was_not_fetched_cannot_be_signed_for(folder: Path) -> None:
    assert code_of(run(folder, "open", "summary", "--offline")) == "not-fetched"
    assert code_of(run(folder, "advance", "0" * 32, "evidence", "--offline")) == "not-fetched"
    number = run(folder, "advance", "330100CG-2026-000001", "evidence", "--offline")
    assert code_of(number) == "case-reference"


def test_without_a_platform(folder: Path) -> None:
    assert code_of(run(folder, "next", "0" * 32)) == "url-missing"
    (folder / "token").write_text("a-token\n")
    away = run(folder, "next", "0" * 32, "--json", url="http://127.0.0.1:9")
    assert (away.exit_code, json.loads(away.output)["error"]["code"]) == (3, "platform-unreachable")


def test_a_program_is_told_what_was_wrong(folder: Path) -> None:
    wrong = run(folder, "open", "general", "-d", "sorce=patrol", "--offline", "--json")
    assert (wrong.exit_code, json.loads(wrong.output)["error"]["code"]) == (2, "detail-option")
    assert not (folder / "drafts").exists()


@pytest.mark.parametrize("content", ["{}", "[]", '{"place": {"origin": "x"}}', "not json"])
def test_what_the_device_kept_and_somebody_damaged(folder: Path, content: str) -> None:
    (folder / "known" / "new-general.json").write_text(content, encoding="utf-8")
    assert code_of(run(folder, "open", "general", "--offline")) in {"known-damaged", "json-malformed"}
