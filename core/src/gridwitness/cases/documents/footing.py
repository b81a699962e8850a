"""The foot of every page: QR code, the record the paper documents, and the page's number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import segno

from gridwitness.cases.documents.content import Origin
from gridwitness.cases.documents.layout import (
    BOTTOM,
    LEFT,
    MILLIMETRE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    Rule,
    Text,
)
from gridwitness.cases.documents.typefaces import serif
from gridwitness.cases.documents.wrapping import break_lines

_QR = 24 * MILLIMETRE
_TOP = BOTTOM + 6 * MILLIMETRE
_SIZE, _PITCH = 7.5, 10.2
_QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004, section 5.3.8)."""


@dataclass(frozen=True, slots=True)
class Square:
    """A black rectangle."""

    x: float
    y: float
    width: float
    height: float


def foot(origin: Origin, step: str, page: int, pages: int) -> Iterator[Text | Rule | Square]:
    """What stands at the foot of page `page` (from 1) of `pages`."""
    yield Rule(LEFT, _TOP - 6, RIGHT, _TOP - 6, 0.4)
    yield from _qr(origin.url)
    x, y = LEFT + _QR + 8, _TOP + 4
    face = serif()
    for text in (
        "本文书依据下列经签名的办案记录制作，扫码核验。 Made from the signed record below; scan to verify.",
        f"办案步骤 step：{step}",
        f"记录编号 jti：{origin.jti}",
        f"条目摘要 entry SHA-256：{origin.entry}",
        f"日志 log：{origin.log}",
        f"核验 verify：{origin.url}",
    ):
        for line in break_lines(face.visible(text), (RIGHT - x) / _SIZE, face.width):
            y += _PITCH
            yield Text(x, y, line.text, face.name, _SIZE)
    numbered = f"第 {page} 页　共 {pages} 页"
    middle = (PAGE_WIDTH - face.width(numbered) * 9) / 2
    yield Text(middle, PAGE_HEIGHT - 9 * MILLIMETRE, numbered, face.name, 9)


def _qr(url: str) -> Iterator[Square]:
    """The code's dark modules, run by run; error correction M (15 %)."""
    matrix = segno.make(url, error="m", micro=False, boost_error=False).matrix
    module = _QR / (len(matrix) + 2 * _QUIET)
    for row, line in enumerate(matrix):
        column = 0
        while column < len(line):
            end = column
            while end < len(line) and line[end]:
                end += 1
            if end > column:
                yield Square(
                    LEFT + (column + _QUIET) * module,
                    _TOP + (row + _QUIET) * module,
                    (end - column) * module,
                    module,
                )
            column = end + 1
