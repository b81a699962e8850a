"""One round of the door: frames of all connections, read together, to be stored in one transaction."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from gridwitness.feeds import Letter, Message

from gridwitness_ingest.jt808.authentication import Authentication
from gridwitness_ingest.jt808.connection import Connection
from gridwitness_ingest.jt808.location import Position
from gridwitness_ingest.jt808.packet import Packet
from gridwitness_ingest.jt808.parting import Open
from gridwitness_ingest.jt808.reading import ACKNOWLEDGED, AUTHENTICATE, LOGOUT, REGISTER, Reader, Reading
from gridwitness_ingest.jt808.sending import DONE, FAILED, UNSUPPORTED, WRONG
from gridwitness_ingest.jt808.words import TWICE

_PLATFORM = 0x8000
_SETTLING = 5.0
"""Seconds in which what was on its way on a terminal's old connection may still come in."""
_REMEMBERED = 16
"""Frames of a terminal that are known again when it sends them twice."""
_LONGEST_GAP = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a frame gets once it is stored. `result` of 0x8001; of a 0x0100 the registers decide."""

    connection: Connection
    packet: Packet
    result: int
    ask_again: Open | None = None


@dataclass(slots=True)
class Fix:
    """A position with its place: index of the message in the round, item in the message."""

    message: int
    item: int
    packet: Packet
    position: Position
    backfill: bool


@dataclass(slots=True)
class Round:
    """What one transaction stores, and what is answered after it."""

    messages: list[Message] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    unwelcome: list[Connection] = field(default_factory=list)
    repeated: int = 0
    serial_gaps: int = 0


@dataclass(slots=True)
class _Speaker:
    """A terminal that authenticated: on which connection last and since when, and what it said last."""

    connection: Connection
    since: float
    last_serial: int | None = None
    recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class RoundReader:
    """Reads rounds one after the other, in the committing thread."""

    def __init__(self, authentication: Authentication, reader: Reader) -> None:
        self._authentication = authentication
        self._reader = reader
        self._speakers: dict[str, _Speaker] = {}

    def read(self, frames: Iterable[tuple[Connection, bytes]], now: float) -> Round:
        """`now`: seconds since 1970 by the platform's clock."""
        found = Round()
        for connection, segment in frames:
            reading = self._reader.read(segment, now)
            index = len(found.messages)
            same = reading.kept is segment
            received = None if same else hashlib.sha256(segment).digest()
            found.messages.append(Message(reading.kept, received))
            good = self._take(found, index, connection, reading, now)
            if connection.judge(good=good):
                found.unwelcome.append(connection)
        for _ in self._reader.overdue(now):
            pass  # its parts are kept as they came; nothing of it was promised
        return found

    def forget_closed(self) -> None:
        """Terminals whose connection is gone; call it now and then."""
        gone = [name for name, speaker in self._speakers.items() if not speaker.connection.open]
        for name in gone:
            del self._speakers[name]

    def _take(self, found: Round, index: int, connection: Connection, reading: Reading, now: float) -> bool:
        packet = reading.packet
        if packet is None:
            self._refuse(found, index, reading)
            return False
        if packet.message in (REGISTER, AUTHENTICATE):
            return self._admit(found, connection, packet, now)
        if packet.terminal not in connection.terminals:
            if reading.items or reading.refusals:
                detail = "The terminal has not authenticated on this connection."
                found.letters.append(Letter(index, None, reading.kept, "terminal-unauthenticated", detail))
            found.answers.append(Answer(connection, packet, FAILED))
            return False
        speaker = self._speakers.get(packet.terminal)
        if speaker is None or not speaker.connection.open:
            speaker = self._speakers[packet.terminal] = _Speaker(connection, now)
        twice = speaker.connection is not connection and now - speaker.since > _SETTLING
        if self._is_repeated(found, speaker, packet, reading):
            found.repeated += len(reading.items)
        else:
            for item, position in reading.items:
                if twice:
                    position.status |= TWICE
                found.fixes.append(Fix(index, item, packet, position, reading.backfill))
            self._refuse(found, index, reading)
        self._answer(found, connection, packet, reading)
        return True

    def _answer(self, found: Round, connection: Connection, packet: Packet, reading: Reading) -> None:
        if packet.message == ACKNOWLEDGED:
            return
        result = DONE
        if packet.message >= _PLATFORM:
            result = UNSUPPORTED
        elif reading.refusals and not reading.items:
            result = WRONG
        if packet.message == LOGOUT:
            connection.terminals.discard(packet.terminal)
        found.answers.append(Answer(connection, packet, result, reading.ask_again))

    def _admit(self, found: Round, connection: Connection, packet: Packet, now: float) -> bool:
        own = connection.certified is None or connection.certified == packet.terminal
        if packet.message == REGISTER:
            found.answers.append(Answer(connection, packet, DONE if own else FAILED))
            return own
        right = own and self._authentication.is_right(packet)
        if right:
            connection.terminals.add(packet.terminal)
            self._speakers[packet.terminal] = _Speaker(connection, now)
        found.answers.append(Answer(connection, packet, DONE if right else FAILED))
        return right

    def _refuse(self, found: Round, index: int, reading: Reading) -> None:
        for refusal in reading.refusals:
            found.letters.append(Letter(index, refusal.item, refusal.raw, refusal.code, refusal.detail))

    @staticmethod
    def _is_repeated(found: Round, speaker: _Speaker, packet: Packet, reading: Reading) -> bool:
        """Whether the very frame came just before; also counts serials that were left out."""
        digest = hashlib.blake2b(reading.kept, digest_size=8).digest()
        if digest in speaker.recent and not packet.total:
            return True
        speaker.recent.append(digest)
        last = speaker.last_serial
        if last is not None:
            gap = (packet.serial - last - 1) & 0xFFFF
            if gap >= 0x8000:
                return False  # a part sent again, or what waited its turn
            if gap <= _LONGEST_GAP:
                found.serial_gaps += gap
        speaker.last_serial = packet.serial
        return False
