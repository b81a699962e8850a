"""Frames of public test suites: right ones are read, wrong ones refused by checksum, length or range."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from gridwitness_ingest.jt808.framing import FLAG, check_byte, framed, unescape
from gridwitness_ingest.jt808.lines import decode_lines
from gridwitness_ingest.jt808.packet import read_packet, write_packet
from gridwitness_ingest.jt808.reading import Reader
from support.reference_data import reference_data

NOW = 1_900_000_000.0
_PLACED = {"0200", "0201", "0500", "0704"}


def _decoded(*lines: str) -> list[dict[str, object]]:
    return [*decode_lines([line.encode() for line in lines], Reader(), NOW)]


def _real_length(segment: bytes) -> tuple[int, int]:
    content = unescape(segment)
    attributes = int.from_bytes(content[2:4], "big")
    header = (17 if attributes & 0x4000 else 12) + (4 if attributes & 0x2000 else 0)
    return attributes & 0x3FF, len(content) - 1 - header


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with reference_data("jt808/smallchi_jt808_frames.csv").open(newline="") as file:
        return [*csv.DictReader(file)]


def test_every_frame_is_judged_by_checksum_and_length(rows: list[dict[str, str]]) -> None:
    found = _decoded(*(row["hex"] for row in rows))
    assert len(found) == len(rows) == 129
    read = 0
    for row, one in zip(rows, found, strict=True):
        told, real = _real_length(bytes.fromhex(row["hex"])[1:-1])
        right = row["checksum_ok"] == "1" and told == real
        assert (one["error"] is None) == right, (row["test_method"], one)
        assert bool(one["items"]) == (right and row["msg_id"] in _PLACED), row["test_method"]
        read += right
    assert read == 84


def test_a_frame_written_again_is_the_same_frame(rows: list[dict[str, str]]) -> None:
    again = 0
    for row in rows:
        raw = bytes.fromhex(row["hex"])
        segment = raw[1:-1]
        told, real = _real_length(segment)
        if row["checksum_ok"] == "0" or told != real or FLAG in segment:
            continue
        packet = read_packet(segment)
        assert unescape(write_packet(packet)[1:-1]) == unescape(segment), row["test_method"]
        again += 1
    assert again > 80


def _texts() -> Iterator[Path]:
    yield from sorted(reference_data("jt808/go_jt808/terminal/testdata").glob("*.txt"))


def test_swapped_places_of_the_other_suite_are_refused() -> None:
    for file in _texts():
        frame = file.read_text("utf-8").splitlines()[0]
        (one,) = _decoded(frame)
        assert one["items"] == []
        message = file.name[1:5]
        if message in ("0200", "0704"):
            assert isinstance(one["error"], dict) and one["error"]["code"] == "coordinate-range", file.name
            assert "swapped" in one["error"]["detail"]
        else:
            assert one["error"] is None, file.name
        content = unescape(bytes.fromhex(frame)[1:-1])
        assert framed(content[:-1]).hex() == frame
        assert check_byte(content) == 0


def test_a_message_in_parts_becomes_whole_on_its_last_line() -> None:
    folder = reference_data("jt808/go_jt808/example/protocol/sub_package")
    reader = Reader()
    lines = (folder / "0x1205.txt").read_bytes().splitlines()
    assert len(lines) == 18
    assert [_read(reader, line) for line in lines] == [False] * 17 + [True]
    assert not any(_read(reader, line) for line in _lines(folder / "0x1205缺失.txt"))
    again = [_read(reader, line) for line in _lines(folder / "0x1205缺失补传.txt")]
    assert again == [False, False, True]


def _read(reader: Reader, line: bytes) -> bool:
    return reader.read(bytes.fromhex(line.decode())[1:-1], NOW).whole


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().split()
