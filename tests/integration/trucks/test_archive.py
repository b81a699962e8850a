"""The archive on a real platform: closed days become parts, late rows further parts, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl
import pytest
from gridwitness.feeds import Feed
from gridwitness.trucks.archive.folder import PartName
from gridwitness.trucks.archive.parts import parts_of
from support.case_story import BEGIN, hire
from support.feeds import install_feed
from support.platform import RunningPlatform, running_platform
from support.sightings import archive, put_passages, put_positions

DAY = (BEGIN - timedelta(days=2)).date()
NOON = BEGIN.replace(hour=4, minute=0, second=0) - timedelta(days=2)  # of the local day DAY


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN) as platform:
        yield platform


@pytest.fixture(scope="module")
def feed(running: RunningPlatform) -> Feed:
    return install_feed(running, hire(running).first, "kk-1")


def test_closed_days_become_parts_and_late_rows_a_further_one(running: RunningPlatform, feed: Feed) -> None:
    put_passages(running, feed, 0, NOON, 50)
    put_passages(running, feed, 1, BEGIN, 5)  # today: not closed
    put_positions(running, feed, 2, NOON, 30)
    first = archive(running, feed, rows=40)
    assert [(str(part.name), part.rows) for part in first] == [
        (f"kk-1/{DAY}/passages-0", 40),
        (f"kk-1/{DAY}/passages-1", 10),
        (f"kk-1/{DAY}/positions-0", 30),
    ]
    assert archive(running, feed) == []
    put_passages(running, feed, 3, NOON + timedelta(hours=1), 4)
    (late,) = archive(running, feed)
    assert (str(late.name), late.rows) == (f"kk-1/{DAY}/passages-2", 4)
    folder = running.platform.archive.folder
    frame = pl.read_parquet(folder.parquet(PartName("kk-1", "passages", DAY, 0)))
    assert frame.columns[:2] == ["serial", "item"] and frame["item"].to_list() == [*range(40)]
    assert frame["brand"].to_list() == [""] * 40 and frame["vehicle_class"].null_count() == 40


def test_what_a_dead_run_left_is_written_over(running: RunningPlatform, feed: Feed) -> None:
    day = NOON - timedelta(days=1)
    put_passages(running, feed, 10, day, 3)
    name = PartName("kk-1", "passages", date.fromisoformat(str(DAY - timedelta(days=1))), 0)
    path = running.platform.archive.folder.parquet(name)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a part")
    (written,) = archive(running, feed)
    assert written.name == name and pl.read_parquet(path).height == 3
    with running.platform.transaction() as session:
        (part,) = parts_of(session, "kk-1", "passages", name.day)
        assert part.key is not None and len(part.key) == 32 and part.size == path.stat().st_size
