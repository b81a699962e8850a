"""A file in pieces: the pieces are the file, records are never cut, and every kind of text is known."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from gridwitness.errors import InvalidInput
from gridwitness_ingest.tables import pieces as module
from gridwitness_ingest.tables.decoding import decode_piece
from gridwitness_ingest.tables.pieces import TableOptions, read_pieces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEADINGS = ["设备编号", "过车时间", "车牌号码", "车辆品牌"]
BRANDS = st.text(st.sampled_from("\",\n;|\t\\'陕汽é𠮷a "), max_size=8)


def written(rows: list[list[str]], encoding: str, end: str) -> bytes:
    """The rows as a CSV file."""
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows([HEADINGS, *rows])
    return out.getvalue().encode(encoding)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    brands=st.lists(BRANDS, min_size=1, max_size=30),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 400),
    packed=st.booleans(),
)
def test_what_a_csv_writer_wrote_is_read_whatever_the_pieces(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    brands: list[str],
    encoding: str,
    end: str,
    size: int,
    packed: bool,
) -> None:
    rows = [["DEV", "2026-03-01 08:00:00", "浙A12345", brand] for brand in brands]
    content = written(rows, encoding, end)
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    with monkeypatch.context() as patch:
        patch.setattr(module, "PIECE_BYTES", size)
        found = [*read_pieces(path, TableOptions())]
    assert b"".join(piece.data for piece in found) == content
    decoded = [decode_piece(piece.data, piece.form, "WGS84") for piece in found]
    assert [letter for piece in decoded for letter in piece.letters] == []
    told = [brand for piece in decoded if piece.passages is not None for brand in piece.passages["brand"]]
    assert told == [brand.strip() or None for brand in brands]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "header-invalid"),
        ("时间,车牌".encode("utf-16"), "encoding-unsupported"),
        ("设备,时间,时间\n".encode(), "header-duplicate"),
        ("设备,时间,过车时间\n".encode(), "column-ambiguous"),
        ("设备,车牌\n1,2\n".encode(), "column-missing"),
        (b'{"plate": 1', "header-invalid"),
        (gzip.compress("设备,时间\nD,2026-03-01 08:00:00\n".encode(), mtime=0)[:-9], "file-broken"),
        (b"PAR1 and no more", "file-broken"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as refusal:
        for _ in read_pieces(path, TableOptions()):
            pass
    assert refusal.value.code == code


def test_a_file_without_a_line_end_stays_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("设备,时间\n".encode() + b"x" * (9 << 20))
    found = [*read_pieces(path, TableOptions())]
    assert max(len(piece.data) for piece in found) <= (4 << 20) + (1 << 20)
    codes = {
        letter.code for piece in found for letter in decode_piece(piece.data, piece.form, "WGS84").letters
    }
    assert codes == {"line-too-long"}
