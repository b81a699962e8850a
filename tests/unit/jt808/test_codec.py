"""The codec of JT/T 808: golden vectors, laws that hold for all inputs, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from gridwitness.errors import InvalidInput
from gridwitness_ingest.jt808.framing import LONGEST, FrameStream, check_byte, escape, framed, unescape
from gridwitness_ingest.jt808.items import PROFILES, read_items
from gridwitness_ingest.jt808.location import Position, read_location, write_location
from gridwitness_ingest.jt808.packet import Packet, read_packet, write_packet
from gridwitness_ingest.jt808.parting import MOST_BYTES, PATIENCE, Parts, parts_of
from gridwitness_ingest.jt808.reading import Reader
from gridwitness_ingest.jt808.sending import Terminal
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_790_000_000.0
GAUGES = PROFILES["gridwitness"]
RIGHT = (
    "7E02000026123456789012007D02000000010000000200BA7F0E07E4F11C0028003C0000181015101010"
    "0104000000640202007D01137E"
)
SWAPPED = "7e0200001c0123456789010000000004000000080007203b7d0202633df70138000300632410012359591c7e"
OF_2019 = "7e0200401c01000000000172998417380000000004000000080007203b7d0202633df7013800030063200707192359c17e"
WITH_ITEMS = (
    "7e02000048051160004464000d00000000000c00020159885e06cbf344000000000000200807180722010400000001"
    "30011c310109e4020063e50100e60100e7080000000000000000ee0a01cc01262c009a6743001e7e"
)

_numbers = st.text("0123456789", min_size=1, max_size=12).map(lambda digits: digits.rjust(12, "0"))
packets = st.builds(
    Packet,
    message=st.integers(0, 0xFFFF),
    terminal=_numbers,
    serial=st.integers(0, 0xFFFF),
    body=st.binary(max_size=1023),
    edition=st.sampled_from([None, 1, 2]),
)
positions = st.builds(
    Position,
    fixed_at=st.integers(946_656_000, int(NOW)),
    lat_e6=st.integers(-90_000_000, 90_000_000).filter(bool),
    lon_e6=st.integers(-180_000_000, 180_000_000),
    speed_dkmh=st.none() | st.integers(0, 0x7FFF),
    direction=st.none() | st.integers(0, 359),
    alarms=st.integers(0, 0xFFFFFFFF),
    status=st.integers(0, 0xFFFFFFFF).map(lambda bits: bits & ~0x2C),
    altitude_m=st.integers(0, 0xFFFF),
    mileage_hm=st.none() | st.integers(0, 0xFFFFFFFF),
    cover=st.none() | st.integers(0, 1),
    lift=st.none() | st.integers(0, 1),
    load=st.none() | st.integers(0, 100),
    weight_kg=st.none() | st.integers(0, 200_000),
)


def _segment(frame: str) -> bytes:
    return bytes.fromhex(frame)[1:-1]


def test_escape_vector() -> None:
    assert unescape(bytes.fromhex("307d02087d0155")) == bytes.fromhex("307e087d55")
    assert escape(bytes.fromhex("307e087d55")) == bytes.fromhex("307d02087d0155")


def test_golden_2013() -> None:
    packet = read_packet(_segment(RIGHT))
    assert (packet.terminal, packet.serial, packet.edition) == ("123456789012", 126, None)
    ((_, position),) = Reader().read(_segment(RIGHT), NOW).items
    assert (position.lat_e6, position.lon_e6, position.speed_dkmh) == (12_222_222, 132_444_444, 60)
    assert position.time.isoformat() == "2018-10-15T02:10:10+00:00"
    assert write_packet(packet) == bytes.fromhex(RIGHT)


def test_golden_with_items_nobody_decodes() -> None:
    ((_, position),) = Reader().read(_segment(WITH_ITEMS), NOW).items
    assert (position.lat_e6, position.lon_e6) == (22_644_830, 114_029_380)
    assert position.time.isoformat() == "2020-08-07T10:07:22+00:00"
    assert position.mileage_hm == 1
    assert position.extra.hex().startswith("30011c310109e4020063")
    assert position.load is None


@pytest.mark.parametrize(("frame", "edition"), [(SWAPPED, None), (OF_2019, 1)])
def test_golden_swapped_places_are_refused(frame: str, edition: int | None) -> None:
    reading = Reader().read(_segment(frame), NOW)
    assert reading.items == []
    assert [refusal.code for refusal in reading.refusals] == ["coordinate-range"]
    assert reading.packet is not None and reading.packet.edition == edition
    if edition:
        assert reading.packet.terminal == "017299841738"  # the same in every edition


@given(packets)
def test_a_packet_comes_back_as_it_was_written(packet: Packet) -> None:
    frame = write_packet(packet)
    assert frame.count(b"\x7e") == 2 and len(frame) - 2 <= LONGEST
    assert read_packet(frame[1:-1]) == packet


@given(positions)
def test_a_position_comes_back_as_it_was_written(position: Position) -> None:
    lat, lon = position.lat_e6 or 0, position.lon_e6 or 0
    sides = (4 if lat < 0 else 0) | (8 if lon < 0 else 0)
    read = read_location(write_location(position, GAUGES), GAUGES, NOW)
    assert read == replace(position, status=position.status | sides)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(segment: bytes) -> None:
    reader = Reader()
    reader.read(segment, NOW)
    reader.read(framed(segment)[1:-1], NOW)


@given(
    st.sampled_from([0x0200, 0x0201, 0x0704, 0x0500, 0x0702, 0x0900, 0x0100]),
    st.binary(max_size=300),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_any_body_is_read_or_refused(message: int, body: bytes, total: int, index: int) -> None:
    packet = Packet(message, "013900000001", 7, body, None, total, min(index, total))
    reading = Reader().read(write_packet(packet)[1:-1], NOW)
    assert reading.packet is not None or reading.refusals


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_a_stream_may_be_cut_anywhere(noise: bytes, cuts: list[int]) -> None:
    frames = [write_packet(Packet(2, "013900000001", serial, b"\x7e\x7d")) for serial in range(4)]
    stream = frames[0] + noise + frames[1] + frames[2] + noise[:7] + frames[3]
    whole = FrameStream().feed(stream)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    cut, found = FrameStream(), []
    for start, stop in pairwise(edges):
        found += cut.feed(stream[start:stop])
    assert found == whole
    assert all(frame[1:-1] in whole for frame in frames)


def test_a_stream_without_flags_takes_bounded_room() -> None:
    stream = FrameStream()
    found = [segment for _ in range(1000) for segment in stream.feed(b"\x41" * 4096)]
    assert [len(segment) for segment in found] == [LONGEST]
    frame = Terminal("13900000001").heartbeat()
    assert stream.feed(frame) == [frame[1:-1]]


@given(st.binary(max_size=200))
def test_check_byte_is_the_xor_of_all(content: bytes) -> None:
    total = 0
    for byte in content:
        total ^= byte
    assert check_byte(content) == total


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lat_e6": 90_000_001}, "coordinate-range"),
        ({"lon_e6": 180_000_001}, "coordinate-range"),
        ({"lat_e6": 0, "lon_e6": 0}, "coordinate-null"),
        ({"status": 0x22}, "coordinate-encrypted"),
        ({"fixed_at": int(NOW) + 86_401}, "time-future"),
    ],
)
def test_positions_that_are_refused(change: dict[str, int], code: str) -> None:
    position = replace(Position(int(NOW), 30_000_000, 120_000_000, 0, 0, 0, 2), **change)
    with pytest.raises(InvalidInput) as refused:
        read_location(write_location(position, GAUGES), GAUGES, NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "stamp", ["000000000000", "230229120000", "231301000000", "23010124000a", "ffffffffffff"]
)
def test_stamps_that_are_no_time(stamp: str) -> None:
    body = write_location(Position(int(NOW), 30_000_000, 120_000_000, 0, 0, 0, 2), {})
    with pytest.raises(InvalidInput) as refused:
        read_location(body[:22] + bytes.fromhex(stamp), {}, NOW)
    assert refused.value.code == "time-invalid"


def test_without_a_fix_the_place_is_not_told_but_the_alarms_are() -> None:
    blind = Position(int(NOW), None, None, 0, 0, 1 << 5, 1)
    assert read_location(write_location(blind, {}), {}, NOW) == blind


def test_a_broken_item_degrades_only_itself_and_what_follows() -> None:
    good, odd = bytes.fromhex("010400000064"), bytes.fromhex("fa0109")
    assert read_items(good + odd + b"\xfc\x01\x32" + b"\xfd\x04\x00", GAUGES) == (
        {"mileage_hm": 100, "load": 50},
        odd + b"\xfd\x04\x00",
    )


def test_personal_messages_are_dropped_unread() -> None:
    name = "张三".encode("gbk")
    for message in (0x0702, 0x0801):
        frame = write_packet(Packet(message, "013900000001", 5, b"\x01" + name, None))
        reading = Reader().read(frame[1:-1], NOW)
        assert name not in reading.kept and not reading.items and not reading.refusals
        assert reading.packet is not None and reading.packet.body == b""
        assert read_packet(reading.kept) == Packet(message, "013900000001", 5, b"")


def test_in_cab_observation_is_taken_out_of_what_is_kept() -> None:
    position = Position(
        int(NOW), 30_000_000, 120_000_000, 0, 0, 0, 2, extra=bytes.fromhex("6503aabbcc300109")
    )
    terminal = Terminal("13900000001")
    for frame in (terminal.location(position), *terminal.batch([position, position])):
        reading = Reader().read(frame[1:-1], NOW)
        assert b"\xaa\xbb\xcc" not in reading.kept
        assert {found.extra.hex() for _, found in reading.items} == {"300109"}
        again = Reader().read(reading.kept, NOW)
        assert again.items == reading.items and not again.refusals


@given(st.permutations(range(5)), st.booleans())
def test_parts_come_in_any_order_and_twice(order: list[int], twice: bool) -> None:
    sent = parts_of(Packet(0x0704, "013900000001", 65_534, bytes(range(250)) * 2), 100)
    assert len(sent) == 5
    parts, whole = Parts(), []
    for place in order:
        for _ in range(1 + (twice and place != order[-1])):
            message, given_up = parts.add(sent[place], NOW)
            assert given_up is None
            whole += [] if message is None else [message]
    assert [message.body for message in whole] == [bytes(range(250)) * 2]


def test_parts_that_never_come_are_asked_for_and_given_up() -> None:
    sent = parts_of(Packet(0x0704, "013900000001", 10, bytes(3000)))
    reader = Reader()
    readings = [reader.read(write_packet(packet)[1:-1], NOW) for packet in (sent[0], sent[2])]
    asked = readings[1].ask_again
    assert asked is not None and asked.missing == [2] and asked.first_serial == 10
    assert [*reader.overdue(NOW + PATIENCE - 1)] == []
    assert [message.missing for message in reader.overdue(NOW + PATIENCE)] == [[2]]


def test_a_message_in_parts_takes_bounded_room() -> None:
    parts = Parts()
    for index in range(1, 65_000):
        message, given_up = parts.add(Packet(0x0704, "1", index, bytes(1000), None, 65_000, index), NOW)
        assert message is None
        if given_up is not None:
            break
    assert given_up is not None and MOST_BYTES < given_up.size <= MOST_BYTES + 1000


def test_a_batch_keeps_what_can_be_read() -> None:
    good = Position(int(NOW), 30_000_000, 120_000_000, 355, 90, 0, 3, load=40)
    bad = replace(good, lat_e6=95_000_000)
    terminal = Terminal("13900000001", edition=1)
    frames = terminal.batch([good, bad, good] * 40)
    assert len(frames) > 1
    reader = Reader()
    readings = [reader.read(frame[1:-1], NOW) for frame in frames]
    assert [reading.whole for reading in readings] == [False] * (len(frames) - 1) + [True]
    last = readings[-1]
    assert [item for item, _ in last.items] == [item for item in range(120) if item % 3 != 1]
    assert {refusal.code for refusal in last.refusals} == {"coordinate-range"}
    assert last.backfill
