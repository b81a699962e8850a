"""A period becomes a record once it is over, detected and anchored, and says what the records say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from gridwitness.due_snapshots import make_due
from gridwitness.hotspots import ExposureRow, SnapshotRow
from gridwitness.hotspots.cells import unpack
from gridwitness.records import rfc3339
from gridwitness_evidence import base64url
from sqlalchemy import select, text
from support.hotspot_story import (
    CELLS,
    HOT,
    MONDAY,
    NEXT_MONDAY,
    PASSAGES,
    WEDNESDAY,
    HotspotStory,
    hotspot_story,
    snapshot_week,
)
from support.platform import CITY


@pytest.fixture(scope="module")
def story() -> Iterator[HotspotStory]:
    with snapshot_week() as week:
        week.make()
        yield week


def rows(story: HotspotStory) -> list[SnapshotRow]:
    with story.running.platform.sessions() as session:
        return [*session.scalars(select(SnapshotRow).order_by(SnapshotRow.number))]


def test_what_it_says(story: HotspotStory) -> None:
    first, second = rows(story)
    assert [(row.number, row.family) for row in (first, second)] == [(1, "passages"), (2, "positions")]
    assert (first.period_from, first.period_to) == (MONDAY, NEXT_MONDAY)
    packed = base64url.decode(first.cells)
    (cell,) = unpack(packed)
    assert (cell.cell, cell.anomalies, cell.trucks, cell.rate) == (HOT, 18, 9, 10_000 * 18 // PASSAGES)
    assert cell.rule_list == ["ROUTE_DEV", "TIME_WIN"] and cell.hour_list == [2, 9]
    assert first.result == hashlib.sha256(packed).hexdigest() and first.suppressed == 2
    assert first.inputs_count == 18 + 4 + 1 and second.inputs_count == 1
    assert (second.cells, second.suppressed) == ("", 0)


def test_what_its_rates_are_counted_against(story: HotspotStory) -> None:
    with story.running.platform.sessions() as session:
        cells = session.get_one(ExposureRow, (CITY, 1)).cells
    expected = b"".join(cell.to_bytes(8, "big") + PASSAGES.to_bytes(4, "big") for cell in CELLS)
    assert cells == expected, "what a device saw twice within a minute counts once"
    assert base64url.decode(rows(story)[0].exposure) == hashlib.sha256(cells).digest()


def test_a_period_is_told_once(story: HotspotStory) -> None:
    assert make_due(story.running.platform) == []
    # A late batch opens no period that was told; the next one is due after its own end.
    story.batch()
    story.running.drain()
    story.running.advance(3600)
    assert make_due(story.running.platform) == []


def test_everything_it_rests_on_is_proved(story: HotspotStory) -> None:
    record = str(rows(story)[0].record)
    assert story.running.check_bundle(record).exit_code == 0


def test_what_a_snapshot_waits_for() -> None:
    with hotspot_story() as story:
        platform = story.running.platform
        story.checkpoints(CELLS[:3])
        story.anomaly(CELLS[0])
        story.batch()
        story.running.drain()
        assert make_due(platform) == [], "the week is not over"
        story.running.advance((NEXT_MONDAY - story.running.clock.now()).total_seconds() + 60)
        assert make_due(platform) == [], "what is late may still come"
        story.running.advance(1_800)
        with platform.transaction() as session:
            work = "INSERT INTO trucks.work (shard, family, plates, since, until, book, noted_at) VALUES"
            work += " (0, 'passages', '{}', :at, :at, 0, :at)"
            session.execute(text(work), {"at": WEDNESDAY})
        assert make_due(platform) == [], "detection is behind"
        with platform.transaction() as session:
            session.execute(text("DELETE FROM trucks.work"))
        assert [row.number for row in make_due(platform)] == [1, 2]


def test_an_anomaly_that_is_not_anchored_is_waited_for_and_later_ones_are_not() -> None:
    with hotspot_story() as story:
        platform = story.running.platform
        story.checkpoints(CELLS[:3])
        kept = story.anomaly(CELLS[0])
        gone = story.anomaly(CELLS[1])
        story.anomaly(CELLS[1], gone, state="withdrawn")
        story.anomaly(CELLS[2], occurred_at=rfc3339(MONDAY - timedelta(days=1)))
        story.running.drain()
        story.running.advance((NEXT_MONDAY - story.running.clock.now()).total_seconds() + 60)
        late = story.anomaly(CELLS[0])
        story.running.advance(1_800)
        assert [row.number for row in make_due(platform)] == [1, 2], "the week before: all of it is anchored"
        assert make_due(platform) == [], "the week itself: one anomaly is not anchored yet"
        story.running.drain()
        story.anomaly(CELLS[0], kept, level="serious")  # recorded after the head that counts
        made = make_due(platform)
        assert [(row.number, row.inputs_count, row.suppressed) for row in made] == [(3, 4, 1), (4, 0, 0)]
        assert late in story.anomalies


def test_a_review_that_excludes_takes_an_anomaly_out() -> None:
    with hotspot_story() as story:
        story.checkpoints(CELLS[:3])
        for outcome in ("excluded", "upheld"):
            sub = story.anomaly(CELLS[0])
            story.review(sub, outcome)
        story.until_due()
        first, _ = story.make()
        assert (first.inputs_count, first.suppressed) == (4, 1)
