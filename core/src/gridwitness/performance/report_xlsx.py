"""A report as a workbook with charts of its own, which stay with the numbers they show (xlsxwriter)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from gridwitness.performance.dictionary import Count, Metric
from gridwitness.performance.figures import Figure
from gridwitness.performance.naming import BYS
from gridwitness.performance.report_content import Report

_SHARE, _SCORE, _WHOLE = "0.00%", "0.00", "0"
_MOST_BARS = 30
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
"""What a sheet's name may not hold; it has at most 31 characters."""
_MADE = datetime(2000, 1, 1)


class WorkbookReport:
    """Writes the sheets of one report. Cells of text are never read as formulas."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._out = BytesIO()
        self._book = xlsxwriter.Workbook(
            self._out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        # The same report gives the same bytes.
        self._book.set_properties({"title": report.title, "created": _MADE})
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}
        )
        self._title = self._book.add_format({"bold": True, "font_size": 14})
        self._formats = {
            form: self._book.add_format({"num_format": form}) for form in (_SHARE, _SCORE, _WHOLE)
        }
        self._points = self._book.add_format({"num_format": "+0.00;-0.00;0.00"})

    def bytes(self) -> bytes:
        """The whole file."""
        self._overview()
        self._stages()
        for by in ("unit", "grid"):
            self._bodies(by)
        for post in self._report.dictionary.posts:
            self._post(post)
        self._courses()
        self._dictionary()
        self._book.close()
        return self._out.getvalue()

    def _sheet(self, zh: str, en: str, heads: Sequence[str], widths: Sequence[int]) -> Any:
        report = self._report
        name = _NOT_IN_NAMES.sub("_", report.say(zh, en))[:28]
        taken = {sheet.get_name().lower() for sheet in self._book.worksheets()}
        sheet = self._book.add_worksheet(f"{name}-{len(taken)}" if name.lower() in taken else name)
        sheet.write_string(0, 0, report.title, self._title)
        sheet.write_string(1, 0, report.subtitle)
        for at, head in enumerate(heads):
            sheet.write_string(3, at, head, self._head)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(4, 0)
        return sheet

    def _value(self, sheet: Any, row: int, at: int, figure: Figure | None) -> None:
        if figure is None or figure.value is None:
            sheet.write_string(row, at, "–")
            return
        metric = self._report.dictionary.metrics.get(figure.metric)
        sheet.write_number(row, at, float(figure.value), self._formats[_form(metric)])

    def _overview(self) -> None:
        say = self._report.say
        heads = [
            say("环节", "section"),
            say("指标", "metric"),
            say("分子", "numerator"),
            say("分母", "denominator"),
            say("值", "value"),
            say("环比（百分点或差）", "change"),
            say("同比（百分点或差）", "on the year"),
        ]
        sheet = self._sheet("总览", "overview", heads, (24, 34, 10, 10, 12, 14, 14))
        row, found = 4, self._report.by_name()
        for score in self._report.dictionary.scores.values():
            row = self._line(sheet, row, say("得分", "scores"), score.name, found)
        for section in self._report.dictionary.sections:
            for name in section.metrics:
                row = self._line(sheet, row, self._report.label(section), name, found)

    def _line(self, sheet: Any, row: int, section: str, name: str, found: Any) -> int:
        one = found.get(name)
        if one is None:
            return row
        sheet.write_string(row, 0, section)
        sheet.write_string(row, 1, self._report.metric_label(name))
        for at, number in ((2, one.figure.numerator), (3, one.figure.denominator)):
            if number is not None:
                sheet.write_number(row, at, number)
        self._value(sheet, row, 4, one.figure)
        metric = self._report.dictionary.metrics.get(name)
        points = 100 if metric is not None and metric.denominator is not None else 1
        for at, change in ((5, one.change), (6, one.year_change)):
            if change is not None:
                sheet.write_number(row, at, float(points * Decimal(change)), self._points)
        return row + 1

    def _stages(self) -> None:
        say = self._report.say
        parts = (say("按期", "in time"), say("超期", "overtime"), say("超期未办", "overdue and open"))
        sheet = self._sheet("各环节", "stages", [say("环节", "stage"), *parts], (28, 12, 12, 12))
        stages = self._report.stages()
        for row, stage in enumerate(stages, 4):
            sheet.write_string(row, 0, stage.label)
            for at, number in enumerate((stage.in_time, stage.overtime, stage.open_late), 1):
                sheet.write_number(row, at, number)
        if stages:
            chart = self._book.add_chart({"type": "bar", "subtype": "stacked"})
            for at, color in enumerate(("#4C9F70", "#E9A23B", "#C8443C"), 1):
                self._series(chart, sheet, at, len(stages), color)
            self._place(
                chart, sheet, say("各环节按期与超期", "in time and overtime by stage"), "F4", reverse=True
            )

    def _bodies(self, by: str) -> None:
        report = self._report
        shares = [
            name for name, metric in report.dictionary.metrics.items() if metric.denominator is not None
        ]
        scores = [*report.dictionary.scores.values()]
        rows = report.rows(by, [*shares, *(score.name for score in scores)])
        zh, en = BYS[by]
        heads = [report.say("编号", "number"), report.say(zh, en)]
        heads += [head for score in scores for head in (report.label(score), report.say("等次", "grade"))]
        heads += [report.metric_label(name) for name in shares]
        sheet = self._sheet(f"按{zh}", f"by {en}", heads, (18, 24))
        best = {score.name: {one.of: one for one in report.ranking(score, by)} for score in scores}
        places = best[scores[0].name] if scores else {}
        order = sorted(rows, key=lambda of: (places[of].place if of in places else 1 << 30, of))
        for row, of in enumerate(order, 4):
            sheet.write_string(row, 0, of)
            sheet.write_string(row, 1, report.names.of(by, of))
            for at, score in enumerate(scores):
                ranked = best[score.name].get(of)
                self._value(sheet, row, 2 + 2 * at, rows[of].get(score.name))
                grade = None if ranked is None else ranked.grade
                sheet.write_string(row, 3 + 2 * at, "–" if grade is None else report.say(grade.zh, grade.en))
            for at, name in enumerate(shares, 2 + 2 * len(scores)):
                self._value(sheet, row, at, rows[of].get(name))
        if scores and places:
            chart = self._book.add_chart({"type": "bar"})
            self._series(chart, sheet, 2, min(len(places), _MOST_BARS), "#2F6DB5", names=1)
            title = report.label(scores[0])
            self._place(chart, sheet, title, f"A{len(order) + 7}", reverse=True)

    def _post(self, name: str) -> None:
        report, post = self._report, self._report.dictionary.posts[name]
        rows = report.rows("worker", post.metrics)
        heads = [report.say("账号", "account"), report.say("姓名", "name")]
        heads += [report.metric_label(metric) for metric in post.metrics]
        sheet = self._sheet(f"岗位-{post.zh}", f"post {post.en}", heads, (38, 16))
        agency = report.by_name()
        sheet.write_string(4, 1, report.say("全体", "all"))
        for at, metric in enumerate(post.metrics, 2):
            one = agency.get(metric)
            self._value(sheet, 4, at, None if one is None else one.figure)
        for row, (of, figures) in enumerate(rows.items(), 5):
            sheet.write_string(row, 0, of)
            sheet.write_string(row, 1, report.names.of("worker", of))
            for at, metric in enumerate(post.metrics, 2):
                self._value(sheet, row, at, figures.get(metric))

    def _courses(self) -> None:
        report = self._report
        heads = [report.say("周期", "period"), *(course.label for course in report.courses)]
        sheet = self._sheet("趋势", "course", heads, (26,))
        for row, period in enumerate(report.periods, 4):
            sheet.write_string(row, 0, period)
            for at, course in enumerate(report.courses, 1):
                value = course.values[row - 4]
                if value is not None:
                    sheet.write_number(row, at, float(value), self._formats[_SCORE])
        if report.courses and report.periods:
            chart = self._book.add_chart({"type": "line"})
            for at in range(1, len(report.courses) + 1):
                self._series(chart, sheet, at, len(report.periods), None)
            self._place(
                chart, sheet, report.say("趋势", "course"), f"A{len(report.periods) + 7}", reverse=False
            )

    def _dictionary(self) -> None:
        say = self._report.say
        heads = [
            say("指标", "metric"), "中文", "English", say("分子", "numerator"), say("分母", "denominator"),
            say("依据", "source"), say("可信度", "confidence"),
        ]  # fmt: skip
        sheet = self._sheet("指标口径", "dictionary", heads, (26, 26, 34, 60, 60, 40, 10))
        for row, metric in enumerate(self._report.dictionary.metrics.values(), 4):
            counts = [
                _said(metric.numerator),
                "" if metric.denominator is None else _said(metric.denominator),
            ]
            texts = [metric.name, metric.zh, metric.en, *counts, metric.source, metric.confidence]
            for at, text in enumerate(texts):
                sheet.write_string(row, at, text)

    def _series(
        self, chart: Any, sheet: Any, at: int, rows: int, color: str | None, *, names: int = 0
    ) -> None:
        name = sheet.get_name()
        chart.add_series(
            {
                "name": [name, 3, at],
                "categories": [name, 4, names, 3 + rows, names],
                "values": [name, 4, at, 3 + rows, at],
                **({} if color is None else {"fill": {"color": color}}),
            }
        )

    def _place(self, chart: Any, sheet: Any, title: str, cell: str, *, reverse: bool) -> None:
        chart.set_title({"name": title})
        chart.set_size({"width": 760, "height": 420})
        if reverse:
            chart.set_y_axis({"reverse": True})  # first row on top
        sheet.insert_chart(cell, chart)


def xlsx_report(report: Report) -> bytes:
    """The file."""
    return WorkbookReport(report).bytes()


def _form(metric: Metric | None) -> str:
    if metric is None:
        return _SCORE
    return _WHOLE if metric.denominator is None else _SHARE


def _said(count: Count) -> str:
    """A count in one line of JSON."""
    where = {
        one.column: {"given": one.wanted} if one.values is None
        else [*one.values] if one.wanted else {"not": [*one.values]}
        for one in count.where
    }  # fmt: skip
    return json.dumps({"of": count.of, "where": where, "day": count.day}, ensure_ascii=False)
