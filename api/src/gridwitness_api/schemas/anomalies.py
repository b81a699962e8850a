"""Anomalies, their reviews, and a vehicle's passages."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_SUB = "9f86d081884c7d659a2feaa0c55ad015"
_JTI = "0198f2a0-7c11-7abc-8def-0123456789ab"
_ACCOUNT = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"
_ENTRY = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"
_REASON = {
    "zh": "不在核准的运输时间内：卡口 K017。",
    "en": "outside the hours the permit allows: checkpoint K017.",
}
_ANOMALY: dict[str, Any] = {
    "sub": _SUB,
    "agency": "310000CG01",
    "rule": "TIME_WIN",
    "rules": "3f" * 32,
    "key": "TIME_WIN/kakou:1207:0",
    "state": "suspected",
    "grounds": "suspected",
    "level": "event",
    "plate": "浙A12345",
    "plate_color": "yellow",
    "plate_shown": True,
    "carrier": "C017",
    "checkpoint": "K017",
    "lat_e6": 30278900,
    "lon_e6": 120118700,
    "cell": "8a309a552b47fff",
    "occurred_at": "2026-05-01T04:00:00Z",
    "until": None,
    "permit": "P2026-017@1",
    "assurance": "network",
    "device_standing": "reviewed",
    "reason": _REASON,
    "measured": {"local_time": "12:00"},
    "entry": _ENTRY,
}
_REVIEW: dict[str, Any] = {
    "jti": _JTI,
    "entry": _ENTRY,
    "outcome": "upheld",
    "reason": "原图复核一致",
    "second_source": "车载终端轨迹",
    "files": 0,
    "reviewer": _ACCOUNT,
    "reviewed_at": "2026-05-01T06:00:00Z",
}
_RECORD = {"jti": _JTI, "kind": "truck.anomaly.v2", "seq": 0, "received_at": "2026-05-01T04:01:00Z"}
_PASSAGE: dict[str, Any] = {
    "feed": "kakou",
    "serial": 1207,
    "item": 0,
    "captured_at": "2026-05-01T04:00:00Z",
    "checkpoint": "K017",
    "device": "33010600001190000017",
    "lane": 2,
    "plate_color": "yellow",
    "vehicle_class": "01",
    "brand": None,
    "color": None,
    "speed_kmh": 42,
    "reliability": 97,
}


class AnomalyView(Answer):
    """An anomaly 疑似异常. `plate` is null where it was erased, and where the role does not see it."""

    model_config = ConfigDict(json_schema_extra=example(_ANOMALY))

    sub: str
    agency: str
    rule: str
    rules: str
    key: str
    state: str
    grounds: str
    """What the newest record of detection says: its ground may go after a review."""
    level: str
    plate: str | None
    plate_color: str | None
    plate_shown: bool
    carrier: str | None
    checkpoint: str | None
    lat_e6: int | None
    lon_e6: int | None
    cell: str | None
    occurred_at: str
    until: str | None
    permit: str | None
    assurance: str
    device_standing: str | None
    reason: dict[str, str]
    measured: dict[str, str]
    entry: str
    """Entry digest that a review names."""


class AnomalyList(Answer):
    """Anomalies, newest first 疑似异常列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_ANOMALY], "next": None}))

    items: list[AnomalyView]
    next: str | None


class AnomalyReviewView(Answer):
    """One review of an anomaly 复核."""

    model_config = ConfigDict(json_schema_extra=example(_REVIEW))

    jti: str
    entry: str
    outcome: str
    reason: str
    second_source: str | None
    files: int
    reviewer: str
    reviewed_at: str


class AnomalyRecord(Answer):
    """One record in the anomaly's subject 记录."""

    model_config = ConfigDict(json_schema_extra=example(_RECORD))

    jti: str
    kind: str
    seq: int
    received_at: str


class RecordedAnomaly(AnomalyView):
    """An anomaly with its reviews and records 疑似异常及其复核."""

    model_config = ConfigDict(
        json_schema_extra=example({**_ANOMALY, "reviews": [_REVIEW], "records": [_RECORD]})
    )

    reviews: list[AnomalyReviewView]
    records: list[AnomalyRecord]


_CANDIDATE: dict[str, Any] = {
    "key": "TIME_WIN/kakou:1207:0",
    "rule": "TIME_WIN",
    "plate": "浙A12345",
    "checkpoint": "K017",
    "at": "2026-05-01T04:00:00Z",
    "needs": 2,
    "reason": _REASON,
    "measured": {"local_time": "12:00"},
}


class CandidateView(Answer):
    """A hit that stands alone 待查线索: no anomaly until `needs` like it are there."""

    model_config = ConfigDict(json_schema_extra=example(_CANDIDATE))

    key: str
    rule: str
    plate: str
    checkpoint: str | None
    at: str
    needs: int
    reason: dict[str, str]
    measured: dict[str, str]


class CandidateList(Answer):
    """Candidates, newest first 待查线索列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_CANDIDATE], "next": None}))

    items: list[CandidateView]
    next: str | None


class AnomalyMap(Answer):
    """Anomalies as GeoJSON (RFC 7946) 疑似异常地图; those without a place are left out."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "geometry": {"type": "Point", "coordinates": [120.1187, 30.2789]},
                        "properties": _ANOMALY,
                    }
                ],
                "next": None,
            }
        )
    )

    type: str
    features: list[dict[str, Any]]
    next: str | None


class PassageView(Answer):
    """One passage at a checkpoint 过车."""

    model_config = ConfigDict(json_schema_extra=example(_PASSAGE))

    feed: str
    serial: int
    item: int
    captured_at: str
    checkpoint: str
    device: str | None
    lane: int | None
    plate_color: str | None
    vehicle_class: str | None
    brand: str | None
    color: str | None
    speed_kmh: int | None
    reliability: int | None


class VehiclePassagesView(Answer):
    """A vehicle's passages, and the recorded reading 车辆过车记录（查阅留痕）."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"plate": "浙A12345", "case": _SUB, "reading": _ACCOUNT, "total": 1, "items": [_PASSAGE]}
        )
    )

    plate: str
    case: str
    reading: str
    total: int
    """All there are; `items` holds at most 1,000."""
    items: list[PassageView]


_READING: dict[str, Any] = {
    "id": _ACCOUNT,
    "agency": "310000CG01",
    "account": _ACCOUNT,
    "case_sub": _SUB,
    "plate": "浙A12345",
    "reason": "核查运输时间",
    "anomaly": None,
    "captured_from": "2026-05-01T00:00:00Z",
    "captured_to": "2026-05-02T00:00:00Z",
    "passages": 3,
    "read_at": "2026-05-03T01:00:00Z",
}


class VehicleReadingView(Answer):
    """Who asked for a vehicle's passages 查阅记录."""

    model_config = ConfigDict(json_schema_extra=example(_READING))

    id: str
    agency: str
    account: str
    case_sub: str
    plate: str | None
    reason: str
    anomaly: str | None
    captured_from: str
    captured_to: str
    passages: int
    read_at: str


class VehicleReadingList(Answer):
    """Readings of a case, oldest first 查阅记录列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_READING]}))

    items: list[VehicleReadingView]
