"""Messages in parts (JT/T 808-2019, 4.4.3 and 5.3): put together again, and cut.

Bounded: a terminal has at most so many messages and bytes open, and a message that does not become whole in
time is given up. What has come of it is kept raw by the feed in any case.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from gridwitness_ingest.jt808.packet import LONGEST_BODY, Packet

MOST_BYTES = 256 * 1024
"""Of one message; a batch of an hour's positions has 100 KiB."""
MOST_OPEN = 8192
"""Messages open at once, of all terminals; the one that waited longest is given up for a new one."""
PATIENCE = 300.0
"""Seconds a message may take from its first part to its last."""


@dataclass(slots=True)
class Open:
    """A message of which parts have come. `first_serial`: of its part 1, by which its parts are asked for."""

    terminal: str
    message: int
    total: int
    first_serial: int
    since: float
    parts: dict[int, bytes] = field(default_factory=dict)
    size: int = 0

    @property
    def missing(self) -> list[int]:
        """Parts that have not come, in order."""
        return [index for index in range(1, self.total + 1) if index not in self.parts]


class Parts:
    """Puts messages together. Not safe for two threads."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, int, int], Open] = OrderedDict()

    def add(self, packet: Packet, now: float) -> tuple[Packet | None, Open | None]:
        """The whole message once its last missing part comes; and a message that was given up for this part.

        A part that comes twice counts once. A part with another serial base begins the message anew, unless
        it fills a gap: terminals send missing parts again with new serials.
        """
        key = (packet.terminal, packet.message, packet.total)
        given_up: Open | None = None
        found = self._open.get(key)
        if found is not None and self._is_another(found, packet):
            given_up, found = self._open.pop(key), None
        if found is None:
            first = (packet.serial - packet.index + 1) & 0xFFFF
            found = self._open[key] = Open(packet.terminal, packet.message, packet.total, first, now)
            if len(self._open) > MOST_OPEN:
                given_up = self._open.popitem(last=False)[1]
        if packet.index not in found.parts:
            found.parts[packet.index] = packet.body
            found.size += len(packet.body)
        if found.size > MOST_BYTES:
            return None, self._open.pop(key)
        if len(found.parts) < found.total:
            return None, given_up
        del self._open[key]
        body = b"".join(found.parts[index] for index in range(1, found.total + 1))
        return replace(packet, body=body, total=0, index=0), given_up

    def asked_again(self, packet: Packet) -> Open | None:
        """The open message of this part, if the part is its last one and others have not come."""
        found = self._open.get((packet.terminal, packet.message, packet.total))
        return found if found is not None and packet.index == packet.total and found.missing else None

    def overdue(self, now: float) -> Iterator[Open]:
        """Messages that ran out of time; they are given up."""
        while self._open:
            key, oldest = next(iter(self._open.items()))
            if oldest.since + PATIENCE > now:
                return
            del self._open[key]
            yield oldest

    @staticmethod
    def _is_another(found: Open, packet: Packet) -> bool:
        base = (packet.serial - packet.index + 1) & 0xFFFF
        known = found.parts.get(packet.index)
        return base != found.first_serial and known is not None and known != packet.body


def parts_of(packet: Packet, longest: int = LONGEST_BODY) -> list[Packet]:
    """The packet as terminals send it: whole where it fits, else in parts with consecutive serials."""
    if len(packet.body) <= longest:
        return [packet]
    bodies = [packet.body[at : at + longest] for at in range(0, len(packet.body), longest)]
    return [
        replace(
            packet, body=body, serial=(packet.serial + place) & 0xFFFF, total=len(bodies), index=place + 1
        )
        for place, body in enumerate(bodies)
    ]
