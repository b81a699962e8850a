"""Procedures and calendars, as they were published: public, as law is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from gridwitness_api.parameters import WORD_FORM, ProcedureVersion, Year
from gridwitness_api.request_platform import PlatformHere
from gridwitness_api.schemas.rules import CalendarView, ProcedureList, ProcedureSummary, ProcedureView

router = APIRouter(prefix="/api/v1", tags=["rules"])


@router.get("/procedures", summary="程序列表 List published procedures")
def list_(
    platform: PlatformHere,
    procedure: Annotated[
        str | None, Query(pattern=WORD_FORM, max_length=32, description="general 一般程序, summary 简易程序")
    ] = None,
    in_force: Annotated[bool, Query(description="仅现行 Only what a case opened today falls under")] = False,
) -> ProcedureList:
    """无需登录。 Public: every version, the newest first."""
    with platform.transaction() as session:
        found = [ProcedureSummary.model_validate(item) for item in platform.rules.procedures(session)]
        return ProcedureList(
            items=[
                item
                for item in found
                if procedure in (None, item.procedure) and (item.in_force or not in_force)
            ]
        )


@router.get("/procedures/{version}", summary="查看程序 Show a procedure")
def show(version: ProcedureVersion, platform: PlatformHere) -> ProcedureView:
    """程序全文，docs/format.md 第 15 节。 The whole document, docs/format.md section 15."""
    with platform.transaction() as session:
        return ProcedureView.model_validate(platform.rules.procedure_view(session, version))


@router.get("/calendars/{year}", summary="工作日历 Show a year's calendar")
def calendar(year: Year, platform: PlatformHere) -> CalendarView:
    """未公布的年份为 404：从不推测。 404 for a year that is not published: never a guess."""
    with platform.transaction() as session:
        found: dict[str, Any] = platform.rules.calendar_view(session, year)
        return CalendarView.model_validate(found)
