"""Procedures and calendars, as they were published: public, as law is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from gridwitness.errors import NotFound
from gridwitness.platform import Platform
from gridwitness.records import record_row, stored_record
from gridwitness.rules import VersionRow
from sqlalchemy.orm import Session

from gridwitness_api.parameters import WORD_FORM, ProcedureVersion, Year
from gridwitness_api.request_platform import PlatformHere
from gridwitness_api.schemas.rules import CalendarView, ProcedureList, ProcedureSummary, ProcedureView

router = APIRouter(prefix="/api/v1", tags=["rules"])

_PROCEDURE = "procedure/"


@router.get("/procedures", summary="程序列表 List published procedures")
def list_(
    platform: PlatformHere,
    procedure: Annotated[
        str | None, Query(pattern=WORD_FORM, max_length=32, description="general 一般程序, summary 简易程序")
    ] = None,
    in_force: Annotated[bool, Query(description="仅现行 Only what a case opened today falls under")] = False,
) -> ProcedureList:
    """无需登录；新版在前。 Public: every version, the newest first."""
    with platform.transaction() as session:
        rows = [row for row in reversed(platform.rules.versions(session)) if row.name.startswith(_PROCEDURE)]
        found = [_summary(platform, session, row) for row in rows]
    return ProcedureList(
        items=[
            item for item in found if procedure in (None, item.procedure) and (item.in_force or not in_force)
        ]
    )


@router.get("/procedures/{version}", summary="查看程序 Show a procedure")
def show(version: ProcedureVersion, platform: PlatformHere) -> ProcedureView:
    """程序全文，docs/format.md 第 15 节。 The whole document, docs/format.md section 15."""
    with platform.transaction() as session:
        found = platform.rules.procedure(session, version)
        row = next(row for row in platform.rules.versions(session) if row.digest == version)
        summary = _summary(platform, session, row)
        return ProcedureView(**summary.model_dump(), document=dict(found.content))


@router.get("/calendars/{year}", summary="工作日历 Show a year's calendar")
def calendar(year: Year, platform: PlatformHere) -> CalendarView:
    """未公布的年份为 404：从不推测。 404 for a year that is not published: never a guess."""
    with platform.transaction() as session:
        name = f"calendar/cn/{year}"
        rows = [row for row in platform.rules.versions(session) if row.name == name]
        if not rows:
            raise NotFound(
                "calendar-unpublished",
                f"The calendar of {year} is not published.",
                "an operator publishes it: `gridwitness calendar publish`",
            )
        content = stored_record(record_row(session, rows[-1].record)).fields["content"]
        return CalendarView.model_validate(content)


def _summary(platform: Platform, session: Session, row: VersionRow) -> ProcedureSummary:
    found = platform.rules.procedure(session, row.digest)
    try:
        current = platform.rules.current(session, found.procedure, platform.cases.today())
    except NotFound:
        current = None
    return ProcedureSummary(
        version=row.digest,
        procedure=found.procedure,
        jurisdiction=found.jurisdiction,
        title=dict(found.content["title"]),
        effective_from=row.effective_from.isoformat(),
        effective_to=None if row.effective_to is None else row.effective_to.isoformat(),
        in_force=current is not None and current.version == row.digest,
    )
