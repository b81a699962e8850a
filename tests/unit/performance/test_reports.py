"""Reports in every form: the figures' numbers, charts that stand on them, both languages, no formulas."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from gridwitness.performance.comparison import compare
from gridwitness.performance.dictionary import bundled_dictionary
from gridwitness.performance.figures import figures
from gridwitness.performance.naming import Names
from gridwitness.performance.report_content import Course, Language, Report
from gridwitness.performance.report_csv import csv_report
from gridwitness.performance.report_pdf import pdf_report
from gridwitness.performance.report_xlsx import xlsx_report
from pypdf import PdfReader

AGENCY, WORKER = "330100CG", "00000000-0000-0000-0000-000000000001"
EVIL = '=HYPERLINK("http://x")'
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def report(language: Language) -> Report:
    """Every count 3 for the agency and U1, but 1 for the shares' numerators of U2."""
    dictionary = bundled_dictionary()
    every = {count: 3 for count in dictionary.counts()}
    due = {metric.denominator: 4 for metric in dictionary.metrics.values() if metric.denominator is not None}
    tallies = {
        ("agency", AGENCY): every,
        ("unit", "U1"): every | due,
        ("unit", "U2"): {dictionary.metrics["handling_rate"].denominator: 2},
        ("grid", "330106001"): every,
        ("worker", WORKER): every,
    }
    found = figures(dictionary, tallies, AGENCY, ("agency", "unit", "grid", "worker", "post"))  # type: ignore[arg-type]
    agency = [one for one in found if one.by == "agency"]
    before = [one for one in figures(dictionary, {}, AGENCY, ("agency",))]
    names = {
        ("unit", "U1"): "市政 <处>",
        ("unit", "U2"): EVIL,
        ("worker", WORKER): "张三",
        ("agency", AGENCY): "示范市局",
    }
    course = Course("按期处置率", (None, Decimal("41.5"), Decimal(90)))
    return Report(
        language=language,
        agency="示范市局",
        first="2026-11-01",
        last="2026-11-30",
        dictionary=dictionary,
        names=Names(names),
        compared=compare(agency, before, agency),
        figures=found,
        periods=["2026-09-01…", "2026-10-01…", "2026-11-01…"],
        courses=[course],
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_workbook_with_charts_of_its_own(language: Language) -> None:
    data = xlsx_report(report(language))
    assert data == xlsx_report(report(language))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    charts = [text for name, text in parts.items() if "charts/chart" in name]
    assert len(charts) == 4  # stages, units, grids, course
    assert all("<c:f>" in chart for chart in charts)
    assert not any("<f>" in text for name, text in parts.items() if "worksheets" in name)
    strings = parts["xl/sharedStrings.xml"]
    word = {"zh": "按期处置率", "en": "handled in time of those due"}[language]
    assert word in strings and "张三" in strings and "HYPERLINK" in strings
    sheets = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"])
    assert len(sheets) == 6 + len(bundled_dictionary().posts) and len(set(sheets)) == len(sheets)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_table_of_every_figure(language: Language) -> None:
    made = report(language)
    data = csv_report(made)
    assert data.startswith(b"\xef\xbb\xbf")
    head, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert len(lines) == len(made.figures) and len(head) == 12
    (one,) = [line for line in lines if line[1] == "U1" and line[3] == "handling_rate"]
    assert one[2:9] == [
        "市政 <处>",
        "handling_rate",
        made.metric_label("handling_rate"),
        "3",
        "4",
        "0.750000",
        "",
    ]
    assert {line[2] for line in lines if line[1] == "U2"} == {"'" + EVIL}
    (whole,) = [line for line in lines if line[0] in ("机关", "agency") and line[3] == "urged"]
    assert whole[7:] == ["3", "0", "3", "3", "0"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_paper_with_charts(language: Language) -> None:
    data = pdf_report(report(language), NOW)
    assert data == pdf_report(report(language), NOW)
    pages = PdfReader(io.BytesIO(data)).pages
    text = "".join(page.extract_text() for page in pages)
    assert {"zh": "示范市局 考核报告", "en": "Performance report of"}[language] in text
    assert {"zh": "各环节", "en": "Stages"}[language] in text
    assert "100.00%" in text and "3 / 3 / 3" in text and "HYPERLINK" in text
    drawn = b"".join(page.get_contents().get_data() for page in pages)  # type: ignore[union-attr]
    assert drawn.count(b" re f") > 60 and b" l" in drawn
