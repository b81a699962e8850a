"""The forms a report has; only the libraries of the one asked for are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gridwitness.performance.report_content import Report

FORMS: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
"""By ending, its media type."""


def written(report: Report, form: str, made: datetime) -> bytes:
    """The file in one of `FORMS`; `made`: when, which a paper says."""
    if form == "xlsx":
        from gridwitness.performance.report_xlsx import xlsx_report  # noqa: PLC0415 - loads xlsxwriter

        return xlsx_report(report)
    if form == "pdf":
        from gridwitness.performance.report_pdf import pdf_report  # noqa: PLC0415 - loads fonts and fpdf2

        return pdf_report(report, made)
    from gridwitness.performance.report_csv import csv_report  # noqa: PLC0415

    return csv_report(report)
