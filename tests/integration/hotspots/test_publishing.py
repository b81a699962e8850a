"""Snapshots reach the contract once, whatever interrupts the publisher."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from gridwitness.due_snapshots import make_due
from gridwitness.hotspots import PublicationRow
from gridwitness.hotspots.models import SendingRow
from gridwitness.hotspots.publishing import FOREIGN, Publisher
from gridwitness.records import rfc3339
from gridwitness.records.anchoring import Anchorer
from gridwitness.records.sequencing import Sequencer
from gridwitness_chain import BoardSnapshot, HotspotBoard, Transactions, check_board_proof
from gridwitness_evidence import base64url
from sqlalchemy import delete, select, update
from support.hotspot_story import CELLS, WEDNESDAY, ZONE, HotspotStory, hotspot_story
from support.platform import CITY


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def days() -> Iterator[HotspotStory]:
    with hotspot_story(hotspot_period_days=1) as story:
        story.checkpoints(CELLS[:4])
        yield story


@pytest.fixture
def story(days: HotspotStory) -> HotspotStory:
    """A day passed: its two snapshots are made, their records are anchored, nothing is published."""
    running = days.running
    running.drain()
    now = running.clock.now()
    days.gathering(CELLS[0], 6, occurred_at=rfc3339(now))
    running.drain()
    midnight = datetime.combine(now.astimezone(ZONE).date() + timedelta(days=1), time(), ZONE)
    running.advance((midnight + timedelta(minutes=31) - now).total_seconds())
    running.drain()
    assert len(make_due(running.platform)) == 2
    assert publisher(days).round() is False, "nothing is sent before its record is anchored"
    log, platform = running.log(), running.platform
    Sequencer(platform.sessions, log, platform.tiles(log.name), platform.keystore).round()
    Anchorer(platform.sessions, log, platform.tiles(log.name), platform.chain).round()
    return days


def publisher(story: HotspotStory) -> Publisher:
    platform = story.running.platform
    return Publisher(platform.sessions, story.running.log(), platform.chain)


def stored(story: HotspotStory) -> list[PublicationRow]:
    with story.running.platform.sessions() as session:
        assert session.get(SendingRow, CITY) is None
        return [*session.scalars(select(PublicationRow).order_by(PublicationRow.number))]


def publisher_account(story: HotspotStory) -> tuple[HotspotBoard, str]:
    chain = story.running.platform.chain
    return chain.contracts.hotspot_board, chain.publisher(CITY).address


def nonce_of(board: HotspotBoard, account: str) -> int:
    return board.engine.rpc.number("eth_getTransactionCount", account, "latest")


def error(story: HotspotStory) -> str:
    with story.running.platform.sessions() as session:
        return session.get_one(SendingRow, CITY).error or ""


def test_what_is_stored_is_proved_and_adopted_where_it_was_lost(story: HotspotStory) -> None:
    story.running.drain()
    first, second = stored(story)
    board = story.running.platform.chain.contracts.hotspot_board
    shown = check_board_proof(first.proof, chain_id=board.engine.chain_id, contract=board.address)
    assert (shown.agency, shown.number, shown.snapshot.family) == (CITY, 1, "passages")
    assert first.block_hash.hex() == shown.block_hash[2:] and second.number == 2
    assert board.publisher_of(CITY) == story.running.platform.chain.publisher(CITY).address
    assert publisher(story).round() is False
    height = board.engine.block_number()
    # A database that lost what it knew of the chain adopts what is there.
    with story.running.platform.transaction() as session:
        session.execute(delete(PublicationRow))
    while publisher(story).round():
        pass
    assert [row.proof for row in stored(story)] == [first.proof, second.proof]
    assert board.engine.block_number() == height


@pytest.mark.parametrize(("method", "after"), [("send", False), ("send", True), ("wait", True)])
def test_killed_while_it_publishes(
    story: HotspotStory, monkeypatch: pytest.MonkeyPatch, method: str, after: bool
) -> None:
    board, ours = publisher_account(story)
    count, sent = board.count_of(CITY), nonce_of(board, ours)
    real = getattr(Transactions, method)

    def ending(self: Transactions, *arguments: Any, **named: Any) -> Any:
        if after:
            real(self, *arguments, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Transactions, method, ending)
        with pytest.raises(Killed):
            publisher(story).round()
    while publisher(story).round():
        pass
    assert [row.number for row in stored(story)] == [*range(1, count + 3)]
    assert board.count_of(CITY) == count + 2
    assert nonce_of(board, ours) == sent + 2, "no transaction beside the first one's"


def test_one_that_the_contract_refuses_waits_with_its_error(story: HotspotStory) -> None:
    chain = story.running.platform.chain
    board, ours = chain.contracts.hotspot_board, chain.publisher(CITY).address
    chain.decide([CITY, "330100GA"], board, board.appoint_publisher(CITY, None))
    assert publisher(story).round() is False
    assert "HotspotBoardNotThePublisher" in error(story)
    assert publisher(story).round() is False, "not at once again"
    chain.decide([CITY, "330100GA"], board, board.appoint_publisher(CITY, ours))
    with story.running.platform.transaction() as session:
        session.execute(update(SendingRow).values(refused_at=WEDNESDAY))
    while publisher(story).round():
        pass
    assert len(stored(story)) == board.count_of(CITY)


def test_a_stolen_publisher_is_named(story: HotspotStory) -> None:
    chain = story.running.platform.chain
    board = chain.contracts.hotspot_board
    foreign = BoardSnapshot("passages", 1, 2, 8, bytes(32), bytes(32), base64url.decode("A" * 43), bytes(32))
    end = board.end_of(CITY, "passages")
    foreign = replace(foreign, period_from=end, period_to=end + 1)
    chain.submit(chain.publisher(CITY), board, board.publish(CITY, board.count_of(CITY) + 1, foreign, b""))
    assert publisher(story).round() is False
    assert error(story).startswith(FOREIGN)
