"""The JT/T 808 door on a real socket: admission, acknowledgement after the commit, bounds, bad peers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from gridwitness.errors import Unavailable
from gridwitness.settings import load_settings
from gridwitness_ingest.jt808.door import DoorLimits
from gridwitness_ingest.jt808.location import Position
from gridwitness_ingest.jt808.packet import Packet, write_packet
from gridwitness_ingest.jt808.parting import parts_of
from gridwitness_ingest.jt808.sending import FAILED, SEND_AGAIN, TERMINAL_UNKNOWN, UNSUPPORTED, WRONG
from gridwitness_ingest.jt808.words import TWICE
from gridwitness_ingest.tls import door_tls
from support.client_certificates import make_certificates
from support.terminal_door import OpenDoor, open_door

NUMBER = "013900000001"


def _position(second: int = 0, lat: int = 30_000_000) -> Position:
    return Position(int(time.time()) - 60 + second, lat, 120_000_000, 300, 90, 0, 3)


def _played(home: Path, play: Callable[[OpenDoor], Awaitable[None]], **options: object) -> None:
    async def run() -> None:
        async with open_door(home, NUMBER, **options) as opened:  # type: ignore[arg-type]
            await asyncio.wait_for(play(opened), 20)

    asyncio.run(run())


@pytest.mark.parametrize("edition", [None, 1])
def test_a_terminal_registers_authenticates_and_reports(tmp_path: Path, edition: int | None) -> None:
    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER, edition)
        assert await client.enter("浙A12345")
        client.send(client.terminal.heartbeat())
        await client.acknowledged(1)
        await client.report([_position(second) for second in range(5)])
        await client.report([_position(second) for second in range(5, 100)], backfill=True)
        client.send(client.terminal.logout())
        await client.acknowledged(1)
        assert client.refused == 0
        assert [fix.position.fixed_at for fix in opened.store.fixes] == sorted(
            fix.position.fixed_at for fix in opened.store.fixes
        )
        assert [fix.backfill for fix in opened.store.fixes] == [False] * 5 + [True] * 95
        assert {fix.packet.terminal for fix in opened.store.fixes} == {NUMBER}
        await client.report([_position()])
        assert client.refused == 1  # it logged out
        assert opened.store.codes == ["terminal-unauthenticated"]
        assert opened.count("gridwitness_door_connections") == 1

    _played(tmp_path, play)


def test_a_certificate_speaks_for_its_own_terminal_only(tmp_path: Path) -> None:
    own = make_certificates(tmp_path, NUMBER)
    settings = load_settings(
        home=tmp_path,
        ingest_certificate=own.server,
        ingest_key=own.server_key,
        ingest_client_ca=own.authority,
    )

    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER, tls=own.context(NUMBER))
        assert await client.enter("浙A12345")
        await client.report([_position()])
        other = await opened.terminal(NUMBER, tls=own.context("stranger"))
        other.send(other.terminal.register("浙A12345"))
        assert (await other.reply()).body[2] == TERMINAL_UNKNOWN
        other.send(other.terminal.authenticate(opened.authentication.code(NUMBER)))
        assert (await other.reply()).body[4] == FAILED
        with pytest.raises((Unavailable, OSError)):
            nobody = await opened.terminal(NUMBER, tls=own.context(None))
            await nobody.reply()
        assert client.refused == 0 and len(opened.store.fixes) == 1

    _played(tmp_path, play, tls=door_tls(settings))


def test_strangers_and_wrong_codes_are_refused(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        stranger = await opened.terminal("013900000099")
        stranger.send(stranger.terminal.register("浙A12345"))
        assert (await stranger.reply()).body[2] == TERMINAL_UNKNOWN
        known = await opened.terminal(NUMBER)
        known.send(known.terminal.authenticate(b"0" * 24))
        assert (await known.reply()).body[4] == FAILED
        known.send(known.terminal.authenticate(opened.authentication.code("013900000099")))
        assert (await known.reply()).body[4] == FAILED
        await known.report([_position()])
        assert known.refused == 1 and not opened.store.fixes
        known.send(known.terminal.authenticate(opened.authentication.code(NUMBER)))
        await known.acknowledged(1)
        await known.report([_position()])
        assert known.refused == 1 and len(opened.store.fixes) == 1

    _played(tmp_path, play)


def test_what_is_bad_is_kept_and_answered_so(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER)
        await client.enter("浙A12345")
        good = client.terminal.location(_position())
        broken = bytearray(good)
        broken[-2] ^= 1
        client.send(b"rubbish", bytes(broken), client.terminal.location(_position(lat=95_000_000)), good)
        results = [(await client.reply()).body[4] for _ in range(2)]
        assert results == [WRONG, 0]
        assert sorted(opened.store.codes) == ["coordinate-range", "frame-checksum", "frame-short"]
        client.send(
            write_packet(Packet(0x8103, NUMBER, 9, b"")), write_packet(Packet(0x0F00, NUMBER, 9, b"?"))
        )
        assert [(await client.reply()).body[4] for _ in range(2)] == [UNSUPPORTED, 0]
        name = "张三".encode("gbk")
        client.send(write_packet(Packet(0x0702, NUMBER, 10, name)))
        assert (await client.reply()).body[4] == 0
        kept = [message for found in opened.store.rounds for message in found.messages]
        assert not any(name in message.kept for message in kept)
        assert kept[-1].received is not None

    _played(tmp_path, play)


def test_frames_may_be_split_and_joined(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER)
        await client.enter("浙A12345")
        stream = b"".join(client.terminal.location(_position(second)) for second in range(20))
        for at in range(0, len(stream), 7):
            client.send(stream[at : at + 7])
            await asyncio.sleep(0)
        await client.acknowledged(20)
        assert len(opened.store.fixes) == 20

    _played(tmp_path, play)


def test_missing_parts_are_asked_for(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER)
        await client.enter("浙A12345")
        frames = client.terminal.batch([_position(second) for second in range(120)])
        client.send(frames[0], *frames[2:])
        replies = [await client.reply() for _ in range(len(frames))]
        again = replies[-1]
        assert again.message == SEND_AGAIN and again.body[2:] == b"\x01\x00\x02"
        client.send(frames[1])
        await client.acknowledged(1)
        assert [fix.item for fix in opened.store.fixes] == [*range(120)]

    _played(tmp_path, play)


def test_nothing_is_answered_while_the_database_is_away_and_nothing_is_lost(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER)
        await client.enter("浙A12345")
        opened.store.away = True
        client.send(*(client.terminal.location(_position(second % 50)) for second in range(400)))
        reply = asyncio.ensure_future(client.reply())
        done, _ = await asyncio.wait([reply], timeout=0.5)
        assert not done and opened.store.tries > 2 and not opened.store.fixes
        opened.store.away = False
        await reply
        await client.acknowledged(399)
        assert len(opened.store.fixes) == 400

    _played(tmp_path, play)


def test_a_flood_is_held_back_by_tcp(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER)
        await client.enter("浙A12345")
        opened.store.away = True
        sent = 0
        for _ in range(300):
            client.send(*(client.terminal.location(_position(second)) for second in range(100)))
            sent += 100
            await asyncio.sleep(0)
        await asyncio.sleep(0.3)
        waiting = len(opened.door._waiting)
        assert waiting < sent / 2
        opened.store.away = False
        await client.acknowledged(sent)
        assert len(opened.store.fixes) == sent

    _played(tmp_path, play, limits=DoorLimits(waiting=1000, round=500, longest_pause=0.1))


def test_a_frame_sent_again_counts_once(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        client = await opened.terminal(NUMBER)
        await client.enter("浙A12345")
        frame = client.terminal.location(_position())
        client.send(frame, frame)
        await client.acknowledged(2)
        for _ in range(3):
            client.terminal.heartbeat()
        client.send(client.terminal.location(_position(1)))
        await client.acknowledged(1)
        assert client.refused == 0 and len(opened.store.fixes) == 2
        assert sum(found.repeated for found in opened.store.rounds) == 1
        assert sum(found.serial_gaps for found in opened.store.rounds) == 3
        assert sum(len(found.messages) for found in opened.store.rounds) == 5

    _played(tmp_path, play)


def test_a_terminal_on_two_connections_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridwitness_ingest.jt808.rounds._SETTLING", 0.0)

    async def play(opened: OpenDoor) -> None:
        first, second = await opened.terminal(NUMBER), await opened.terminal(NUMBER)
        assert await first.enter("浙A12345") and await second.enter("浙A12345")
        await second.report([_position(1)])
        await first.report([_position(2)])
        await second.close()
        await asyncio.sleep(0.05)
        await first.report([_position(3)])
        marked = [bool(fix.position.status & TWICE) for fix in opened.store.fixes]
        assert marked == [False, True, False]

    _played(tmp_path, play)


def test_peers_that_send_no_frames_are_cut_off(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        silent, noisy = await opened.terminal(NUMBER), await opened.terminal(NUMBER)
        noisy.send(b"\x7e".join(bytes([65 + n % 20]) * 5 for n in range(70)))
        for client in (silent, noisy):
            with pytest.raises(Unavailable):
                await client.reply()
        extra = [await opened.terminal(NUMBER) for _ in range(6)]
        cut = 0
        for client in extra:
            try:
                await asyncio.wait_for(client.reply(), 0.1)
            except Unavailable:
                cut += 1
            except TimeoutError:
                pass
        assert cut >= 3
        assert opened.count("gridwitness_door_refused_connections_total") >= 5

    _played(tmp_path, play, limits=DoorLimits(connections=3, unknown=0.3))


def test_many_terminals_at_once(tmp_path: Path) -> None:
    async def play(opened: OpenDoor) -> None:
        numbers = [f"0139{number:08d}" for number in range(200)]
        opened.store.known |= set(numbers)
        clients = await asyncio.gather(*(opened.terminal(number) for number in numbers))
        assert all(await asyncio.gather(*(client.enter("浙A12345") for client in clients)))
        reports = [client.report([_position(second) for second in range(5)]) for client in clients]
        await asyncio.gather(*reports)
        assert len(opened.store.fixes) == 1000
        assert sum(client.refused for client in clients) == 0
        assert len(opened.store.rounds) < 300  # committed together

    _played(tmp_path, play)


def test_parts_do_not_grow_past_what_a_frame_holds() -> None:
    assert all(len(part.body) <= 1023 for part in parts_of(Packet(0x0704, NUMBER, 1, bytes(5000))))
