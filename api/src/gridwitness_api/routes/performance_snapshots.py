"""Figures of periods that are over, fixed by records."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.performance import Days, PerformanceSnapshotRow
from gridwitness.performance.access import FIXERS, sight
from gridwitness.performance.making import find_snapshot, snapshot_page
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AgencyQuery, Cursor, Limit
from gridwitness_api.performance_questions import day_named
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.performance import (
    NewPerformanceSnapshot,
    PerformanceSnapshotList,
    PerformanceSnapshotView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/performance/snapshots", tags=["performance"], route_class=StrictRoute)

Number = Annotated[int, Path(ge=1, lt=2**31, description="编号 Number of a snapshot", examples=[3])]


@router.get("", summary="考核结果列表 List fixed figures")
def snapshots(
    caller: CallerHere, agency: AgencyQuery = None, cursor: Cursor = None, limit: Limit = 100
) -> PerformanceSnapshotList:
    """已固定的考核结果，由新到旧。 Fixed figures, newest first."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        found = snapshot_page(session, agency, _before(cursor), limit + 1)
        shown = [PerformanceSnapshotView.model_validate(_snapshot(row)) for row in found[:limit]]
        following = encode_cursor(str(shown[-1].number)) if len(found) > limit else None
        return PerformanceSnapshotList(items=shown, next=following)


@router.get("/{number}", summary="查看考核结果 Show fixed figures")
def snapshot(number: Number, caller: CallerHere, agency: AgencyQuery = None) -> PerformanceSnapshotView:
    """一次固定的考核结果；指标值在所列文件中，可独立重算。

    One snapshot; the figures are in the file it names, and anybody can recompute them.
    """
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        return PerformanceSnapshotView.model_validate(_snapshot(find_snapshot(session, agency, number)))


@router.post("", status_code=201, summary="固定考核结果 Fix figures", response_model=PerformanceSnapshotView)
def fix(body: NewPerformanceSnapshot, write: WriteHere) -> Response:
    """将已结束周期的考核结果固定为记录；仍有环节未上链时为 409 `snapshot-behind`，稍后再试。

    Figures of a period that is over become a record. 409 while steps of its events are not anchored yet.
    """

    def step(session: Session, actor: Actor) -> Written:
        platform = write.caller.platform
        agency = body.agency or actor.agency
        actor.require(FIXERS, agency)
        sight(actor, agency, platform.territories.at(session)).require_whole()
        days = Days(day_named(body.first), day_named(body.last))
        row = platform.performance.snapshot(session, agency, days, body.title, by=str(actor.account))
        view = PerformanceSnapshotView.model_validate(_snapshot(row))
        return Written(201, view, f"/api/v1/performance/snapshots/{row.number}?agency={agency}")

    return write.once(body, step)


def _snapshot(row: PerformanceSnapshotRow) -> dict[str, Any]:
    (file,) = row.files
    return {
        "agency": row.agency,
        "number": row.number,
        "title": row.title,
        "period_from": rfc3339(row.period_from),
        "period_to": rfc3339(row.period_to),
        "metrics": row.metrics,
        "size": row.size,
        "events": row.events,
        "result": row.result,
        "record": str(row.record),
        "file": {name: file[name] for name in ("sha256", "sm3", "size", "type")},
    }


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    if not position.isascii() or not position.isdecimal() or len(position) > 9:
        raise cursor_invalid()
    return int(position)
