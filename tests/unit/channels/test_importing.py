"""Rows of outside systems, read."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from gridwitness.channels.importing import COLUMNS, csv_rows, ndjson_rows, read_row
from gridwitness.errors import GridWitnessError, InvalidInput
from hypothesis import given
from hypothesis import strategies as st

ROW = {"key": "A-1", "description": "垃圾", "latitude": "30.2", "longitude": "120.1"}
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=40)


def test_a_row_is_a_report() -> None:
    report = read_row({**ROW, "occurred_at": "2026-03-02T08:00:00+08:00", "urgency": "urgent", "title": " "})
    assert (report.channel_key, report.lat, report.lon, report.title) == ("A-1", 30.2, 120.1, None)
    assert report.occurred_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert (report.urgency, report.src) == ("urgent", "import")


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"key": ""}, "key"),
        ({"description": None}, "description"),
        ({"latitude": "30,2"}, "latitude"),
        ({"longitude": "1e2"}, "longitude"),
        ({"occurred_at": "2026-03-02"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"urgency": "very"}, "urgency"),
        ({"category": "persons"}, "category"),
        ({"id_card": "x"}, "id_card"),
    ],
)
def test_a_bad_row_names_its_column(changed: dict[str, str | None], column: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_row({**ROW, **changed})
    assert refusal.value.code == "row"
    assert f"`{column}`" in refusal.value.message


@given(st.dictionaries(st.sampled_from([*COLUMNS, "other"]), TEXTS | st.none()))
def test_any_row_is_read_or_refused(row: dict[str, str | None]) -> None:
    try:
        assert read_row(row).channel_key
    except GridWitnessError as refused:
        assert refused.code == "row"


@given(st.lists(st.fixed_dictionaries({name: TEXTS for name in ("key", "description", "name")}), max_size=5))
def test_csv_and_ndjson_give_the_same_rows(rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["key", "description", "name"], quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    assert [*csv_rows("\ufeff" + out.getvalue())] == rows
    lines = "\n".join(json.dumps(row) for row in rows)
    assert [*ndjson_rows(lines.encode())] == rows


@pytest.mark.parametrize("content", ["a,b\n1\n", "a,b\n1,2,3\n", 'a\n"x'])
def test_a_broken_csv_is_refused(content: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        [*csv_rows(content)]
    assert refusal.value.code == "csv"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"a": 1}', b'{"a": "x", "a": "y"}', b"\xff"])
def test_a_broken_line_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        [*ndjson_rows(b'{"key": "x"}\n' + content)]
    assert refusal.value.code == "ndjson"
    assert "2" in refusal.value.message
