"""Frames in a byte stream: flags, escapes, check byte (JT/T 808-2019, 4.4).

A frame stands between two flags (0x7E); between them 0x7E is sent as 7D 02 and 0x7D as 7D 01. What comes
between two flags is one *segment*, escapes still in: that is what feeds keep as a message.
"""

from __future__ import annotations

import re

FLAG = b"\x7e"
LONGEST = 2 * (1 + 17 + 4 + 1023 + 1)
"""Bytes of a segment at most: the longest header and body, every byte of them escaped."""


_ESCAPED = re.compile(b"\x7d[\x01\x02]")


def _meant(found: re.Match[bytes]) -> bytes:
    return b"\x7d" if found[0][1] == 1 else FLAG


def escape(content: bytes) -> bytes:
    """Header, body and check byte as they go between the flags."""
    return content.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def unescape(segment: bytes) -> bytes:
    """The bytes meant by a segment. A 7D before anything but 01 and 02 stands for itself: the check byte
    decides.
    """
    if b"\x7d" not in segment:
        return segment
    return _ESCAPED.sub(_meant, segment)


def check_byte(content: bytes) -> int:
    """XOR of all bytes, by folding one long number on itself."""
    value = int.from_bytes(content, "big")
    size = 1 << max(len(content) - 1, 0).bit_length()
    while size > 1:
        size >>= 1
        value = (value >> 8 * size) ^ (value & ((1 << 8 * size) - 1))
    return value


def framed(content: bytes) -> bytes:
    """Header and body as they go over the wire: check byte, escapes, flags."""
    return FLAG + escape(content + bytes((check_byte(content),))) + FLAG


class FrameStream:
    """Cuts a stream into segments, wherever the pieces of the stream were cut.

    Rubbish costs the segment it stands in, and reading goes on at the next flag. Of a segment that is longer
    than any frame its first `LONGEST` bytes are given, and the rest is passed over: memory is bounded.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._passing = False

    def feed(self, data: bytes) -> list[bytes]:
        """The segments that `data` completes; none of them is empty."""
        *whole, rest = (self._rest + data).split(FLAG)
        found: list[bytes] = []
        for segment in whole:
            if segment and not self._passing:
                found.append(segment[:LONGEST])
            self._passing = False
        if len(rest) > LONGEST and not self._passing:
            found.append(rest[:LONGEST])
            self._passing = True
        self._rest = b"" if self._passing else rest
        return found
