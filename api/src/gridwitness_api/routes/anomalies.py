"""Anomalies: filed by detection, reviewed by records, read here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from gridwitness.errors import Forbidden, NotFound
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.plain_row import plain
from gridwitness.records import rfc3339
from gridwitness.trucks.anomaly_listing import AnomalyFilter, anomaly_page, parse_box, recorded_anomaly
from gridwitness.trucks.candidate_listing import candidate_page
from gridwitness.trucks.models_anomalies import AnomalyRow

from gridwitness_api.parameters import TEXT_FORM, AgencyQuery, Cursor, Limit, Subject
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.anomalies import (
    AnomalyList,
    AnomalyMap,
    AnomalyView,
    CandidateList,
    RecordedAnomaly,
)
from gridwitness_api.schemas.forms import TimeText, instant
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/anomalies", tags=["trucks"], route_class=StrictRoute)

PLATE_READERS = frozenset(
    {"officer", "checker", "duty_chief", "dispatcher", "agency_head", "legal_reviewer", "auditor"}
)
"""Roles that see whose anomaly it is, in its agency."""
_MILLION = 1_000_000
_Word = Annotated[str | None, Query(pattern=r"^[A-Za-z_]{1,32}$")]
_Number = Annotated[str | None, Query(pattern=TEXT_FORM, max_length=64)]


def _wanted(
    rule: _Word = None,
    state: _Word = None,
    level: _Word = None,
    plate: _Number = None,
    checkpoint: _Number = None,
    since: Annotated[TimeText | None, Query(alias="from", description="发生时间起 Occurred from")] = None,
    until: Annotated[TimeText | None, Query(alias="to", description="发生时间止 Occurred before")] = None,
    box: Annotated[str | None, Query(max_length=96, description="西,南,东,北 west,south,east,north")] = None,
) -> dict[str, Any]:
    return {
        "rule": rule,
        "state": state,
        "level": level,
        "plate": plate,
        "checkpoint": checkpoint,
        "since": None if since is None else instant(since),
        "until": None if until is None else instant(until),
        "box": None if box is None else parse_box(box),
    }


Wanted = Annotated[dict[str, Any], Depends(_wanted)]


@router.get("", summary="疑似异常列表 List anomalies")
def list_(
    caller: CallerHere, wanted: Wanted, agency: AgencyQuery = None, cursor: Cursor = None, limit: Limit = 100
) -> AnomalyList:
    """一个机关的疑似异常，最新在前。 An agency's anomalies, newest first."""
    items, following = _page(caller, wanted, agency, cursor, limit)
    return AnomalyList(items=items, next=following)


@router.get("/map", summary="疑似异常地图 Anomalies as GeoJSON")
def map_(
    caller: CallerHere, wanted: Wanted, agency: AgencyQuery = None, cursor: Cursor = None, limit: Limit = 500
) -> AnomalyMap:
    """同一列表的 GeoJSON；WGS 84。 The same list as GeoJSON, WGS 84."""
    items, following = _page(caller, wanted, agency, cursor, limit)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [item.lon_e6 / _MILLION, item.lat_e6 / _MILLION]},
            "properties": item.model_dump(),
        }
        for item in items
        if item.lat_e6 is not None and item.lon_e6 is not None
    ]
    return AnomalyMap(type="FeatureCollection", features=features, next=following)


@router.get("/candidates", summary="待查线索 Candidates")
def candidates(
    caller: CallerHere, rule: _Word = None, cursor: Cursor = None, limit: Limit = 100
) -> CandidateList:
    """证据不足以成为疑似异常的情形，供人工查看。 What is too weak to be an anomaly, for people to look at."""
    with caller.transaction() as (session, actor):
        actor.require(PLATE_READERS, actor.agency)
        page = candidate_page(session, rule, cursor, limit)
        return CandidateList.model_validate({"items": page.items, "next": page.cursor})


@router.get("/{sub}", summary="查看疑似异常 Show an anomaly")
def show(sub: Subject, caller: CallerHere) -> RecordedAnomaly:
    """疑似异常及其复核和记录。 An anomaly with its reviews and records."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        found = recorded_anomaly(session, sub)
        if not actor.may_read(found.row.agency):
            raise NotFound("anomaly-unknown", f"There is no anomaly {sub}.", "see GET /api/v1/anomalies")
        records = [
            {"jti": jti, "kind": kind, "seq": seq, "received_at": rfc3339(at)}
            for jti, kind, seq, at in found.records
        ]
        reviews = [plain(review) for review in found.reviews]
        return RecordedAnomaly.model_validate(
            {**_told(found.row, actor), "reviews": reviews, "records": records}
        )


def _page(
    caller: Any, wanted: dict[str, Any], agency: str | None, cursor: str | None, limit: int
) -> tuple[list[AnomalyView], str | None]:
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        if wanted["plate"] is not None and not actor.has(PLATE_READERS, agency):
            raise Forbidden(
                "role-missing", f"Who asks by plate is one of {sorted(PLATE_READERS)}.", "ask without a plate"
            )
        page = anomaly_page(session, AnomalyFilter(agency, **wanted), cursor, limit)
        return [AnomalyView.model_validate(_told(row, actor)) for row in page.rows], page.cursor


def _told(row: AnomalyRow, actor: Actor) -> dict[str, Any]:
    """The anomaly as this reader may see it."""
    shown = actor.has(PLATE_READERS, row.agency)
    told = plain(row, without=("effect",)) | {"plate_shown": shown}
    return told if shown else told | {"plate": None}
