"""CSV: every row once, bad ones with line and reason, and none of them stops the file."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from gridwitness.errors import InvalidInput
from gridwitness_ingest.lines import LONGEST
from gridwitness_ingest.row import BadRow, Row
from gridwitness_ingest.rows import open_rows
from hypothesis import given
from hypothesis import strategies as st


def read(folder: Path, content: bytes, name: str = "table.csv") -> list[Row | BadRow]:
    path = folder / name
    path.write_bytes(content)
    return list(open_rows(path).rows)


def rows_of(found: list[Row | BadRow]) -> list[dict[str, str]]:
    return [row.values for row in found if isinstance(row, Row)]


def bad_of(found: list[Row | BadRow]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in found if isinstance(row, BadRow)]


def test_mark_blank_lines_line_ends_and_quoted_cells(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfid,text\r\n1,"a, ""b""\r\nc"\r\n\r\n2,\xe6\xb8\xa3\xe5\x9c\x9f'
    found = read(tmp_path, content)
    assert found == [Row(2, {"id": "1", "text": 'a, "b"\r\nc'}), Row(5, {"id": "2", "text": "渣土"})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1", "1 cells where the header has 2"),
        (b"1,2,3", "3 cells where the header has 2"),
        (b"id,text", "the header once more"),
        (b"1,a\0b", "it holds a NUL byte"),
        (b"1,\xff\xfe", "byte 3 of line 3 is no UTF-8"),
        (b"1," + b"x" * LONGEST, f"the line has {LONGEST + 3} bytes, more than {LONGEST}"),
        (b'1,"x"y', "broken quoting: ',' expected after '\"'"),
        (b"1,a\rb", "broken quoting: new-line character seen in unquoted field"),
    ],
)
def test_a_bad_row_is_named_and_its_neighbours_stay(tmp_path: Path, line: bytes, reason: str) -> None:
    found = read(tmp_path, b"id,text\n0,before\n" + line + b"\n9,after\n")
    assert [row["id"] for row in rows_of(found)] == ["0", "9"]
    [(number, told)] = bad_of(found)
    assert number == 3 and told.startswith(reason[:40])


def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    found = read(tmp_path, b'id,text\n1,"open\n2,b\n3,c\n')
    assert [row["id"] for row in rows_of(found)] == ["2", "3"]
    assert bad_of(found) == [(2, "broken quoting: unexpected end of data")]


def test_a_stray_mark_far_from_the_end_of_a_large_file(tmp_path: Path) -> None:
    many = b"".join(b"%d,%s\n" % (number, b"x" * 100) for number in range(5_000))
    found = read(tmp_path, b'id,text\n-1,"open\n' + many)
    assert [row["id"] for row in rows_of(found)] == [str(number) for number in range(5_000)]
    assert [line for line, _ in bad_of(found)] == [2]


def test_text_inside_a_quoted_cell_is_never_taken_for_a_row(tmp_path: Path) -> None:
    cell = b"first\n666,forged\n" + b"y" * LONGEST + b"\n667,forged\n"
    found = read(tmp_path, b'id,text\n1,"' + cell + b'"\n2,"a\n668,forged",3\n4,"z\n669,\xff\n670,q"\n5,e\n')
    assert rows_of(found) == [{"id": "5", "text": "e"}]
    assert [line for line, _ in bad_of(found)] == [2, 7, 9]


def test_a_file_that_was_cut_off_keeps_its_whole_rows(tmp_path: Path) -> None:
    plain = b"id,text\n" + b"".join(b"%d,%d\n" % (n, n * n * 7919 % 1_000_003) for n in range(20_000))
    packed = gzip.compress(plain)
    found = read(tmp_path, packed[: len(packed) // 2], "table.csv.gz")
    kept = rows_of(found)
    assert 1_000 < len(kept) < 20_000
    assert [row["id"] for row in kept] == [str(n) for n in range(len(kept))]
    [(line, reason)] = bad_of(found)
    assert line == len(kept) + 2 and "cut off" in reason


def test_a_cut_inside_a_quoted_cell_makes_no_row_of_its_text(tmp_path: Path) -> None:
    plain = b'id,text\n1,"a\n2,forged\n3,forged\n'
    packed = gzip.compress(plain)
    found = read(tmp_path, packed[:-8], "table.csv.gz")
    assert rows_of(found) == [] and len(bad_of(found)) == 1


def test_damaged_gzip_and_several_members(tmp_path: Path) -> None:
    packed = gzip.compress(b"id\n1\n") + b"\0" * 20 + gzip.compress(b"2\n") + b"\0" * 9_000
    assert [row["id"] for row in rows_of(read(tmp_path, packed, "a.csv.gz"))] == ["1", "2"]
    found = read(tmp_path, gzip.compress(b"id\n1\n") + b"rubbish", "b.csv.gz")
    assert rows_of(found) == [{"id": "1"}]
    assert "damaged" in bad_of(found)[0][1]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\n\n", "file-empty"),
        (b"id,text,id\n1,2,3\n", "header-duplicate"),
        (b"id,\xff\n1,2\n", "header-invalid"),
        (b'id,"text\n1,2\n', "header-invalid"),
        (b"\x1f\x8b\x08", "header-invalid"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(tmp_path, content)
    assert refused.value.code == code


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InvalidInput) as refused:
            open_rows(path)
        assert refused.value.code == "file-unreadable"


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(CELL, CELL), max_size=12))
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b"])
    writer.writerows(cells)
    found = read(tmp_path_factory.mktemp("csv"), out.getvalue().encode())
    assert [tuple(row.values()) for row in rows_of(found)] == [c for c in cells if c != ("a", "b")]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    found = read(tmp_path_factory.mktemp("any"), b"id,text\n" + content + b"\nlast,row\n")
    assert all(set(row) == {"id", "text"} for row in rows_of(found))
    assert all(bad.line > 1 and bad.reason for bad in found if isinstance(bad, BadRow))


@given(st.binary(max_size=200), st.integers(0, 60))
def test_no_damage_to_gzip_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    packed = gzip.compress(b"id,text\n1,a\n2,b\n" * 3)
    try:
        found = read(tmp_path_factory.mktemp("gz"), packed[:at] + noise + packed[at:], "x.csv.gz")
    except InvalidInput as error:
        assert error.code in ("header-invalid", "header-duplicate", "file-empty")
    else:
        assert all(isinstance(row, Row | BadRow) for row in found)
