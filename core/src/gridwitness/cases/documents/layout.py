"""From a composed paper to pages: where each line and rule stands. Pure; lengths in points, y from the top.

Margins and sizes follow GB/T 9704-2012 (A4, left 28 mm, right 26 mm) with a band at the foot of every page
for the origin of the paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gridwitness.cases.documents.blocks import Block, Cell, Fields, Heading, Paper, Paragraph, Row, Seal
from gridwitness.cases.documents.typefaces import Typeface, sans, serif
from gridwitness.cases.documents.wrapping import Line, break_lines

MILLIMETRE = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MILLIMETRE, 297 * MILLIMETRE
LEFT, RIGHT = 28 * MILLIMETRE, PAGE_WIDTH - 26 * MILLIMETRE
TOP, BOTTOM = 25 * MILLIMETRE, PAGE_HEIGHT - 46 * MILLIMETRE
WIDTH = RIGHT - LEFT

_PADDING = 4.0
_SEAL_WIDTH = 190.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; y = its base line; `spacing` is added after every character; `stroke` thickens it."""

    x: float
    y: float
    text: str
    face: str
    size: float
    spacing: float = 0
    stroke: float = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    width: float = 0.6


@dataclass(slots=True)
class Page:
    """What is drawn on one page, in order."""

    marks: list[Text | Rule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Measure:
    size: float
    pitch: float


_MEASURES = {"letter": _Measure(14, 25), "form": _Measure(11, 17)}


class Sheet:
    """Lays blocks out one below the other and begins a page where one is full."""

    def __init__(self, style: str) -> None:
        self.pages = [Page()]
        self._measure = _MEASURES[style]
        self._y = TOP

    @property
    def _marks(self) -> list[Text | Rule]:
        return self.pages[-1].marks

    def _room(self) -> float:
        return BOTTOM - self._y

    def _turn(self) -> None:
        self.pages.append(Page())
        self._y = TOP

    def _keep(self, height: float) -> None:
        """Begin a page where less than `height` is left, unless a whole page would not do either."""
        if height > self._room() and self._y > TOP and height <= BOTTOM - TOP:
            self._turn()

    def head(self, paper: Paper) -> None:
        """The agency, the title, and the number at the right below a rule."""
        for text, face, size, gap, stroke in (
            (paper.agency, sans(), 16, 26, 0.0),
            (paper.title, serif(), 24, 40, 0.6),
        ):
            for line in break_lines(face.visible(text), WIDTH / size, face.width):
                self._y += gap
                self._put(line.text, LEFT + (WIDTH - line.width * size) / 2, face, size, stroke=stroke)
        self._y += 14
        if paper.style == "letter":
            self._marks.append(Rule(LEFT, self._y, RIGHT, self._y, 1.2))
        if paper.number:
            for line in _lines(paper.number, serif(), 12, WIDTH):
                self._y += 20
                self._put(line.text, RIGHT - line.width * 12, serif(), 12)
        self._y += 10

    def place(self, block: Block) -> None:
        """Lay out one block."""
        if isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Row):
            self._row(block)
        elif isinstance(block, Fields):
            self._fields(block)
        else:
            self._seal(block)

    def _paragraph(self, block: Paragraph) -> None:
        size, pitch = self._measure.size, self._measure.pitch
        indent = 2 * size if block.indented else 0.0
        first = True
        for line in _lines(block.text, serif(), size, WIDTH, indent):
            self._keep(pitch)
            self._y += pitch
            x = LEFT + (indent if first else 0)
            self._spread(line, x, RIGHT - x, size)
            first = line.last

    def _heading(self, block: Heading) -> None:
        size, pitch = self._measure.size, self._measure.pitch
        self._keep(3 * pitch)  # never alone at the foot of a page
        for line in _lines(block.text, sans(), size, WIDTH, 2 * size):
            self._y += pitch
            self._put(line.text, LEFT + 2 * size, sans(), size)

    def _fields(self, block: Fields) -> None:
        size, pitch = self._measure.size, self._measure.pitch
        lines = [line for text in block.lines for line in _lines(text, serif(), size, WIDTH)]
        self._keep(pitch * (len(lines) + 1))
        self._y += pitch / 2
        for line in lines:
            self._keep(pitch)
            self._y += pitch
            self._put(line.text, LEFT, serif(), size)

    def _seal(self, block: Seal) -> None:
        size, pitch = self._measure.size, self._measure.pitch
        lines = _lines(block.agency, serif(), size, _SEAL_WIDTH)
        lines += _lines(block.date, serif(), size, _SEAL_WIDTH) + _lines(
            "（印章）", serif(), size, _SEAL_WIDTH
        )
        self._keep(pitch * (len(lines) + 1))
        self._y += pitch
        for line in lines:
            self._keep(pitch)
            self._y += pitch
            self._put(line.text, RIGHT - _SEAL_WIDTH + (_SEAL_WIDTH - line.width * size) / 2, serif(), size)

    def _row(self, row: Row) -> None:
        """A row, cut where the page ends: every piece has its own frame."""
        size, pitch = self._measure.size, self._measure.pitch
        columns = list(_columns(row, size))
        least = max(cell.height for cell in row.cells)
        rest = max(least, *(len(lines) for _, _, _, lines in columns))
        self._keep(min(rest, 4) * pitch + 2 * _PADDING)
        begin = 0
        while rest > 0:
            count = min(rest, max(1, int((self._room() - 2 * _PADDING) / pitch)))
            self._piece(columns, begin, count)
            begin, rest = begin + count, rest - count
            if rest > 0:
                self._turn()

    def _piece(self, columns: list[_Column], begin: int, count: int) -> None:
        size, pitch = self._measure.size, self._measure.pitch
        top, bottom = self._y, self._y + count * pitch + 2 * _PADDING
        for x, width, cell, lines in columns:
            whole = cell.label and len(lines) <= count  # a label stands beside every piece
            shown = lines if whole else lines[begin : begin + count]
            y = top + _PADDING - 0.3 * pitch
            if cell.label or cell.height == 1:  # in the middle of its row
                y += (count - len(shown)) * pitch / 2
            face = sans() if cell.label else serif()
            for place, line in enumerate(shown, 1):
                if cell.label:
                    at = x + (width - line.width * size) / 2
                    self._put(line.text, at, face, size, y=y + place * pitch)
                else:
                    at = x + _PADDING + 2
                    self._spread(line, at, width - 2 * _PADDING - 4, size, y=y + place * pitch)
            self._marks.append(Rule(x, top, x, bottom))
        self._marks.extend(
            [
                Rule(RIGHT, top, RIGHT, bottom),
                Rule(LEFT, top, RIGHT, top),
                Rule(LEFT, bottom, RIGHT, bottom),
            ]
        )
        self._y = bottom

    def _spread(self, line: Line, x: float, width: float, size: float, y: float | None = None) -> None:
        """A line over the full width, unless it is its paragraph's last or would be torn apart."""
        slack, gaps = width - line.width * size, len(line.text) - 1
        spacing = slack / gaps if not line.last and gaps > 0 and 0 < slack <= 2 * size else 0.0
        self._put(line.text, x, serif(), size, y=y, spacing=spacing)

    def _put(
        self,
        text: str,
        x: float,
        face: Typeface,
        size: float,
        *,
        y: float | None = None,
        spacing: float = 0,
        stroke: float = 0,
    ) -> None:
        if text:
            self._marks.append(Text(x, self._y if y is None else y, text, face.name, size, spacing, stroke))


_Column = tuple[float, float, Cell, list[Line]]


def _columns(row: Row, size: float) -> Iterator[_Column]:
    x = LEFT
    for cell in row.cells:
        width = WIDTH * cell.share
        face = sans() if cell.label else serif()
        yield x, width, cell, _lines(cell.text, face, size, width - 2 * _PADDING - 4)
        x += width


def _lines(text: str, face: Typeface, size: float, width: float, indent: float = 0) -> list[Line]:
    return break_lines(face.visible(text), width / size, face.width, indent=indent / size)


def lay_out(paper: Paper) -> list[Page]:
    """The pages of a paper, without what stands at the foot of each."""
    sheet = Sheet(paper.style)
    sheet.head(paper)
    for block in paper.blocks:
        sheet.place(block)
    return sheet.pages
