"""Batches: once for every message, whoever crashes; whole ones go from the front when their time is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.feeds import BatchRow, Letter, Message, claim_pending, settle_pending
from gridwitness.feeds.models import PartRow
from gridwitness.feeds.retention import expired_front, remove_front
from gridwitness.records import rfc3339
from gridwitness_evidence import base64url
from sqlalchemy import select
from support.feeds import install_feed, send
from support.platform import Officer, RunningPlatform


def batches_of(running: RunningPlatform, feed: str) -> list[BatchRow]:
    with running.platform.transaction() as session:
        return [*session.scalars(select(BatchRow).where(BatchRow.feed == feed).order_by(BatchRow.first))]


def test_a_minute_of_messages_becomes_one_record(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "minute")
    began = running.clock.now()
    told = (began - timedelta(seconds=30), began - timedelta(seconds=2.5))
    with running.platform.transaction() as session:
        running.platform.intake.append(
            session,
            feed,
            [Message(b"a"), Message(b"b")],
            format="x",
            letters=[Letter(0, 0, b"?", "plate-invalid", "")],
            repeated=2,
            serial_gaps=1,
            captured=told,
            offsets=[2.5, -400.25, 30.0],
        )
    running.drain()
    assert batches_of(running, "minute") == []
    running.advance(40)
    send(running, feed, b"c", offsets=[3.0])
    running.advance(21)
    assert running.worker.round()
    (batch,) = batches_of(running, "minute")
    assert (batch.first, batch.count, batch.serial_gaps, batch.repeated, batch.rejected) == (0, 3, 1, 2, 1)
    assert (batch.assurance, str(batch.clock_offset)) == ("network", "2.750")
    assert rfc3339(batch.captured_from or began) == rfc3339(told[0])
    assert batch.captured_to is not None and timedelta() <= batch.captured_to - told[1] < timedelta(seconds=1)
    with running.platform.transaction() as session:
        link = session.scalar(select(PartRow.link).where(PartRow.feed == "minute", PartRow.serial == 2))
    assert batch.head == base64url.encode(bytes(link or b""))
    running.advance(120)
    running.drain()
    assert len(batches_of(running, "minute")) == 1


def test_what_was_not_committed_is_made_again_and_once(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "crash")
    send(running, feed, b"a")
    batches = running.platform.batches
    with pytest.raises(RuntimeError), running.platform.transaction() as session:
        assert batches.close(session, "crash", now=True)
        raise RuntimeError
    assert batches_of(running, "crash") == []
    for _ in range(2):
        with running.platform.transaction() as session:
            batches.close(session, "crash", now=True)
    send(running, feed, b"b", b"c")
    with running.platform.transaction() as session:
        assert batches.close(session, "crash", now=True)
    assert [(row.first, row.count) for row in batches_of(running, "crash")] == [(0, 1), (1, 2)]
    with running.platform.transaction() as session, pytest.raises(GridWitnessError):
        batches.close(session, "nobody", now=True)


def test_two_workers_make_one_batch(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "shared")
    for turn in range(5):
        send(running, feed, b"a", b"b")
        with ThreadPoolExecutor(4) as workers:
            made = [*workers.map(lambda _: _close(running, feed.name), range(4))]
        assert sorted(made) == [False, False, False, True]
        assert [row.first for row in batches_of(running, "shared")] == [*range(0, 2 * turn + 1, 2)]


def _close(running: RunningPlatform, feed: str) -> bool:
    with running.platform.transaction() as session:
        return running.platform.batches.close(session, feed, now=True)


def test_pending_parts_are_claimed_once(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "waiting", door="file")
    send(running, feed, b"one", b"two", pending=True, format='csv;{"header":["a"]}')
    with running.platform.transaction() as session:
        part = claim_pending(session, "file")
        assert part is not None and [*part.bodies] == [b"one", b"two"]
        with running.platform.transaction() as other:
            assert claim_pending(other, "file") is None
        assert not running.platform.batches.close(session, "waiting", now=True), "it waits for the reader"
        now = running.clock.now()
        settle_pending(session, part, captured=(now, now), repeated=1)
    with running.platform.transaction() as session:
        assert claim_pending(session, "file") is None
        assert running.platform.batches.close(session, "waiting", now=True)
    (batch,) = batches_of(running, "waiting")
    assert batch.repeated == 1 and batch.captured_from is not None


def test_only_whole_old_read_batches_go(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "old", door="file")
    for body in (b"a", b"b"):
        send(running, feed, body)
        with running.platform.transaction() as session:
            running.platform.batches.close(session, "old", now=True)
        running.advance(100)
    send(running, feed, b"c", pending=True)
    running.advance(61)
    with running.platform.transaction() as session:
        running.platform.batches.close(session, "old", now=True)
        now = running.clock.now() + timedelta(seconds=2)
        assert expired_front(session, feed, now - timedelta(days=1)) is None
        one = expired_front(session, feed, now - timedelta(seconds=211))
        assert one is not None and (one.first, one.end, one.count) == (0, 1, 1)
        both = expired_front(session, feed, now)
        assert both is not None and both.end == 2, "the part nobody has read stays"
        assert expired_front(session, feed, now, batches=1) == one
        assert remove_front(session, feed, both) == 2
        session.rollback()
