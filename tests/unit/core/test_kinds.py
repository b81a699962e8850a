"""The table of kinds is the format's, and its fields are checked by type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import gridwitness.platform
import pytest
from gridwitness.errors import InvalidInput
from gridwitness.members.purposes import PURPOSES
from gridwitness.records import KINDS
from gridwitness.records.erasure import ERASABLE_COLUMNS
from gridwitness.records.field_types import FIELD_TYPES
from gridwitness.records.kinds import check_fields, kind_named
from hypothesis import given
from hypothesis import strategies as st
from support.vectors import load

assert gridwitness.platform  # every feature's kinds are registered by its import

TABLE: dict[str, dict[str, Any]] = load("kinds")
ROOT = Path(__file__).resolve().parents[3]
DIGEST = "A" * 43
FILE = {"name": "a", "sha256": "0" * 64, "sm3": "f" * 64, "size": 0, "type": "text/plain"}

RIGHT: dict[str, list[Any]] = {
    "text": ["", "中文"],
    "time": ["2026-02-28T23:59:59Z", "2024-02-29T00:00:00Z"],
    "integer": [0, -1, 2**53 - 1],
    "decimal": ["0", "-12.340", "120.155"],
    "texts": [[], ["a"]],
    "digests": [[], [DIGEST]],
    "files": [[], [FILE]],
    "strings": [{}, {"a": "b"}],
    "jwk": [{}],
    "object": [{}, {"a": [1]}],
}
WRONG: dict[str, list[Any]] = {
    "text": [1, ["a"]],
    "time": ["2026-02-29T00:00:00Z", "2026-02-28", "2026-02-28T23:59:60Z", "٢026-02-28T23:59:59Z", 5],
    "integer": [True, "1"],
    "decimal": ["1.", ".5", "+1", "1e3", "١", 5],
    "texts": ["a", [1]],
    "digests": [[DIGEST[:-1]], [DIGEST[:-1] + "B"], DIGEST],
    "files": [
        [{**FILE, "size": -1}],
        [{**FILE, "size": True}],
        [{**FILE, "sha256": "A" * 64}],
        [{"name": "a"}],
        {},
    ],
    "strings": [{"a": 1}, []],
    "jwk": ["{}"],
    "object": [[]],
}


def test_the_kinds_are_the_formats() -> None:
    assert KINDS.keys() == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_a_kind_is_as_the_format_has_it(name: str) -> None:
    kind, declared = KINDS[name], TABLE[name]
    assert kind.title_zh == declared["title_zh"]
    assert kind.sources == set(declared["src"])
    if name != "key.offered.v1":  # signed by the offered key itself, so the format names no purpose
        assert kind.purposes == set(declared["purposes"])
    if name == "state.effect.v1":
        assert set(declared["erasable"]) == ERASABLE_COLUMNS
        return
    fields = {field: (kind.fields[field].type, kind.fields[field].required) for field in kind.fields}
    assert fields == {field: (d["type"], d["required"]) for field, d in declared["fields"].items()}
    assert kind.erasable == set(declared["erasable"])


def test_the_enums_are_the_formats() -> None:
    text = (ROOT / "docs/format.md").read_text("utf-8")
    prose = text.partition("Enums: ")[2].partition("`event.reported")[0]
    words = [re.findall(r"`(\w+)`", sentence) for sentence in prose.replace("\n", " ").split(". ")]
    named = {name: set(values) for name, *values in words[:3]}
    assert named.keys() == {"procedure", "milestone", "state"}
    purposes = set(words[3])
    tabled = _tabled_enums(text)
    for kind in KINDS.values():
        for field, values in kind.enums.items():
            wanted = tabled.pop((kind.name, field), named.get(field))
            assert values == (purposes if field == "purpose" else wanted), (kind.name, field)
    assert not tabled
    assert purposes == PURPOSES.keys()


def _tabled_enums(text: str) -> dict[tuple[str, str], set[str]]:
    """Kind and field → words, of the table of feeds, trucks and hotspots."""
    rows = text.partition("| enum | of | words |")[2].partition("\n\n")[0].splitlines()[2:]
    found = {}
    for row in rows:
        field, kinds, words = row.strip("|").split("|")
        for kind in re.findall(r"`([^`]+)`", kinds):
            found[kind, field.strip().strip("`")] = set(re.findall(r"`([^`]+)`", words))
    return found


def test_only_the_platform_writes_about_itself() -> None:
    internal = {name for name, kind in KINDS.items() if kind.internal}
    own = {"state", "deployment", "key", "record", "rule", "document", "archive", "hotspot", "performance"}
    machine = {"feed.batch.v1", "truck.anomaly.v2", "dispatch.model.v1"}
    assert internal == {name for name in KINDS if name.split(".")[0] in own} | machine


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_every_type_takes_its_own_and_refuses_others(name: str) -> None:
    assert [value for value in RIGHT[name] if not FIELD_TYPES[name](value)] == []
    assert [value for value in WRONG[name] if FIELD_TYPES[name](value)] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.sampled_from(["step", "files", "jwk", "x"]), JSON))
def test_any_value_is_taken_or_refused_with_a_code(name: str, changed: dict[str, Any]) -> None:
    kind = kind_named(name)
    fields = dict.fromkeys(kind.fields) | changed
    try:
        check_fields(kind, fields)
    except InvalidInput as refusal:
        assert refusal.code == "fields"
    else:
        assert fields.keys() == kind.fields.keys()
        assert not [field for field, d in kind.fields.items() if d.required and fields[field] is None]


def test_unknown_kind() -> None:
    with pytest.raises(InvalidInput) as refusal:
        kind_named("case.step.v99")
    assert refusal.value.code == "kind-unknown"
