"""NDJSON: flat objects become rows of text, everything else a bad row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gridwitness_ingest.row import BadRow, Row
from gridwitness_ingest.rows import open_rows
from hypothesis import given
from hypothesis import strategies as st


def read(folder: Path, content: bytes) -> list[Row | BadRow]:
    path = folder / "table.ndjson"
    path.write_bytes(content)
    return list(open_rows(path).rows)


def test_values_become_text_as_they_are_written(tmp_path: Path) -> None:
    big = "123456789012345678901234567890"
    line = '{"id": 1e400, "n": 0.10, "big": ' + big + ', "b": true, "z": null, "t": "\\u6e23[["}'
    assert read(tmp_path, b"\xef\xbb\xbf" + line.encode() + b"\r\n\n") == [
        Row(1, {"id": "1e400", "n": "0.10", "big": big, "b": "true", "z": "", "t": "渣[["})
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1]", "no JSON object"),
        (b'"id"', "no JSON object"),
        (b'{"id": {"a": 1}}', "'id' holds an object"),
        (b'{"id": []}', "'id' holds a list"),
        (b'{"id": 1, "id": 2}', "it names a member twice"),
        (b'{"id": NaN}', "NaN is no JSON"),
        (b'{"id": "\\ud800"}', "it holds half of a surrogate pair"),
        (b'{"\\u0000": "x"}', "it holds a NUL character"),
        (b'{"id": 1', "no JSON"),
        (b'{"id": "\xff"}', "byte 9 is no UTF-8"),
        (b"[" * 100_000, "values inside values"),
        (b"{" + b" " * 200_000 + b"}", "the line has 200003 bytes"),
        (b'{"id": "' + b"[" * 99 + b'", "x": [' + b"[" * 9, "no JSON"),
    ],
)
def test_a_bad_line_is_named_and_its_neighbours_stay(tmp_path: Path, line: bytes, reason: str) -> None:
    before, bad, after = read(tmp_path, b'{"id": "0"}\n' + line + b'\n{"id": "9"}\n')
    assert (before, after) == (Row(1, {"id": "0"}), Row(3, {"id": "9"}))
    assert isinstance(bad, BadRow) and bad.line == 2 and bad.reason.startswith(reason)


def test_a_csv_name_with_objects_inside_is_read_as_ndjson(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(b' {"id": "1"}\n')
    table = open_rows(path)
    assert table.columns is None and list(table.rows) == [Row(1, {"id": "1"})]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=6))
def test_objects_of_text_are_read_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, row: dict[str, str]
) -> None:
    assert read(tmp_path_factory.mktemp("nd"), json.dumps(row).encode()) == [Row(1, row)]


@given(st.binary(min_size=1, max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    found = read(tmp_path_factory.mktemp("any"), b'{"id": 1}\n' + content)
    assert found[0] == Row(1, {"id": "1"})
    assert all(
        isinstance(value, str) for row in found if isinstance(row, Row) for value in row.values.values()
    )
