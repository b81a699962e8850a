"""A vehicle's passages, for an open case and with a reason; every answer is recorded before it leaves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from gridwitness.plain_row import plain
from gridwitness.trucks import Question

from gridwitness_api.case_access import REFUSAL_READERS, readable_case
from gridwitness_api.parameters import SUBJECT_FORM
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.anomalies import (
    PassageView,
    VehiclePassagesView,
    VehicleReadingList,
    VehicleReadingView,
)
from gridwitness_api.schemas.forms import TimeText, instant
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/passages", tags=["trucks"], route_class=StrictRoute)
_CASE_FORM = r"^([0-9a-f]{32}|[0-9A-Z]{6,18}-[0-9]{4}-[0-9]{6,9})$"


@router.get("", summary="查询一辆车的过车记录 A vehicle's passages")
def list_(
    caller: CallerHere,
    plate: Annotated[str, Query(max_length=32, description="号牌 Plate")],
    case: Annotated[str, Query(pattern=_CASE_FORM, description="在办案件 Open case: subject or number")],
    reason: Annotated[str, Query(max_length=500, description="查询理由 Why, at least 5 characters")],
    since: Annotated[TimeText, Query(alias="from", description="过车时间起 From")],
    until: Annotated[TimeText, Query(alias="to", description="过车时间止 Before; at most 31 days")],
    anomaly: Annotated[
        str | None, Query(pattern=SUBJECT_FORM, description="所证明的疑似异常 The anomaly it is to prove")
    ] = None,
) -> VehiclePassagesView:
    """须为在办案件并说明理由；每次查询均留痕。

    For an open case of an agency in which one is officer or police node; each question is recorded.
    """
    asked = Question(plate, case, reason, instant(since), instant(until), anomaly)
    with caller.transaction() as (session, actor):
        found = caller.platform.vehicles.passages(session, actor, asked)
        shown = VehiclePassagesView(
            plate=found.plate,
            case=found.case.sub,
            reading=str(found.reading),
            total=found.total,
            items=[PassageView.model_validate(plain(row)) for row in found.passages],
        )
    return shown  # committed: the reading stands


@router.get("/readings", summary="过车记录的查阅留痕 Who asked for passages")
def readings(
    caller: CallerHere, case: Annotated[str, Query(pattern=SUBJECT_FORM, description="案件主体 Case")]
) -> VehicleReadingList:
    """一个案件中谁查询过哪辆车。 Who asked for which vehicle in a case."""
    with caller.transaction() as (session, actor):
        row = readable_case(session, actor, case)
        actor.require(REFUSAL_READERS, row.agency)
        found = caller.platform.vehicles.readings(session, case)
        items = [VehicleReadingView.model_validate(plain(reading)) for reading in found]
        return VehicleReadingList(items=items)
