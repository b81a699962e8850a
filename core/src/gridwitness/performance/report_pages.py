"""Pages of a report: text, bars and lines at their places; lengths in points, y from the top."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from gridwitness.cases.documents.typefaces import sans

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT, TOP, BOTTOM = 48.0, WIDTH - 48.0, 56.0, HEIGHT - 56.0
Color = tuple[int, int, int]
BLACK, GREY, PALE = (0, 0, 0), (110, 110, 110), (220, 230, 241)


@dataclass(frozen=True, slots=True)
class _Text:
    x: float
    y: float
    text: str
    size: float
    color: Color


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    color: Color


@dataclass(frozen=True, slots=True)
class _Line:
    points: tuple[tuple[float, float], ...]
    color: Color
    width: float


@dataclass(slots=True)
class Pages:
    """Marks page by page; `y` is where the next thing goes."""

    y: float = TOP
    _pages: list[list[_Text | _Box | _Line]] = field(default_factory=lambda: [[]])

    def room(self, height: float) -> None:
        """Begin a page where less than this is left."""
        if self.y + height > BOTTOM:
            self._pages.append([])
            self.y = TOP

    def text(self, x: float, y: float, text: str, size: float = 9, *, color: Color = BLACK) -> None:
        """One line of text; y is its base line. Nothing is dropped in silence: see `Typeface.visible`."""
        self._pages[-1].append(_Text(x, y, sans().visible(text).replace("\n", " "), size, color))

    def text_right(self, x: float, y: float, text: str, size: float = 9, *, color: Color = BLACK) -> None:
        """One line that ends at x."""
        self.text(x - sans().width(sans().visible(text)) * size, y, text, size, color=color)

    def box(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        """A filled rectangle; y is its upper edge."""
        self._pages[-1].append(_Box(x, y, width, height, color))

    def line(self, points: Sequence[tuple[float, float]], color: Color, width: float = 0.6) -> None:
        """A line through points."""
        self._pages[-1].append(_Line(tuple(points), color, width))

    def draw(self, title: str, made: datetime) -> bytes:
        """The PDF; the same marks give the same bytes."""
        pdf = FPDF(unit="pt", format=(WIDTH, HEIGHT))
        pdf.set_auto_page_break(False)
        pdf.alias_nb_pages("")  # a unit's name may hold `{nb}`
        pdf.set_creation_date(made)
        pdf.set_title(sans().visible(title))
        with tempfile.TemporaryDirectory(prefix="gridwitness-font-") as folder:
            path = Path(folder) / "report.ttf"
            characters = {c for page in self._pages for m in page if isinstance(m, _Text) for c in m.text}
            path.write_bytes(sans().part(characters | set("0123456789/")))
            pdf.add_font("report", "", path)
            for number, marks in enumerate(self._pages, 1):
                pdf.add_page()
                for mark in marks:
                    _draw(pdf, mark)
                _draw(pdf, _Text(RIGHT - 24, HEIGHT - 30, f"{number}/{len(self._pages)}", 8, GREY))
            return bytes(pdf.output())


def fitted(text: str, width: float, size: float) -> str:
    """The text, cut with `…` where it is wider than its place."""
    face = sans()
    text = face.visible(text)
    if face.width(text) * size <= width:
        return text
    while text and face.width(text + "…") * size > width:
        text = text[:-1]
    return text + "…"


def _draw(pdf: FPDF, mark: _Text | _Box | _Line) -> None:
    if isinstance(mark, _Text):
        pdf.set_font("report", size=mark.size)
        pdf.set_text_color(*mark.color)
        pdf.text(mark.x, mark.y, mark.text)
    elif isinstance(mark, _Box):
        pdf.set_fill_color(*mark.color)
        pdf.rect(mark.x, mark.y, mark.width, mark.height, style="F")
    else:
        pdf.set_draw_color(*mark.color)
        pdf.set_line_width(mark.width)
        pdf.polyline(list(mark.points))
