"""Options become the fields of a step exactly as the case's own procedure declares them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness_cli.case.step_form import read_details, read_party, step_fields
from gridwitness_cli.case.step_options import StepOptions

ME, OTHER = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10", "7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22"
NOW = "2026-03-02T01:00:00Z"
ROSTER = [{"username": "li.na", "account": OTHER}]
DOCUMENT = {
    "procedure": "general",
    "steps": [
        {
            "step": "decision",
            "details": {
                "fine": {"type": "decimal"},
                "penalty_kinds": {"type": "texts"},
                "publish": {"type": "boolean"},
                "days": {"type": "integer"},
                "captured_at": {"type": "time"},
            },
        }
    ],
}
DETAILS = DOCUMENT["steps"][0]["details"]  # type: ignore[index]


def fields(**given: Any) -> dict[str, Any]:
    return step_fields(StepOptions("decision", **given), DOCUMENT, "ab" * 32, ME, NOW, [], ROSTER)


def test_every_field_of_the_kind_is_there() -> None:
    made = fields(details=["fine=2000", "penalty_kinds=fine", "penalty_kinds=warning"], officers=["li.na"])
    assert made == {
        "procedure": "general", "rules": "ab" * 32, "step": "decision", "occurred_at": NOW,
        "officers": [ME, OTHER], "place": None, "facts": None, "basis": None, "outcome": None,
        "details": {"fine": "2000", "penalty_kinds": ["fine", "warning"]}, "party": None, "files": [],
    }  # fmt: skip


def test_officers_by_name_or_id_once_each() -> None:
    assert fields(officers=["li.na", OTHER, ME])["officers"] == [ME, OTHER]
    assert fields(officers=["li.na"], without_me=True)["officers"] == [OTHER]


def test_a_time_with_any_offset_is_written_in_utc() -> None:
    assert fields(at="2026-03-02T09:20:00+08:00")["occurred_at"] == "2026-03-02T01:20:00Z"


def test_details_are_of_their_declared_types() -> None:
    options = ["publish=是", "days=30", "captured_at=2026-03-02T08:00:00+08:00", 'penalty_kinds:=["fine"]']
    assert read_details(DETAILS, options) == {
        "publish": True,
        "days": 30,
        "captured_at": "2026-03-02T00:00:00Z",
        "penalty_kinds": ["fine"],
    }


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("fine", "detail-option"),
        ("amount=1", "detail-option"),
        ("fine=two thousand", "detail-option"),
        ("fine=1e3", "detail-option"),
        ("days=1.5", "detail-option"),
        ("publish=maybe", "detail-option"),
        ("captured_at=2026-03-02T08:00:00", "detail-option"),
        ('penalty_kinds:=["fine"', "detail-option"),
        ("=1", "detail-option"),
    ],
)
def test_details_that_are_none(option: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_details(DETAILS, [option])
    assert refusal.value.code == code


def test_a_detail_given_twice() -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_details(DETAILS, ["fine=1", "fine=2"])
    assert refusal.value.code == "detail-option"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"officers": ["wang"]}, "officer-form"),
        ({"at": "yesterday"}, "time-form"),
        ({"at": "2026-03-02T09:20:00"}, "time-form"),
    ],
)
def test_what_names_nobody_or_no_time(given: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        fields(**given)
    assert refusal.value.code == code


def test_a_step_the_procedure_has_not() -> None:
    with pytest.raises(InvalidInput) as refusal:
        step_fields(StepOptions("punish"), DOCUMENT, "ab" * 32, ME, NOW, [], ROSTER)
    assert refusal.value.code == "step-unknown" and "decision" in str(refusal.value.hint)


def test_a_party_has_every_member(tmp_path: Path) -> None:
    path = tmp_path / "party.json"
    path.write_text(json.dumps({"name": "王某", "phone": "138"}), encoding="utf-8")
    party = read_party(path)
    assert party["name"] == "王某" and party["address"] is None and len(party) == 6


@pytest.mark.parametrize(
    "content", ['{"nam": "王某"}', "{}", '{"name": 5}', '{"name": "王", "age": "5"}', "[]"]
)
def test_what_is_no_party(tmp_path: Path, content: str) -> None:
    path = tmp_path / "party.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput) as refusal:
        read_party(path)
    assert refusal.value.code in {"party-form", "json-malformed"}
