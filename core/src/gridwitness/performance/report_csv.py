"""A report as CSV (RFC 4180, UTF-8 with a mark, so that spreadsheets read the Chinese): one figure a line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from gridwitness.performance.comparison import Compared
from gridwitness.performance.naming import BYS
from gridwitness.performance.report_content import Report

_HEAD = (
    ("分类", "by"),
    ("编号", "of"),
    ("名称", "name"),
    ("指标", "metric"),
    ("指标名称", "label"),
    ("分子", "numerator"),
    ("分母", "denominator"),
    ("值", "value"),
    ("上期", "period before"),
    ("环比", "change"),
    ("去年同期", "year before"),
    ("同比", "change to the year before"),
)
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_report(report: Report) -> bytes:
    """The file. What a spreadsheet would take for a formula is written as text."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([report.say(zh, en) for zh, en in _HEAD])
    writer.writerows(_lines(report))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(report: Report) -> Iterator[list[str]]:
    agency = [*report.compared]
    others = [Compared(one, None, None) for one in report.figures if one.by != "agency"]
    for one in agency + others:
        figure = one.figure
        yield [
            report.say(*BYS[figure.by]),
            _text(figure.of),
            _text(report.names.of(figure.by, figure.of)),
            figure.metric,
            _text(report.metric_label(figure.metric)),
            _number(figure.numerator),
            _number(figure.denominator),
            figure.value or "",
            one.before or "",
            one.change or "",
            one.year_before or "",
            one.year_change or "",
        ]


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text
