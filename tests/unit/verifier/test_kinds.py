"""The table of kinds equals the shared one; fields are held to their types."""

import json
from pathlib import Path

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.kinds import EFFECT, ERASABLE_COLUMNS, KINDS, check_fields, check_source

TABLE = json.loads((Path(__file__).parents[2] / "vectors" / "kinds.json").read_text("utf-8"))


def test_the_table_is_the_shared_one():
    assert list(KINDS) == list(TABLE)
    for name, kind in KINDS.items():
        expected = TABLE[name]
        assert kind.label == expected["title_zh"]
        assert list(kind.purposes) == expected["purposes"]
        assert list(kind.src) == expected["src"]
        if name == EFFECT:
            assert sorted(ERASABLE_COLUMNS) == sorted(expected["erasable"])
            continue
        assert sorted(kind.erasable) == sorted(expected["erasable"])
        assert {field: (rule.type, rule.required) for field, rule in kind.fields.items()} == {
            field: (rule["type"], rule["required"]) for field, rule in expected["fields"].items()
        }


FILE = {"name": "现场.jpg", "sha256": "0" * 64, "sm3": "1" * 64, "size": 5, "type": "image/jpeg"}
STEP = {
    "procedure": "summary",
    "step": "取证",
    "occurred_at": "2026-02-28T23:59:59Z",
    "officers": ["330106001"],
    "place": None,
    "facts": None,
    "basis": None,
    "outcome": None,
    "files": [FILE],
}


def code(kind, fields, *, complete=False):
    try:
        check_fields(kind, fields, complete=complete)
    except VerificationError as error:
        return error.code
    return None


def test_a_complete_step():
    assert code("case.step.v1", STEP, complete=True) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("procedure", "quick"),
        ("procedure", 1),
        ("occurred_at", "2026-02-29T00:00:00Z"),
        ("occurred_at", "2026-02-28T00:00:00+08:00"),
        ("occurred_at", "2026-02-28T24:00:01Z"),
        ("occurred_at", "２０26-02-28T00:00:00Z"),
        ("officers", "330106001"),
        ("officers", [1]),
        ("place", ["x"]),
        ("files", {}),
        ("files", [{**FILE, "size": -1}]),
        ("files", [{**FILE, "size": True}]),
        ("files", [{**FILE, "sha256": "0" * 63}]),
        ("files", [{**FILE, "sm3": "G" * 64}]),
        ("files", [{**FILE, "more": 1}]),
        ("files", [FILE["name"]]),
    ],
)
def test_values_of_another_type(name, value):
    assert code("case.step.v1", {name: value}) == "field-type"


def test_unknown_missing_and_null():
    assert code("case.step.v1", {"mood": "x"}) == "field-unknown"
    assert code("case.step.v1", {"step": None}) == "field-null"
    assert code("case.step.v1", {"step": "x"}) is None
    assert code("case.step.v1", {"step": "x"}, complete=True) == "field-missing"
    assert code("case.step.v9", {}) == "kind-unknown"


@pytest.mark.parametrize(
    ("value", "right"),
    [("30.25", True), ("-1", True), ("1.", False), (".5", False), ("1e3", False), ("٣", False)],
)
def test_decimals(value, right):
    assert (code("event.reported.v1", {"latitude": value}) is None) is right


ROW = {"table": "cases.case", "key": {"id": "1"}, "op": "put"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"cause": None, "by": None, "row.0": ROW, "row.0.state": "open", "row.1": ROW}, None),
        ({"cause": None, "by": None, "row.1": ROW}, "field-missing"),
        ({"cause": None, "row.0": ROW}, "field-missing"),
        ({"cause": None, "by": None, "row.0": ROW, "row.1.state": None}, "field-missing"),
        ({"cause": "x"}, "field-type"),
        ({"by": 5}, "field-type"),
        ({"row.0.state": 5}, "field-type"),
        ({"row.0": {**ROW, "op": "drop"}}, "field-type"),
        ({"row.0": {**ROW, "key": {}}}, "field-type"),
        ({"row.0": {**ROW, "table": "case"}}, "field-type"),
        ({"row.0": []}, "field-type"),
        ({"row.00": ROW}, "field-unknown"),
        ({"other": None}, "field-unknown"),
    ],
)
def test_fields_of_an_effect(fields, expected):
    assert code(EFFECT, fields, complete=True) == expected


def test_sources():
    check_source("truck.anomaly.v1", "device")
    with pytest.raises(VerificationError) as caught:
        check_source("case.step.v1", "import")
    assert caught.value.code == "kind-source"
