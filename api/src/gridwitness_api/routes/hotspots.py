"""Hotspots for those who watch the roads: snapshots as on the chain, the running period, where to look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from gridwitness.errors import InvalidInput
from gridwitness.hotspots.cells import RULES, Cell
from gridwitness.hotspots.listing import Standing, find_snapshot, snapshot_page
from gridwitness.hotspots.periods import Period, period_at
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.parameters import AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.hotspots import LiveMap, SnapshotList, SnapshotMap, SnapshotView, SuggestionList
from gridwitness_api.strict_body import StrictRoute

if TYPE_CHECKING:
    from gridwitness.hotspots.live import Suggestion

router = APIRouter(prefix="/api/v1/hotspots", tags=["hotspots"], route_class=StrictRoute)

Family = Literal["passages", "positions"]
FamilyQuery = Annotated[Family, Query(description="过车类或轨迹类 Rules of passages, or of positions")]
Number = Annotated[int, Path(ge=1, lt=2**31, description="快照编号 Number of a snapshot", examples=[12])]
RuleQuery = Annotated[
    str | None, Query(pattern=f"^({'|'.join(RULES)})$", description="只看此规则 Only with this rule")
]
HourQuery = Annotated[
    int | None, Query(ge=0, le=23, description="只看此时段（当地时间） Only this local hour")
]
BoxQuery = Annotated[
    str | None,
    Query(
        max_length=100,
        pattern=r"^-?[0-9.]+(,-?[0-9.]+){3}$",
        description="范围：西,南,东,北 Box: west, south, east, north in degrees",
        examples=["120.0,30.1,120.4,30.4"],
    ),
]


@router.get("", summary="高发区域快照列表 List hotspot snapshots")
def list_(
    caller: CallerHere,
    agency: AgencyQuery = None,
    family: Annotated[Family | None, Query(description="过车类或轨迹类 Family")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> SnapshotList:
    """一个机关的快照，由新到旧；已上链的注明区块。 An agency's snapshots, newest first."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        found = snapshot_page(session, agency, family, _before(cursor), limit + 1)
        shown = [SnapshotView.model_validate(_snapshot(one)) for one in found[:limit]]
        following = encode_cursor(str(shown[-1].number)) if len(found) > limit else None
        return SnapshotList(items=shown, next=following)


@router.get("/live", summary="当前高发区域 The running period")
def live(
    caller: CallerHere,
    agency: AgencyQuery = None,
    family: FamilyQuery = "passages",
    bbox: BoxQuery = None,
    rule: RuleQuery = None,
    hour: HourQuery = None,
) -> LiveMap:
    """本周期至今的地图，未上链；车辆或单位过少的网格不予显示。

    The map of the running period so far; on no chain. The privacy floor holds.
    """
    from gridwitness.hotspots.live import current_period, live_map  # noqa: PLC0415 - loads numpy and h3

    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        settings = caller.platform.settings
        period = current_period(settings, caller.platform.clock.now())
        found = live_map(session, settings, agency, family, period, rule=rule, hour=hour)
        return LiveMap.model_validate(
            {
                "type": "FeatureCollection",
                "features": _features(found.cells, bbox),
                "live": {
                    "agency": agency,
                    "family": family,
                    **_period(period),
                    "resolution": found.resolution,
                    "suppressed": found.suppressed,
                },
            }
        )


@router.get("/suggestions", summary="建议布控点位与时段 Where and when to look")
def suggest(caller: CallerHere, agency: AgencyQuery = None) -> SuggestionList:
    """由上一周期得出：各卡口各时段预期发现数，附理由；不上链。

    From the last finished period: checkpoints and hours by expected catches, with reasons; on no chain.
    """
    from gridwitness.hotspots.live import current_period, suggestions  # noqa: PLC0415 - loads numpy and h3

    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        settings = caller.platform.settings
        running = current_period(settings, caller.platform.clock.now())
        before = running.begins - timedelta(seconds=1)
        last = period_at(before, settings.hotspot_period_days, settings.zone)
        found = suggestions(session, settings, agency, last)
        return SuggestionList.model_validate({**_period(last), "items": [_suggestion(one) for one in found]})


@router.get("/{number}", summary="查看快照 Show a snapshot")
def show(
    number: Number,
    caller: CallerHere,
    agency: AgencyQuery = None,
    bbox: BoxQuery = None,
    rule: RuleQuery = None,
    hour: HourQuery = None,
) -> SnapshotMap:
    """快照的网格（GeoJSON），可按范围、规则、时段筛选；与链上内容一致。

    A snapshot's cells as GeoJSON, as the chain has them; `rule` and `hour` choose among the cells.
    """
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        found = find_snapshot(session, agency, number)
        cells = [
            cell
            for cell in found.cells
            if (rule is None or rule in cell.rule_list) and (hour is None or hour in cell.hour_list)
        ]
        return SnapshotMap.model_validate(
            {
                "type": "FeatureCollection",
                "features": _features(cells, bbox),
                "snapshot": _snapshot(found),
            }
        )


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    if not position.isascii() or not position.isdecimal() or len(position) > 9:
        raise cursor_invalid()
    return int(position)


def _period(period: Period) -> dict[str, str]:
    return {"period_from": rfc3339(period.begins), "period_to": rfc3339(period.ends)}


def _snapshot(found: Standing) -> dict[str, Any]:
    row, publication = found.row, found.publication
    return {
        "agency": row.agency,
        "number": row.number,
        "family": row.family,
        "period_from": rfc3339(row.period_from),
        "period_to": rfc3339(row.period_to),
        "resolution": row.resolution,
        "cells": len(found.cells),
        "suppressed": row.suppressed,
        "result": row.result,
        "record": str(row.record),
        "block": None if publication is None else publication.block_number,
        "published_at": None if publication is None else rfc3339(publication.block_time),
    }


def _features(cells: Iterable[Cell], bbox: str | None) -> list[dict[str, Any]]:
    from gridwitness.hotspots.geography import boundary, centre  # noqa: PLC0415 - loads numpy and h3

    box = _box(bbox)
    features = []
    for cell in cells:
        lat, lon = centre(cell.cell)
        if box is not None and not (box[0] <= lon <= box[2] and box[1] <= lat <= box[3]):
            continue
        ring = [[round(part, 7) for part in corner] for corner in boundary(cell.cell)]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "geometry": geometry, "properties": _properties(cell)})
    return features


def _properties(cell: Cell) -> dict[str, Any]:
    return {
        "cell": f"{cell.cell:x}",
        "anomalies": cell.anomalies,
        "trucks": cell.trucks,
        "per_1000": cell.rate / 10,
        "z": cell.z / 100,
        "significant": cell.significant,
        "hours": cell.hour_list,
        "rules": cell.rule_list,
    }


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    """West, south, east, north. Raises InvalidInput `box-invalid`."""
    if text is None:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise _box_invalid(text) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _box_invalid(text)
    return west, south, east, north


def _box_invalid(text: str) -> InvalidInput:
    return InvalidInput("box-invalid", f"{text} is no box.", "give west,south,east,north in degrees")


def _suggestion(one: Suggestion) -> dict[str, Any]:
    return {
        "checkpoint": one.checkpoint,
        "name": one.name,
        "road": one.road,
        "latitude": one.lat_e6 / 1e6,
        "longitude": one.lon_e6 / 1e6,
        "hour": one.hour,
        "expected_per_hour": round(one.expected, 3),
        "anomalies": one.anomalies,
        "trucks": one.trucks,
        "rules": list(one.rules),
        "reason": {
            "zh": f"{one.days} 天内该时段发现 {one.anomalies} 起异常，涉及 {one.trucks} 辆车",
            "en": f"{one.anomalies} anomalies of {one.trucks} trucks in this hour on {one.days} days",
        },
    }
