"""A report as PDF: the agency's figures, how the stages went, who stands where, and the course of months."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gridwitness.performance.naming import BYS
from gridwitness.performance.report_charts import course_chart, score_chart, stage_chart
from gridwitness.performance.report_content import Report, shown, shown_change
from gridwitness.performance.report_pages import GREY, LEFT, PALE, RIGHT, Pages, fitted

_COLUMNS = (LEFT + 250, LEFT + 305, LEFT + 365, LEFT + 430, RIGHT)
_MOST_BARS = 30


def pdf_report(report: Report, made: datetime) -> bytes:
    """The file; `made`: when. The same report of the same moment gives the same bytes."""
    pages = Pages()
    pages.text(LEFT, pages.y + 16, fitted(report.title, RIGHT - LEFT, 18), 18)
    pages.text(LEFT, pages.y + 36, report.subtitle, 10, color=GREY)
    version = report.dictionary.version
    pages.text(LEFT, pages.y + 50, report.say("指标口径版本 ", "metrics version ") + version, 7, color=GREY)
    pages.y += 66
    _scores(pages, report)
    stages = report.stages()
    if stages:
        _heading(pages, report.say("各环节", "Stages"))
        legend = (
            report.say("按期", "in time"),
            report.say("超期", "overtime"),
            report.say("超期未办", "overdue, open"),
        )
        stage_chart(pages, stages, legend)
    for score in report.dictionary.scores.values():
        for by in ("unit", "grid"):
            _ranking(pages, report, score.name, by)
    if report.courses:
        _heading(pages, report.say("趋势", "Course"))
        course_chart(pages, report.periods, report.courses)
    for section in report.dictionary.sections:
        _table(pages, report, report.label(section), section.metrics)
    return pages.draw(report.title, made)


def _heading(pages: Pages, text: str) -> None:
    pages.room(60)
    pages.text(LEFT, pages.y + 24, text, 12)
    pages.y += 34


def _scores(pages: Pages, report: Report) -> None:
    found = report.by_name()
    bars = []
    for score in report.dictionary.scores.values():
        one = found.get(score.name)
        if one is not None and one.figure.value is not None:
            value = Decimal(one.figure.value)
            grade = score.grade(value)
            word = "" if grade is None else report.say(grade.zh, grade.en)
            bars.append((report.label(score), value, word))
    score_chart(pages, bars)


def _ranking(pages: Pages, report: Report, name: str, by: str) -> None:
    score = report.dictionary.scores[name]
    ranked = report.ranking(score, by)
    if not ranked:
        return
    zh, en = BYS[by]
    _heading(pages, report.say(f"{score.zh}（按{zh}）", f"{score.en} by {en}"))
    bars = []
    for one in ranked[:_MOST_BARS]:
        grade = "" if one.grade is None else report.say(one.grade.zh, one.grade.en)
        bars.append((f"{one.place}. {report.names.of(by, one.of)}", Decimal(one.value), grade))
    score_chart(pages, bars)
    if len(ranked) > _MOST_BARS:
        rest = len(ranked) - _MOST_BARS
        pages.room(14)
        pages.text(
            LEFT, pages.y + 10, report.say(f"另有 {rest} 个，见表格", f"{rest} more: see the workbook"), 8
        )
        pages.y += 14


def _table(pages: Pages, report: Report, title: str, metrics: tuple[str, ...]) -> None:
    found = report.by_name()
    heads = (
        report.say("分子", "numerator"),
        report.say("分母", "denominator"),
        report.say("值", "value"),
        report.say("环比", "change"),
        report.say("同比", "on the year"),
    )
    _heading(pages, title)
    _row(pages, report.say("指标", "metric"), heads, head=True)
    for name in metrics:
        one = found.get(name)
        if one is None:
            continue
        metric = report.dictionary.metrics[name]
        numbers = [one.figure.numerator, one.figure.denominator]
        cells = ["" if number is None else str(number) for number in numbers]
        cells += [shown(one.figure, metric)]
        cells += [shown_change(change, metric) for change in (one.change, one.year_change)]
        _row(pages, report.label(metric), cells)


def _row(pages: Pages, label: str, cells: tuple[str, ...] | list[str], *, head: bool = False) -> None:
    pages.room(14)
    if head:
        pages.box(LEFT - 2, pages.y, RIGHT - LEFT + 4, 14, PALE)
    pages.text(LEFT, pages.y + 10, fitted(label, _COLUMNS[0] - LEFT - 50, 8), 8)
    for x, cell in zip(_COLUMNS, cells, strict=True):
        pages.text_right(x, pages.y + 10, cell, 8)
    pages.y += 14
