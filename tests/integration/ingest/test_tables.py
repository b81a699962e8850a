"""The file door on a real platform: kept, read by several, nothing lost with one that dies, nothing twice."""

from __future__ import annotations

import gzip
import signal
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from gridwitness.feeds import Feed, LetterRow, PartRow, Selection
from gridwitness.trucks.models_sightings import PassageRow, PositionRow
from gridwitness.trucks.sightings import Sightings
from gridwitness_ingest.decoders import DECODERS
from gridwitness_ingest.tables import pieces
from gridwitness_ingest.tables.door import take_file
from gridwitness_ingest.tables.pieces import TableOptions
from gridwitness_ingest.tables.reading import PieceReader
from sqlalchemy import func, select
from support.case_story import BEGIN, hire
from support.feeds import install_feed
from support.platform import RunningPlatform, running_platform
from support.sightings import put_checkpoint, put_terminal
from support.table_reader import HELD, start_reader

HEADINGS = "设备编号,过车时间,车牌号码,车牌颜色,车道,置信度"
LINE = "{device},2026-03-01 08:00:{second:02},浙A{plate:05},黄,1,95"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN) as platform:
        put_checkpoint(platform, "KK-1", "DEV-1")
        put_terminal(platform, "013800138000", "浙A12345")
        yield platform


@pytest.fixture(scope="module")
def feeds(running: RunningPlatform) -> dict[str, Feed]:
    officer = hire(running).first
    return {name: install_feed(running, officer, name, door="file") for name in ("csv", "gps", "cut", "kill")}


def take(running: RunningPlatform, feed: Feed, path: Path, **options: object) -> list[int | None]:
    """Keep a file; serials of its pieces."""
    platform = running.platform
    taken = take_file(
        platform.transaction, platform.intake, platform.clock, feed, path, TableOptions(), **options
    )  # type: ignore[arg-type]
    return [piece.serial for piece in taken]


def read_all(running: RunningPlatform) -> int:
    """Read what waits; how many parts."""
    reader = PieceReader(running.platform.intake, Sightings())
    parts = 0
    while True:
        with running.platform.transaction() as session:
            if reader.read_next(session) is None:
                return parts
        parts += 1


def lines(count: int, device: str = "DEV-1") -> list[str]:
    return [LINE.format(device=device, second=number % 60, plate=number) for number in range(count)]


def count(running: RunningPlatform, feed: Feed, table: type) -> int:
    with running.platform.transaction() as session:
        found: int = session.scalar(select(func.count()).select_from(table).where(table.feed == feed.name))
        return found


def test_good_rows_are_kept_beside_bad_ones(
    running: RunningPlatform, feeds: dict[str, Feed], tmp_path: Path
) -> None:
    feed, good = feeds["csv"], lines(40)
    bad = ["DEV-1,昨天,浙A12345,黄,1,95", "DEV-9,2026-03-01 08:00:00,浙A12345,黄,1,95", "zu,kurz"]
    content = "\r\n".join([HEADINGS, *good[:20], *bad, *good[20:]]).encode("gb18030")
    path = tmp_path / "过车.csv.gz"
    path.write_bytes(gzip.compress(content))
    assert take(running, feed, path) == [0]
    assert take(running, feed, path) == [None]  # handed in again
    assert (count(running, feed, PassageRow), read_all(running), count(running, feed, PassageRow)) == (
        0,
        1,
        40,
    )
    with running.platform.transaction() as session:
        part = session.get_one(PartRow, ("csv", 0))
        assert not part.pending and part.captured_from is not None and part.body[4:] == content
        letters = session.scalars(
            select(LetterRow).where(LetterRow.feed == "csv").order_by(LetterRow.item)
        ).all()
        found = [(letter.item, letter.code, letter.raw.decode("gb18030")) for letter in letters]
    assert found == [
        (20, "time-invalid", bad[0]),
        (21, "device-unknown", bad[1]),
        (22, "cells-wrong", bad[2]),
    ]


def test_a_letter_is_replayed_when_its_device_is_known(
    running: RunningPlatform, feeds: dict[str, Feed]
) -> None:
    put_checkpoint(running, "KK-9", "DEV-9")
    feed, platform = feeds["csv"], running.platform
    with platform.transaction() as session:
        replayed = platform.letters.replay(
            session,
            feed,
            Selection(code="device-unknown"),
            decoders=DECODERS,
            store=Sightings().store,
            by=None,
        )
        row = session.get_one(PassageRow, ("csv", 0, 21))
        assert (replayed.replayed, replayed.still_open, row.checkpoint) == (1, 0, "KK-9")


def test_positions_come_from_parquet_and_ndjson(
    running: RunningPlatform, feeds: dict[str, Feed], tmp_path: Path
) -> None:
    frame = pl.DataFrame(
        {
            "terminal": ["13800138000"] * 3,
            "time": ["2026-03-01T00:00:00Z", "2026-03-01T00:00:30Z", "2026-03-01T00:01:00Z"],
            "lat": [30.25, 120.16, 30.26],
            "lon": [120.16, 30.25, 120.17],
        }
    )
    frame.with_columns(pl.col("time").str.to_datetime(time_zone="UTC")).write_parquet(
        tmp_path / "gps.parquet"
    )
    frame.write_ndjson(tmp_path / "gps.ndjson")
    for name in ("gps.parquet", "gps.ndjson"):
        take(running, feeds["gps"], tmp_path / name)
    read_all(running)
    with running.platform.transaction() as session:
        rows = session.scalars(select(PositionRow).order_by(PositionRow.serial, PositionRow.item)).all()
        codes = session.scalars(select(LetterRow.code).where(LetterRow.feed == "gps")).all()
    assert [(row.plate, row.item, row.lat_e6, row.lon_e6, row.backfill) for row in rows] == [
        ("浙A12345", 0, 30_250_000, 120_160_000, True),
        ("浙A12345", 2, 30_260_000, 120_170_000, True),
    ] * 2
    assert [*codes] == ["coordinate-range"] * 2


def test_a_file_that_was_cut_short_is_sent_again(
    running: RunningPlatform, feeds: dict[str, Feed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, path, platform = feeds["cut"], tmp_path / "cut.csv", running.platform
    path.write_text("\n".join([HEADINGS, *lines(100)]))
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1000)
    monkeypatch.setattr("gridwitness_ingest.lines._PIECE", 500)
    parts = (platform.transaction, platform.intake, platform.clock, feed, path, TableOptions())
    begun = take_file(*parts)
    assert [next(begun).serial, next(begun).serial] == [0, 1]
    begun.close()  # the process ended here
    again = [piece.serial for piece in take_file(*parts)]
    assert again[:2] == [None, None] and again[2:] == [*range(2, len(again))]
    assert read_all(running) == len(again) and count(running, feed, PassageRow) == 100


def test_a_reader_that_is_killed_loses_nothing_and_doubles_nothing(
    running: RunningPlatform, feeds: dict[str, Feed], tmp_path: Path
) -> None:
    feed, path = feeds["kill"], tmp_path / "kill.csv"
    path.write_text("\n".join([HEADINGS, *lines(500)]))
    assert take(running, feed, path) == [0]
    with start_reader(running) as reader:
        assert reader.stdout is not None and reader.stdout.readline() == f"{HELD}\n"
        assert read_all(running) == 0  # it holds the piece
        reader.communicate("die\n", timeout=30)
    assert reader.returncode == -signal.SIGKILL
    assert count(running, feed, PassageRow) == 0
    assert read_all(running) == 1 and read_all(running) == 0
    assert count(running, feed, PassageRow) == 500
