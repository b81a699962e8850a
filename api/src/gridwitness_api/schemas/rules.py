"""Procedures and calendars, as they are published."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_PROCEDURE: dict[str, Any] = {
    "version": "3f" * 32,
    "procedure": "general",
    "jurisdiction": "national",
    "title": {"zh": "行政处罚一般程序", "en": "General procedure"},
    "effective_from": "2021-07-15",
    "effective_to": None,
    "in_force": True,
}
_DOCUMENT = {"format": "gridwitness-procedure/1", "procedure": "general", "steps": []}
_CALENDAR: dict[str, Any] = {
    "calendar": "cn",
    "year": 2026,
    "holidays": ["2026-01-01"],
    "workdays": ["2026-01-04"],
    "source": "国务院办公厅关于2026年部分节假日安排的通知",
}


class ProcedureSummary(Answer):
    """A published version of a procedure 程序版本."""

    model_config = ConfigDict(json_schema_extra=example(_PROCEDURE))

    version: str
    procedure: str
    jurisdiction: str
    title: dict[str, str]
    effective_from: str
    effective_to: str | None
    in_force: bool
    """Whether a case opened today falls under it."""


class ProcedureList(Answer):
    """Published procedures 程序列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_PROCEDURE]}))

    items: list[ProcedureSummary]


class ProcedureView(ProcedureSummary):
    """A version with its document, docs/format.md section 15 程序文本."""

    model_config = ConfigDict(json_schema_extra=example({**_PROCEDURE, "document": _DOCUMENT}))

    document: dict[str, Any]


class CalendarView(Answer):
    """A year's working days 工作日历: Monday to Friday without `holidays`, and `workdays`."""

    model_config = ConfigDict(json_schema_extra=example(_CALENDAR))

    calendar: str
    year: int
    holidays: list[str]
    workdays: list[str]
    source: str
