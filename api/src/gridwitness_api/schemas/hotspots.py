"""Hotspots: snapshots, their cells as GeoJSON, and where to look."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_SNAPSHOT: dict[str, Any] = {
    "agency": "310000CG01",
    "number": 12,
    "family": "passages",
    "period_from": "2026-11-15T16:00:00Z",
    "period_to": "2026-11-22T16:00:00Z",
    "resolution": 8,
    "cells": 31,
    "suppressed": 9,
    "result": "9f86d081" * 8,
    "record": "0198f2a0-7c11-7abc-8def-0123456789ab",
    "block": 4021,
    "published_at": "2026-11-22T16:31:40Z",
}
_RING = [[120.19, 30.25], [120.2, 30.25], [120.2, 30.26], [120.19, 30.25]]
_FEATURE: dict[str, Any] = {
    "type": "Feature",
    "geometry": {"type": "Polygon", "coordinates": [_RING]},
    "properties": {
        "cell": "88309a5589fffff",
        "anomalies": 18,
        "trucks": 9,
        "per_1000": 12.5,
        "z": 4.21,
        "significant": True,
        "hours": [2, 9],
        "rules": ["ROUTE_DEV", "TIME_WIN"],
    },
}
_LIVE: dict[str, Any] = {
    "agency": "310000CG01",
    "family": "passages",
    "period_from": "2026-11-22T16:00:00Z",
    "period_to": "2026-11-29T16:00:00Z",
    "resolution": 8,
    "suppressed": 3,
}
_SUGGESTION: dict[str, Any] = {
    "checkpoint": "330106000001",
    "name": "文三路卡口",
    "road": "文三路",
    "latitude": 30.2765,
    "longitude": 120.1234,
    "hour": 23,
    "expected_per_hour": 1.7,
    "anomalies": 12,
    "trucks": 9,
    "rules": ["TIME_WIN"],
    "reason": {
        "zh": "7 天内该时段发现 12 起异常，涉及 9 辆车",
        "en": "12 anomalies of 9 trucks in this hour on 7 days",
    },
}


class SnapshotView(Answer):
    """A snapshot 高发区域快照; `block` is null until the chain has it."""

    model_config = ConfigDict(json_schema_extra=example(_SNAPSHOT))

    agency: str
    number: int
    family: str
    period_from: str
    period_to: str
    resolution: int
    cells: int
    suppressed: int
    result: str
    record: str
    block: int | None
    published_at: str | None


class SnapshotList(Answer):
    """Snapshots, newest first 快照列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_SNAPSHOT], "next": None}))

    items: list[SnapshotView]
    next: str | None


class CellGeometry(Answer):
    """The outline of a cell, longitude first 网格边界."""

    model_config = ConfigDict(json_schema_extra=example(_FEATURE["geometry"]))

    type: Literal["Polygon"]
    coordinates: list[list[list[float]]]


class CellProperties(Answer):
    """What a cell says 网格内容; `hours` are local and hold at least a tenth of its anomalies each."""

    model_config = ConfigDict(json_schema_extra=example(_FEATURE["properties"]))

    cell: str
    anomalies: int
    trucks: int
    per_1000: float
    z: float
    significant: bool
    hours: list[int]
    rules: list[str]


class CellFeature(Answer):
    """A cell as a GeoJSON feature 网格要素."""

    model_config = ConfigDict(json_schema_extra=example(_FEATURE))

    type: Literal["Feature"]
    geometry: CellGeometry
    properties: CellProperties


class SnapshotMap(Answer):
    """A snapshot's cells as a GeoJSON collection 快照地图."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"type": "FeatureCollection", "features": [_FEATURE], "snapshot": _SNAPSHOT}
        )
    )

    type: Literal["FeatureCollection"]
    features: list[CellFeature]
    snapshot: SnapshotView


class LivePeriod(Answer):
    """The running period of a live map 当前周期."""

    model_config = ConfigDict(json_schema_extra=example(_LIVE))

    agency: str
    family: str
    period_from: str
    period_to: str
    resolution: int
    suppressed: int


class LiveMap(Answer):
    """The running period's cells so far, on no chain 当前地图."""

    model_config = ConfigDict(
        json_schema_extra=example({"type": "FeatureCollection", "features": [_FEATURE], "live": _LIVE})
    )

    type: Literal["FeatureCollection"]
    features: list[CellFeature]
    live: LivePeriod


class SuggestionReason(Answer):
    """Why 理由."""

    model_config = ConfigDict(json_schema_extra=example(_SUGGESTION["reason"]))

    zh: str
    en: str


class SuggestionView(Answer):
    """A checkpoint and a local hour worth attention 建议布控点位与时段."""

    model_config = ConfigDict(json_schema_extra=example(_SUGGESTION))

    checkpoint: str
    name: str
    road: str | None
    latitude: float
    longitude: float
    hour: int
    expected_per_hour: float
    anomalies: int
    trucks: int
    rules: list[str]
    reason: SuggestionReason


class SuggestionList(Answer):
    """Suggestions, best first; from one finished period 建议列表."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "period_from": "2026-11-15T16:00:00Z",
                "period_to": "2026-11-22T16:00:00Z",
                "items": [_SUGGESTION],
            }
        )
    )

    period_from: str
    period_to: str
    items: list[SuggestionView]
