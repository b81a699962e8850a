"""Records into rows: good ones beside bad ones, each bad one with its bytes and its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from gridwitness.coordinates import wgs84_to_gcj02
from gridwitness.errors import InvalidInput
from gridwitness.feeds import Feed
from gridwitness.trucks.frames import PASSAGE_COLUMNS, POSITION_COLUMNS
from gridwitness_ingest.tables.decoding import DecodedPiece, decode, decode_piece
from gridwitness_ingest.tables.headings import FIELDS, NAMES, fields_of
from gridwitness_ingest.tables.piece_form import PieceForm
from gridwitness_ingest.tables.times import instants
from hypothesis import given, settings
from hypothesis import strategies as st

PASSAGE = ("设备编号", "过车时间", "车牌号码", "车牌颜色", "车速")
POSITION = ("终端", "定位时间", "纬度", "经度", "速度")
FEED = Feed("f", "330100CG", "0" * 32, "file", "network", "WGS84", "", "open")


def form(columns: tuple[str, ...], content: str, **changed: Any) -> PieceForm:
    return PieceForm("csv", content, columns, tuple(fields_of(columns, content, {})), **changed)


def passages(*lines: str) -> DecodedPiece:
    return decode_piece("\n".join(lines).encode(), form(PASSAGE, "passages"), "WGS84")


def position(line: str, datum: str = "WGS84") -> DecodedPiece:
    return decode_piece(line.encode(), form(POSITION, "positions"), datum)


def test_a_row_gets_the_types_of_its_frame() -> None:
    found = passages("D,2026-03-01 08:00:00, 浙·ａ12345 ,2,45.4", "D,2026-03-01T00:00:00Z,无牌,黄,")
    assert found.passages is not None and found.letters == []
    assert found.passages.schema == PASSAGE_COLUMNS
    rows = found.passages.rows(named=True)
    assert [(row["plate"], row["plate_color"], row["speed_kmh"]) for row in rows] == [
        ("浙A12345", "white", 45),
        (None, "yellow", None),
    ]
    assert {row["captured_at"] for row in rows} == {datetime(2026, 3, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("D,,浙A12345,,", "time-missing"),
        ("D,2026-02-30 08:00:00,浙A12345,,", "time-invalid"),
        ("D,1999-12-31 08:00:00,浙A12345,,", "time-invalid"),
        (",2026-03-01 08:00:00,浙A12345,,", "device-missing"),
        ("D,2026-03-01 08:00:00,浙I12345,,", "plate-invalid"),
        ("D,2026-03-01 08:00:00,浙A12345,,schnell", "number-invalid"),
        ("D,2026-03-01 08:00:00,浙A12345,,-1", "number-invalid"),
        ("D,2026-03-01 08:00:00,浙A12345,,nan", "number-invalid"),
        ("D,2026-03-01 08:00:00,浙A12345", "cells-wrong"),
        ("D,2026-03-01 08:00:00,浙A12345,,,", "cells-wrong"),
        ("D\0,2026-03-01 08:00:00,浙A12345,,", "text-nul"),
        (f"{'D' * 300},2026-03-01 08:00:00,浙A12345,,", "text-too-long"),
        (f"{'D' * 140_000},2026-03-01 08:00:00,浙A12345,,", "line-too-long"),
        ('"D,2026-03-01 08:00:00,浙A12345,,', "quoting-broken"),
    ],
)
def test_a_bad_record_is_a_letter_and_its_neighbours_are_rows(line: str, code: str) -> None:
    good = "D,2026-03-01 08:00:00,浙A12345,黄,1"
    found = passages(good, line, good)
    assert found.passages is not None and found.passages["item"].to_list() == [0, 2]
    (letter,) = found.letters
    assert (letter.item, letter.code) == (1, code) and letter.detail
    assert letter.raw == line.encode()[:131_072]


def test_bytes_of_another_encoding_harm_their_line_only() -> None:
    data = b"D,2026-03-01 08:00:00,\xff\xfe,,\n" + "D,2026-03-01 08:00:00,浙A12345,,".encode()
    found = decode_piece(data, form(PASSAGE, "passages"), "WGS84")
    assert found.passages is not None and found.passages["item"].to_list() == [1]
    assert [(letter.code, letter.raw) for letter in found.letters] == [
        ("encoding-invalid", data.partition(b"\n")[0])
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1,2026-03-01 08:00:00,0,0,", "coordinate-null"),
        ("1,2026-03-01 08:00:00,120.16,30.25,", "coordinate-range"),
        ("1,2026-03-01 08:00:00,30.25,190,", "coordinate-range"),
        ("1,2026-03-01 08:00:00,,120,", "coordinate-missing"),
        ("1,2026-03-01 08:00:00,nan,120,", "coordinate-range"),
        (",2026-03-01 08:00:00,30.25,120.16,", "terminal-missing"),
    ],
)
def test_a_place_that_is_none_is_a_letter(line: str, code: str) -> None:
    found = position(line)
    assert found.positions is not None and found.positions.is_empty()
    assert [letter.code for letter in found.letters] == [code]


def test_the_datum_is_converted_once() -> None:
    lat, lon = wgs84_to_gcj02(30.25, 120.16)
    found = position(f"13800138000,2026-03-01 08:00:00,{lat!r},{lon!r},60.5", "GCJ02")
    assert found.positions is not None and found.positions.schema == POSITION_COLUMNS
    (row,) = found.positions.rows(named=True)
    assert (row["lat_e6"], row["lon_e6"], row["speed_dkmh"]) == (30_250_000, 120_160_000, 605)
    assert row["terminal"] == "013800138000" and row["backfill"]


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_letter_is_read_alone_after_a_fix(kind: str) -> None:
    values = ["D", "2026-03-01 08:00:00", "浙A12345", "黄", "1"]
    head, line = (",".join(PASSAGE) + "\n").encode(), ",".join(values).encode()
    if kind == "ndjson":
        head, line = b"", json.dumps(dict(zip(PASSAGE, values, strict=True)), ensure_ascii=False).encode()
    told = PieceForm(kind, "passages", PASSAGE, form(PASSAGE, "passages").fields, skip=len(head))
    for raw, whole in ((head + line, True), (line, False)):
        found = decode(raw, FEED, told.to_text(), whole=whole)
        assert found.passages is not None and found.passages["item"].to_list() == [0]
        assert found.passages["plate"].to_list() == ["浙A12345"]
    with pytest.raises(InvalidInput, match="no format"):
        decode(line, FEED, "table;{}", whole=False)


@settings(max_examples=40, deadline=None)
@given(
    data=st.binary(max_size=300), kind=st.sampled_from(["csv", "ndjson"]), content=st.sampled_from([*FIELDS])
)
def test_no_bytes_stop_the_door(data: bytes, kind: str, content: str) -> None:
    columns = PASSAGE if content == "passages" else POSITION
    told = PieceForm(kind, content, columns, form(columns, content).fields)
    found = decode_piece(data, told, "BD09")
    rows = found.passages if content == "passages" else found.positions
    assert rows is not None
    items = [*rows["item"].to_list(), *(letter.item for letter in found.letters)]
    assert len({*items}) == len(items)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 08:05:00", "2026/3/1 8:05", "2026-03-01T08:05:00", "20260301080500", "20260301080500000",
        "2026年3月1日 08:05:00", "2026-03-01T00:05:00Z", "2026-03-01T08:05:00.000+08:00", "1772323500",
        "1772323500000",
    ],
)  # fmt: skip
def test_a_time_in_any_of_its_forms(text: str) -> None:
    assert instants(pl.Series([None, text]), "Asia/Shanghai").to_list() == [
        None,
        datetime(2026, 3, 1, 0, 5, tzinfo=UTC),
    ]


def test_a_column_is_what_it_is_told_to_be() -> None:
    headings = ["车牌", "备注", "时间", "设备(编号)"]
    assert fields_of(headings, "passages", {}) == ["plate", None, "captured_at", "device"]
    assert fields_of(headings, "passages", {"plate": "备注"}) == [None, "plate", "captured_at", "device"]
    for told, code in (({"plate": "无"}, "column-unknown"), ({"colour": "备注"}, "field-unknown")):
        with pytest.raises(InvalidInput) as refusal:
            fields_of(headings, "passages", told)
        assert refusal.value.code == code
    assert {*NAMES} == {*FIELDS}
