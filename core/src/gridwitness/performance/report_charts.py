"""Charts on pages: bars that stack, bars that rank, and courses over periods."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gridwitness.performance.report_content import Course, Stage
from gridwitness.performance.report_pages import GREY, LEFT, PALE, RIGHT, Color, Pages, fitted

_LABELS = 150.0
_ROW = 16.0
STAGE_COLORS: tuple[Color, Color, Color] = ((76, 159, 112), (233, 162, 59), (200, 68, 60))
_BAR: Color = (47, 109, 181)
_COURSES: tuple[Color, ...] = ((47, 109, 181), (200, 68, 60), (76, 159, 112), (150, 90, 170), (233, 162, 59))


def stage_chart(pages: Pages, stages: Sequence[Stage], legend: tuple[str, str, str]) -> None:
    """One stacked bar for each stage, its whole at the end."""
    pages.room(24 + _ROW)
    at = LEFT
    for color, word in zip(STAGE_COLORS, legend, strict=True):
        pages.box(at, pages.y + 2, 8, 8, color)
        pages.text(at + 12, pages.y + 10, word, 8)
        at += 110
    pages.y += 22
    most = max((one.in_time + one.overtime + one.open_late for one in stages), default=0)
    for stage in stages:
        pages.room(_ROW)
        pages.text(LEFT, pages.y + 11, fitted(stage.label, _LABELS - 8, 9))
        x = LEFT + _LABELS
        numbers = (stage.in_time, stage.overtime, stage.open_late)
        for number, color in zip(numbers, STAGE_COLORS, strict=True):
            width = _width(number, most)
            pages.box(x, pages.y + 2, width, _ROW - 5, color)
            x += width
        pages.text(x + 4, pages.y + 11, " / ".join(map(str, numbers)), 8, color=GREY)
        pages.y += _ROW


def score_chart(pages: Pages, bars: Sequence[tuple[str, Decimal, str]]) -> None:
    """One bar out of 100 for each (name, score, grade)."""
    for name, value, grade in bars:
        pages.room(_ROW)
        pages.text(LEFT, pages.y + 11, fitted(name, _LABELS - 8, 9))
        pages.box(LEFT + _LABELS, pages.y + 2, _width(100, 100), _ROW - 5, PALE)
        width = _width(min(max(value, Decimal(0)), Decimal(100)), 100)
        pages.box(LEFT + _LABELS, pages.y + 2, width, _ROW - 5, _BAR)
        end = LEFT + _LABELS + _width(100, 100)
        pages.text(end + 4, pages.y + 11, f"{value:.2f} {grade}", 8)
        pages.y += _ROW


def course_chart(pages: Pages, periods: Sequence[str], courses: Sequence[Course]) -> None:
    """Lines from 0 to 100 over the periods; where a value lacks the line breaks."""
    height, bottom_words = 150.0, 30.0
    pages.room(height + bottom_words + 14 * len(courses))
    top, bottom, left, right = pages.y + 8, pages.y + height, LEFT + 26, RIGHT - 10
    for mark in (0, 25, 50, 75, 100):
        y = bottom - (bottom - top) * mark / 100
        pages.line([(left, y), (right, y)], PALE)
        pages.text_right(left - 4, y + 3, str(mark), 7, color=GREY)
    step = (right - left) / max(1, len(periods) - 1)
    for at, period in enumerate(periods):
        pages.text(min(left + at * step, right - 52) - 6, bottom + 12, period, 7, color=GREY)
    for at, course in enumerate(courses):
        color = _COURSES[at % len(_COURSES)]
        run: list[tuple[float, float]] = []
        for place, value in enumerate([*course.values, None]):
            if value is not None:
                share = min(max(value, Decimal(0)), Decimal(100)) / 100
                run.append((left + place * step, bottom - (bottom - top) * float(share)))
                pages.box(run[-1][0] - 1.5, run[-1][1] - 1.5, 3, 3, color)
                continue
            if len(run) > 1:
                pages.line(run, color, 1.2)
            run = []
    pages.y = bottom + bottom_words - 6
    for at, course in enumerate(courses):
        pages.box(LEFT, pages.y + 2, 8, 8, _COURSES[at % len(_COURSES)])
        pages.text(LEFT + 12, pages.y + 10, course.label, 8)
        pages.y += 14


def _width(number: int | Decimal, most: int) -> float:
    return float(number) / most * (RIGHT - LEFT - _LABELS - 70) if most else 0.0
