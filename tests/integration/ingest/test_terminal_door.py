"""The terminals' door on a real database: kept before acknowledged, whoever dies in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from gridwitness.errors import Unavailable
from gridwitness.feeds import LetterRow, PartRow
from gridwitness.feeds.chain import unpacked
from gridwitness.records import rfc3339
from gridwitness.trucks.models_sightings import PositionRow
from gridwitness_ingest.decoders import DECODERS
from gridwitness_ingest.jt808.location import Position
from gridwitness_ingest.jt808.packet import read_packet
from gridwitness_ingest.jt808.sending import Terminal
from gridwitness_ingest.jt808.terminal_client import TerminalClient
from sqlalchemy import func, select
from support.devices import sign_for
from support.door_process import DoorProcess, door_process
from support.feeds import install_feed
from support.platform import Officer, RunningPlatform, running_platform
from support.postgres import database_server

TERMINALS = [f"0139{number:08d}" for number in range(6)]
FEED = "jt808"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as running:
        officer = running.officer("zhang", roles=("administrator",))
        install_feed(running, officer, FEED, door="jt808")
        for number in TERMINALS[:5]:
            _bind(running, officer, number)
        running.drain()
        yield running


def _bind(running: RunningPlatform, officer: Officer, number: str) -> None:
    fields: dict[str, Any] = {
        "terminal": number.lstrip("0"),  # as people write it
        "plate": f"浙A{number[-5:]}",
        "valid_from": rfc3339(running.clock.now() - timedelta(days=10)),
        "valid_to": None,
    }
    sign_for(running, officer, f"{int(number):032x}", "terminal.bound.v1", fields)


def _position(second: int) -> Position:
    return Position(
        int(time.time()) - 3600 + second, 30_000_000 + second, 120_000_000, 300, 90, 0, 3, load=40
    )


async def _entered(door: DoorProcess, number: str) -> TerminalClient:
    client = await TerminalClient.connected("127.0.0.1", door.port, Terminal(number))
    assert await client.enter(f"浙A{number[-5:]}")
    return client


def _stored(running: RunningPlatform, *terminals: str) -> set[tuple[str, int]]:
    with running.platform.transaction() as session:
        rows = session.execute(
            select(PositionRow.terminal, func.extract("epoch", PositionRow.fixed_at)).where(
                PositionRow.terminal.in_(terminals)
            )
        )
        return {(terminal, int(seconds)) for terminal, seconds in rows}


def test_positions_are_stored_with_their_truck_and_kept_byte_for_byte(running: RunningPlatform) -> None:
    async def play(door: DoorProcess) -> None:
        client = await _entered(door, TERMINALS[0])
        await client.report([_position(second) for second in range(3)])
        await client.report([_position(second) for second in range(3, 60)], backfill=True)
        assert client.refused == 0

    with door_process(running) as door:
        asyncio.run(play(door))
        assert door.stop() == 0
    with running.platform.transaction() as session:
        rows = session.scalars(select(PositionRow).where(PositionRow.terminal == TERMINALS[0])).all()
        parts = session.scalars(select(PartRow).order_by(PartRow.serial)).all()
    assert len(rows) == 60
    assert {row.plate for row in rows} == {"浙A00000"}
    assert sum(bool(row.backfill) for row in rows) == 57
    segments = [segment for part in parts for segment in unpacked(part.body)]
    assert [read_packet(segment).message for segment in segments[:3]] == [0x0100, 0x0102, 0x0200]


def test_an_unbound_terminal_waits_in_letters_until_the_register_is_mended(running: RunningPlatform) -> None:
    unbound = TERMINALS[5]

    async def play(door: DoorProcess) -> None:
        client = await TerminalClient.connected("127.0.0.1", door.port, Terminal(unbound))
        assert not await client.enter("浙A00005")
        await client.report([_position(0)])
        assert client.refused == 1
        known = await _entered(door, TERMINALS[1])
        await known.report([Position(int(time.time()) - 90 * 86_400, 30_000_000, 120_000_000, 0, 0, 0, 3)])

    with door_process(running) as door:
        asyncio.run(play(door))
    with running.platform.transaction() as session:
        letters = session.scalars(select(LetterRow).where(LetterRow.state == "open")).all()
        found = {letter.code: letter for letter in letters}
        assert set(found) == {"terminal-unauthenticated", "terminal-unknown"}
        assert all(letter.raw for letter in letters)
        decoded = DECODERS["jt808"](found["terminal-unknown"].raw, None, "jt808", whole=False)  # type: ignore[arg-type]
        assert decoded.positions is not None and decoded.positions["terminal"].to_list() == [TERMINALS[1]]


async def _under_load(
    door: DoorProcess, numbers: list[str], acknowledged: set[tuple[str, int]], stop: asyncio.Event, base: int
) -> None:
    async def one(number: str) -> None:
        client = await _entered(door, number)
        second = base
        while not stop.is_set():
            positions = [_position(second + step) for step in range(10)]
            try:
                await client.report(positions)
            except Unavailable:
                return
            assert client.refused == 0
            acknowledged.update((number, position.fixed_at) for position in positions)
            second += 10
        await client.close()

    await asyncio.gather(*(one(number) for number in numbers))


def test_what_was_acknowledged_is_there_after_kill_9(running: RunningPlatform) -> None:
    acknowledged: set[tuple[str, int]] = set()
    numbers = TERMINALS[2:5]

    async def play(door: DoorProcess) -> None:
        load = asyncio.create_task(_under_load(door, numbers, acknowledged, asyncio.Event(), 0))
        while len(acknowledged) < 300:
            await asyncio.sleep(0.01)
        door.kill()
        await asyncio.wait_for(load, 10)

    with door_process(running) as door:
        asyncio.run(play(door))
    assert len(acknowledged) >= 300
    assert acknowledged <= _stored(running, *numbers)


def test_the_database_may_go_and_come_back_under_load(running: RunningPlatform) -> None:
    acknowledged: set[tuple[str, int]] = set()
    number = TERMINALS[0]
    postgres = database_server().postgres

    async def play(door: DoorProcess) -> None:
        stop = asyncio.Event()
        load = asyncio.create_task(_under_load(door, [number], acknowledged, stop, -300_000))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(postgres.stop)
        before = len(acknowledged)
        await asyncio.sleep(0.5)
        assert len(acknowledged) <= before + 10
        await asyncio.to_thread(postgres.start)
        deadline = time.monotonic() + 15
        while len(acknowledged) < before + 100:
            assert time.monotonic() < deadline and not load.done()
            await asyncio.sleep(0.05)
        stop.set()
        await load

    with door_process(running) as door:
        asyncio.run(play(door))
        assert door.stop() == 0
    assert acknowledged <= _stored(running, number)
    with psycopg.connect(running.urls.owner) as owner:
        chained = owner.execute(
            "SELECT sum(count), max(serial + count) FROM feeds.part WHERE feed = %s", (FEED,)
        ).fetchone()
    assert chained is not None and chained[0] == chained[1]
