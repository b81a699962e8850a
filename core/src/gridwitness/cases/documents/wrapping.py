"""Breaking text into lines as Chinese typesetting does: pure, and measured by whom it concerns.

A line may end after any Chinese character; words and numbers in Latin letters, and blanks to fill in, stay
whole where they fit; no
line begins with a closing mark or ends with an opening one (W3C, Requirements for Chinese Text Layout,
section 3.1.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NOT_FIRST = frozenset("、，。．：；！？）》〉」』】〕”’％%!),.:;?]}…—·")
NOT_LAST = frozenset("（《〈「『【〔“‘￥$([{")

_UNITS = re.compile(r"[!-~]+| +|＿+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `last` of its paragraph, so that it is not spread over the full width."""

    text: str
    width: float
    last: bool


def break_lines(text: str, width: float, measure: Callable[[str], float], *, indent: float = 0) -> list[Line]:
    """Lines no wider than `width`, in the unit of `measure`; each paragraph's first is `indent` shorter.

    Paragraphs end with a line feed. An empty one is an empty line. A single character wider than the line
    stands alone on it.
    """
    return [
        line
        for paragraph in text.split("\n")
        for line in _paragraph(paragraph.strip(" "), width, measure, indent)
    ]


def _paragraph(text: str, width: float, measure: Callable[[str], float], indent: float) -> Iterator[Line]:
    units = list(_units(text, width - indent, measure))
    start, room = 0, width - indent
    while True:
        end, used = start, 0.0
        while end < len(units) and (end == start or used + measure(units[end]) <= room or units[end] == " "):
            used += measure(units[end])
            end += 1
        if end >= len(units):
            yield _line(units[start:end], measure, last=True)
            return
        end = _lawful_end(units, start, end)
        yield _line(units[start:end], measure, last=False)
        start, room = end, width
        while start < len(units) and units[start] == " ":
            start += 1
        if start >= len(units):
            return


def _line(units: list[str], measure: Callable[[str], float], *, last: bool) -> Line:
    text = "".join(units).rstrip(" ")
    return Line(text, sum(map(measure, text)), last)


def _units(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """What stays together: words, or the characters of a word that is wider than a line; single spaces."""
    for match in _UNITS.finditer(text):
        unit = match.group()
        if unit[0] == " " or measure(unit) > width:
            yield from unit
        else:
            yield unit


def _lawful_end(units: list[str], start: int, end: int) -> int:
    """The last place, not after `end`, where the line may break; `end` itself where there is none near."""
    for place in range(end, max(start, end - 6), -1):
        if units[place][0] not in NOT_FIRST and units[place - 1][-1] not in NOT_LAST:
            return place
    return end
