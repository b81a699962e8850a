"""What a packet says: positions, what had to be refused of it, and what is kept of its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gridwitness.errors import InvalidInput

from gridwitness_ingest.jt808.items import DEFAULT_PROFILE, PROFILES, Gauge, without_driver_state
from gridwitness_ingest.jt808.location import BASIC, Position, read_location
from gridwitness_ingest.jt808.packet import LONGEST_BODY, Packet, read_packet, write_packet
from gridwitness_ingest.jt808.parting import Open, Parts

ACKNOWLEDGED, HEARTBEAT, LOGOUT, REGISTER, AUTHENTICATE = 0x0001, 0x0002, 0x0003, 0x0100, 0x0102
LOCATION, BATCH, ASKED_LOCATION, CONTROLLED = 0x0200, 0x0704, 0x0201, 0x0500
DRIVER_IDENTITY, PASSTHROUGH = 0x0702, 0x0900
_CARD = 0x0B
"""Type of a passthrough that holds a driver's card."""
_PERSONAL = {
    DRIVER_IDENTITY: "driver identity",
    0x0800: "multimedia",
    0x0801: "multimedia",
    0x0805: "multimedia",
}
"""Dropped unread: who drives, and pictures and sound that may be from inside the cab."""
_PLACED = {LOCATION: 0, ASKED_LOCATION: 2, CONTROLLED: 2}
"""Messages with one position, and the bytes before it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What could not be read: an object (`raw`: that alone, as a segment), or the message: `item` None."""

    item: int | None
    raw: bytes
    code: str
    detail: str


@dataclass(slots=True)
class Reading:
    """One segment read. `kept`: its bytes without what is dropped at the door. `packet` None: it is no frame.

    `items` are places in the message, from 0, of the positions. `whole`: the message is complete with it.
    """

    kept: bytes
    packet: Packet | None = None
    whole: bool = True
    backfill: bool = False
    items: list[tuple[int, Position]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    ask_again: Open | None = None


class Reader:
    """Reads segments in the order in which they came. Keeps parts of messages; not safe for two threads."""

    def __init__(self, profile: str = DEFAULT_PROFILE) -> None:
        """`profile`: whose table of additional items. Raises InvalidInput `items-profile-unknown`."""
        if profile not in PROFILES:
            raise InvalidInput(
                "items-profile-unknown", f"No table of items is named {profile!r}.", f"one of {[*PROFILES]}"
            )
        self._gauges: Mapping[int, Gauge] = PROFILES[profile]
        self._parts = Parts()

    def read(self, segment: bytes, now: float) -> Reading:
        """Never fails: what cannot be read is a refusal. `now`: seconds since 1970."""
        try:
            packet = read_packet(segment)
        except InvalidInput as error:
            return Reading(segment, refusals=[Refusal(None, segment, error.code, str(error))])
        reading = Reading(_kept(segment, packet), packet)
        if packet.message in _PERSONAL:
            reading.packet = replace(packet, body=b"")
            return reading
        message: Packet | None = packet
        if packet.total:
            message, given_up = self._parts.add(packet, now)
            if given_up is not None:
                reading.refusals.append(_given_up(given_up, segment))
            reading.ask_again = self._parts.asked_again(packet)
        if message is None:
            reading.whole = False
        elif message.message == BATCH:
            self._read_batch(reading, message.body, now)
        elif (before := _PLACED.get(message.message)) is not None:
            self._read_position(reading, 0, message.body[before:], now)
        return reading

    def overdue(self, now: float) -> Iterator[Open]:
        """Messages in parts that ran out of time."""
        return self._parts.overdue(now)

    def _read_position(self, reading: Reading, item: int, body: bytes, now: float) -> None:
        try:
            reading.items.append((item, read_location(body, self._gauges, now)))
        except InvalidInput as error:
            assert reading.packet is not None
            raw = alone(reading.packet, body, backfill=reading.backfill)
            reading.refusals.append(Refusal(item, raw, error.code, str(error)))

    def _read_batch(self, reading: Reading, body: bytes, now: float) -> None:
        reading.backfill = True
        if len(body) < 3:
            reading.refusals.append(
                Refusal(None, reading.kept, "batch-short", "A batch has 3 bytes or more.")
            )
            return
        promised, item, at = int.from_bytes(body[:2], "big"), 0, 3
        while at < len(body):
            length = int.from_bytes(body[at : at + 2], "big")
            stop = at + 2 + length
            if at + 2 > len(body) or stop > len(body):
                detail = f"Position {item} of the batch ends after the batch."
                reading.refusals.append(Refusal(item, reading.kept, "batch-cut", detail))
                return
            self._read_position(reading, item, body[at + 2 : stop], now)
            item, at = item + 1, stop
        if item != promised:
            detail = f"The batch promises {promised} positions and holds {item}."
            reading.refusals.append(Refusal(None, reading.kept, "batch-count", detail))


def alone(packet: Packet, body: bytes, *, backfill: bool) -> bytes:
    """One report of a packet as a segment of its own, which can be read again; cut where it is too long."""
    body = (body[:BASIC] + without_driver_state(body[BASIC:]))[: LONGEST_BODY - 5]
    message = LOCATION
    if backfill:
        message, body = BATCH, b"\x00\x01\x01" + len(body).to_bytes(2, "big") + body
    return write_packet(replace(packet, message=message, body=body, total=0, index=0))[1:-1]


def _given_up(message: Open, segment: bytes) -> Refusal:
    missing = ", ".join(map(str, message.missing[:16]))
    detail = (
        f"Message {message.message:04x} in {message.total} parts was given up; missing: {missing or '-'}."
    )
    return Refusal(None, segment, "parts-missing", detail)


def _kept(segment: bytes, packet: Packet) -> bytes:
    """The segment as it came, or a frame of the same header without what is personal."""
    body = packet.body
    if packet.message in _PERSONAL or (packet.message == PASSTHROUGH and body[:1] == bytes((_CARD,))):
        body = b""
    elif b"\x65" in body and not packet.total:
        before = _PLACED.get(packet.message)
        if before is not None:
            start = before + BASIC
            body = body[:start] + without_driver_state(body[start:])
        elif packet.message == BATCH:
            body = _batch_without_driver_state(body)
    if len(body) == len(packet.body):
        return segment
    return write_packet(replace(packet, body=body))[1:-1]


def _batch_without_driver_state(body: bytes) -> bytes:
    pieces, at = [body[:3]], 3
    while at + 2 <= len(body):
        stop = at + 2 + int.from_bytes(body[at : at + 2], "big")
        if stop > len(body):
            break
        inner = body[at + 2 : min(at + 2 + BASIC, stop)] + without_driver_state(body[at + 2 + BASIC : stop])
        pieces.append(len(inner).to_bytes(2, "big") + inner)
        at = stop
    return b"".join((*pieces, body[at:]))
