"""One packet: header and body of a frame, of any edition (JT/T 808-2011/2013: 4.4.3; 2019: 4.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from gridwitness.errors import InvalidInput

from gridwitness_ingest.jt808.framing import check_byte, framed, unescape

_LENGTH, _ENCRYPTION, _PARTED, _EDITION_2019 = 0x03FF, 0x1C00, 0x2000, 0x4000
LONGEST_BODY = _LENGTH
_HEAD = Struct(">HH")
_PAIR = Struct(">HH")
_SERIAL = Struct(">H")
_OLD_HEADER, _NEW_HEADER = 12, 17
_ASK = "send the frame as the terminal sent it"


@dataclass(slots=True)
class Packet:
    """`terminal`: its number, 12 digits or more (see `terminal_number`). `total`, `index`: of a message in
    parts, counted from 1; 0 where it came whole. `edition`: the version byte of 2019, None in 2011 and 2013.
    """

    message: int
    terminal: str
    serial: int
    body: bytes
    edition: int | None = None
    total: int = 0
    index: int = 0


def terminal_number(digits: str) -> str:
    """A terminal's number, the same in every edition: leading zeros cut, then at least 12 digits.

    2011 and 2013 send 12 digits, 2019 sends 20 of them; a terminal keeps its number when it is renewed.
    """
    return digits.lstrip("0").rjust(12, "0")


def written_forms(number: str) -> frozenset[str]:
    """The ways in which people write a terminal's number: bare, with 12 digits, with 20."""
    bare = number.lstrip("0")
    return frozenset((bare, bare.rjust(12, "0"), bare.rjust(20, "0")))


def read_packet(segment: bytes) -> Packet:
    """Header and body of a segment. Raises InvalidInput `frame-short`, `frame-checksum`, `frame-length`,
    `frame-encrypted`, `frame-parts`.
    """
    content = unescape(segment)
    if len(content) < _OLD_HEADER + 1:
        raise InvalidInput(
            "frame-short", f"A frame has at least 13 bytes between its flags, here are {len(content)}.", _ASK
        )
    if check_byte(content) != 0:
        wanted = check_byte(content[:-1])
        raise InvalidInput(
            "frame-checksum",
            f"The check byte is {content[-1]:02x}; header and body give {wanted:02x}.",
            "the frame was damaged on its way, or is none",
        )
    message, attributes = _HEAD.unpack_from(content)
    edition: int | None = None
    if attributes & _EDITION_2019:
        edition, number, start = content[4], content[5:15], _NEW_HEADER
    else:
        number, start = content[4:10], _OLD_HEADER
    total = index = 0
    if attributes & _PARTED:
        start += 4
    if len(content) - 1 - start != attributes & _LENGTH:
        raise InvalidInput(
            "frame-length",
            f"The header says {attributes & _LENGTH} bytes of body, there are {len(content) - 1 - start}.",
            _ASK,
        )
    if attributes & _PARTED:
        total, index = _PAIR.unpack_from(content, start - 4)
        if not 1 <= index <= total:
            raise InvalidInput("frame-parts", f"Part {index} of {total} cannot be.", _ASK)
    if attributes & _ENCRYPTION:
        raise InvalidInput(
            "frame-encrypted", "The body is encrypted.", "let the terminal send without encryption"
        )
    serial = _SERIAL.unpack_from(content, 15 if edition is not None else 10)[0]
    return Packet(message, terminal_number(number.hex()), serial, content[start:-1], edition, total, index)


def write_packet(packet: Packet) -> bytes:
    """The packet as a frame, flags included.

    Raises InvalidInput `frame-length` for a body over 1,023 bytes (`parting.parts_of` cuts those), and
    `frame-terminal` for a number its edition cannot carry.
    """
    if len(packet.body) > LONGEST_BODY:
        raise InvalidInput("frame-length", f"A body has at most {LONGEST_BODY} bytes.", "send it in parts")
    attributes = len(packet.body)
    width = 12
    if packet.edition is not None:
        attributes |= _EDITION_2019
        width = 20
    if packet.total:
        attributes |= _PARTED
    digits = packet.terminal.lstrip("0").rjust(width, "0")
    try:
        number = bytes.fromhex(digits)
    except ValueError:
        number = b""
    if len(number) * 2 != width:
        raise InvalidInput(
            "frame-terminal", f"{packet.terminal!r} is no number of {width} digits.", "give its digits"
        )
    edition = b"" if packet.edition is None else bytes((packet.edition,))
    parts = _PAIR.pack(packet.total, packet.index) if packet.total else b""
    head = _HEAD.pack(packet.message, attributes) + edition + number + _SERIAL.pack(packet.serial & 0xFFFF)
    return framed(head + parts + packet.body)
