"""Registers of trucks, permits and places. Places in objects: millionths of a degree, longitude first."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_PERIOD = {"valid_from": "2026-01-01T00:00:00Z", "valid_to": None}
_ENTRY = {"sub": "9f86d081884c7d659a2feaa0c55ad015", "agency": "310000CG01"}
_CARRIER = {"carrier": "C017", **_ENTRY, "name": "示范渣土运输有限公司", "licence": None, **_PERIOD}
_TRUCK: dict[str, Any] = {
    "plate": "浙A12345",
    **_ENTRY,
    "plate_color": "yellow",
    "carrier": "C017",
    "vehicle_class": "01",
    "brand": "陕汽",
    "color": "绿",
    "rated_kg": 15500,
    **_PERIOD,
}
_RING = {"ring": [[120150000, 30280000], [120152000, 30280000], [120152000, 30282000], [120150000, 30280000]]}
_SITE = {"site": "S01", **_ENTRY, "category": "construction", "name": "示范工地", "area": _RING, **_PERIOD}
_CHECKPOINT: dict[str, Any] = {
    "checkpoint": "K017",
    **_ENTRY,
    "name": "文三路卡口",
    "device": "33010600001190000017",
    "latitude": "30.2765",
    "longitude": "120.1234",
    "datum": "GCJ02",
    "lat_e6": 30278900,
    "lon_e6": 120118700,
    "road": "文三路",
    "direction": "东向西",
    **_PERIOD,
}
_PERMIT: dict[str, Any] = {
    "permit": "P2026-017",
    "version": 1,
    **_ENTRY,
    "carrier": "C017",
    "plates": ["浙A12345"],
    "site": "S01",
    "dumps": ["D01"],
    "checkpoints": ["K017"],
    "corridor": {"line": [[120150000, 30280000], [120160000, 30290000]]},
    "windows": {"windows": [{"from": "21:00", "to": "06:00"}]},
    "valid_from": "2026-01-01T00:00:00Z",
    "valid_to": "2026-07-01T00:00:00Z",
    "state": "valid",
}
_TERMINAL = {"terminal": "013912345678", **_ENTRY, "plate": "浙A12345", **_PERIOD}


class _Entry(Answer):
    """What every entry has: its subject, its agency, and when it holds, `[valid_from, valid_to)`."""

    sub: str
    agency: str
    valid_from: str
    valid_to: str | None


class CarrierView(_Entry):
    """A transport company 运输单位."""

    model_config = ConfigDict(json_schema_extra=example(_CARRIER))

    carrier: str
    name: str
    licence: str | None


class TruckView(_Entry):
    """A muck truck 渣土车."""

    model_config = ConfigDict(json_schema_extra=example(_TRUCK))

    plate: str
    plate_color: str
    carrier: str
    vehicle_class: str | None
    brand: str | None
    color: str | None
    rated_kg: int | None


class SiteView(_Entry):
    """A construction site or dump site 工地、消纳场."""

    model_config = ConfigDict(json_schema_extra=example(_SITE))

    site: str
    category: str
    name: str
    area: dict[str, Any]


class CheckpointView(_Entry):
    """A checkpoint 卡口: its place as registered in `datum`, and in WGS 84 (`lat_e6`, `lon_e6`)."""

    model_config = ConfigDict(json_schema_extra=example(_CHECKPOINT))

    checkpoint: str
    name: str
    device: str
    latitude: str
    longitude: str
    datum: str
    lat_e6: int
    lon_e6: int
    road: str | None
    direction: str | None


class PermitView(_Entry):
    """One version of a disposal permit 处置核准."""

    model_config = ConfigDict(json_schema_extra=example(_PERMIT))

    permit: str
    version: int
    carrier: str
    plates: list[str]
    site: str
    dumps: list[str]
    checkpoints: list[str] | None
    corridor: dict[str, Any] | None
    windows: dict[str, Any]
    state: str


class TerminalView(_Entry):
    """Which truck carries a terminal 车载终端."""

    model_config = ConfigDict(json_schema_extra=example(_TERMINAL))

    terminal: str
    plate: str


class CarrierList(Answer):
    """Transport companies 运输单位列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_CARRIER], "next": None}))

    items: list[CarrierView]
    next: str | None


class TruckList(Answer):
    """Muck trucks 渣土车列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_TRUCK], "next": None}))

    items: list[TruckView]
    next: str | None


class SiteList(Answer):
    """Sites 工地、消纳场列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_SITE], "next": None}))

    items: list[SiteView]
    next: str | None


class CheckpointList(Answer):
    """Checkpoints 卡口列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_CHECKPOINT], "next": None}))

    items: list[CheckpointView]
    next: str | None


class PermitList(Answer):
    """Versions of permits 处置核准列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_PERMIT], "next": None}))

    items: list[PermitView]
    next: str | None


class TerminalList(Answer):
    """Terminals 车载终端列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_TERMINAL], "next": None}))

    items: list[TerminalView]
    next: str | None
