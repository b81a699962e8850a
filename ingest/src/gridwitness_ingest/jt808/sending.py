"""What terminals and platform send, as frames: for replies, the simulator, the benchmark and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridwitness_ingest.jt808.items import DEFAULT_PROFILE, PROFILES, Gauge
from gridwitness_ingest.jt808.location import Position, write_location
from gridwitness_ingest.jt808.packet import Packet, write_packet
from gridwitness_ingest.jt808.parting import parts_of
from gridwitness_ingest.jt808.reading import AUTHENTICATE, BATCH, HEARTBEAT, LOCATION, LOGOUT, REGISTER

PLATFORM_REPLY, REGISTER_REPLY, SEND_AGAIN = 0x8001, 0x8100, 0x8003
DONE, FAILED, WRONG, UNSUPPORTED = 0, 1, 2, 3
"""Results of 0x8001."""
REGISTERED, TERMINAL_UNKNOWN = 0, 4
"""Results of 0x8100."""
_IMEI, _SOFTWARE = b"0" * 15, b"gridwitness".ljust(20, b"\0")


class Terminal:
    """The sending side of one terminal: counts its serials. `edition` None: 2013; 1: 2019."""

    def __init__(self, number: str, edition: int | None = None, profile: str = DEFAULT_PROFILE) -> None:
        """`profile`: whose table of additional items (`items.PROFILES`)."""
        self.number = number
        self.edition = edition
        self._gauges: Mapping[int, Gauge] = PROFILES[profile]
        self._serial = 0

    def frames(self, message: int, body: bytes = b"") -> list[bytes]:
        """One message as frames, flags included: more than one where it goes in parts."""
        packets = parts_of(Packet(message, self.number, self._serial, body, self.edition))
        self._serial = (self._serial + len(packets)) & 0xFFFF
        return [write_packet(packet) for packet in packets]

    def register(self, plate: str, color: int = 2) -> bytes:
        """0x0100 with a plate and its colour (JT/T 415: 2 yellow)."""
        model, own = (8, 7) if self.edition is None else (30, 30)
        maker = b"GWIT0" if self.edition is None else b"GWIT0".ljust(11, b"\0")
        if self.edition is None:
            model = 20
        head = bytes(4) + maker + b"SIM".ljust(model, b"\0") + self.number[-7:].encode().ljust(own, b"\0")
        return b"".join(self.frames(REGISTER, head + bytes((color,)) + plate.encode("gb18030")))

    def authenticate(self, code: bytes) -> bytes:
        """0x0102 with the code out of the register reply."""
        body = code if self.edition is None else bytes((len(code),)) + code + _IMEI + _SOFTWARE
        return b"".join(self.frames(AUTHENTICATE, body))

    def heartbeat(self) -> bytes:
        """0x0002."""
        return b"".join(self.frames(HEARTBEAT))

    def logout(self) -> bytes:
        """0x0003."""
        return b"".join(self.frames(LOGOUT))

    def location(self, position: Position) -> bytes:
        """0x0200."""
        return b"".join(self.frames(LOCATION, write_location(position, self._gauges)))

    def batch(self, positions: Sequence[Position], *, backfill: bool = True) -> list[bytes]:
        """0x0704, in parts where it is long."""
        bodies = [write_location(position, self._gauges) for position in positions]
        head = len(bodies).to_bytes(2, "big") + bytes((1 if backfill else 0,))
        return self.frames(BATCH, head + b"".join(len(body).to_bytes(2, "big") + body for body in bodies))


def platform_reply(packet: Packet, result: int, serial: int) -> bytes:
    """0x8001 for a packet of a terminal, in the terminal's edition."""
    body = packet.serial.to_bytes(2, "big") + packet.message.to_bytes(2, "big") + bytes((result,))
    return _to_terminal(packet, PLATFORM_REPLY, body, serial)


def register_reply(packet: Packet, result: int, code: bytes, serial: int) -> bytes:
    """0x8100: result, and the code to authenticate with where it is `REGISTERED`."""
    body = packet.serial.to_bytes(2, "big") + bytes((result,)) + (code if result == REGISTERED else b"")
    return _to_terminal(packet, REGISTER_REPLY, body, serial)


def send_again(packet: Packet, first_serial: int, missing: Sequence[int], serial: int) -> bytes:
    """0x8003: parts of a message that have not come, by its first part's serial (2019: 16-bit count)."""
    wanted = missing[:255]
    count = len(wanted).to_bytes(1 if packet.edition is None else 2, "big")
    body = first_serial.to_bytes(2, "big") + count + b"".join(index.to_bytes(2, "big") for index in wanted)
    return _to_terminal(packet, SEND_AGAIN, body, serial)


def _to_terminal(packet: Packet, message: int, body: bytes, serial: int) -> bytes:
    return write_packet(Packet(message, packet.terminal, serial, body, packet.edition))
