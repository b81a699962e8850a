"""Events of `HotspotBoard`, decoded from topics and data (docs/format.md section 22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..claims import AGENCY
from ..errors import VerificationError
from ..keccak import keccak256
from .cells import FAMILIES

PUBLISHED = keccak256(
    b"HotspotPublished(bytes32,uint32,(uint8,uint64,uint64,uint8,bytes32,bytes32,bytes32,bytes32),bytes32,bytes)"
)
APPOINTED = keccak256(b"HotspotPublisherAppointed(bytes32,address)")
_WORDS = 11
"""Words before the cells: eight of the snapshot, result, offset, length."""


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot: period `[period_from, period_to)` in Unix seconds; `rules`, `method`, `inputs`, `head`,
    `result` 32 bytes each.
    """

    agency: str
    number: int
    family: str
    period_from: int
    period_to: int
    resolution: int
    rules: bytes
    method: bytes
    inputs: bytes
    head: bytes
    result: bytes
    cells: bytes

    @property
    def name(self) -> str:
        """`agency/number`, as reports name it."""
        return f"{self.agency}/{self.number}"


def decode_published(topics: Sequence[bytes], data: bytes) -> Published | None:
    """The snapshot, or None for another event; raises VerificationError `board-event`."""
    if not topics or topics[0] != PUBLISHED:
        return None
    words = [data[start : start + 32] for start in range(0, 32 * _WORDS, 32)]
    if len(topics) != 3 or len(data) < 32 * _WORDS:
        raise VerificationError("board-event", "a HotspotPublished event without its form")
    length = _number(words[10], 32)
    cells = data[32 * _WORDS : 32 * _WORDS + length]
    padded = len(data) - 32 * _WORDS == -(-length // 32) * 32
    if _number(words[9], 32) != 320 or len(cells) != length or not padded:
        raise VerificationError("board-event", "cells that are not where the event says")
    family = _number(words[0], 8)
    if family >= len(FAMILIES):
        raise VerificationError("board-event", f"there is no family {family}")
    return Published(
        agency=_agency(topics[1]),
        number=_number(topics[2], 32),
        family=FAMILIES[family],
        period_from=_number(words[1], 64),
        period_to=_number(words[2], 64),
        resolution=_number(words[3], 8),
        rules=words[4],
        method=words[5],
        inputs=words[6],
        head=words[7],
        result=words[8],
        cells=cells,
    )


def _number(word: bytes, bits: int) -> int:
    number = int.from_bytes(word, "big")
    if number >= 2**bits:
        raise VerificationError("board-event", f"a number beyond {bits} bits")
    return number


def _agency(word: bytes) -> str:
    text = word.rstrip(b"\0").decode("ascii", "replace")
    if not AGENCY.match(text):
        raise VerificationError("board-event", "not an agency code")
    return text
