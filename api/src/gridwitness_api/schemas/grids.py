"""Grids, units, their staff and addresses. Outlines in objects: millionths of a degree, longitude first."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import AccountText, Answer, Form, example

_PERIOD = {"valid_from": "2026-01-01T00:00:00Z", "valid_to": None}
_ENTRY = {"sub": "9f86d081884c7d659a2feaa0c55ad015", "agency": "310000CG01"}
_GRID: dict[str, Any] = {
    "grid": "330106001001001",
    **_ENTRY,
    "category": "base",
    "level": 5,
    "parent": "330106001001",
    "name": "文新第1社区1号网格",
    "unit": None,
    **_PERIOD,
}
_RING = [[120100000, 30250000], [120110000, 30250000], [120110000, 30260000], [120100000, 30250000]]
_OUTLINED = {**_GRID, "area": {"polygons": [[_RING]]}}
_UNIT: dict[str, Any] = {
    "unit": "CG",
    **_ENTRY,
    "name": "示范区城市管理局",
    "category": "department",
    "parent": "ZX",
    "grid": None,
    "calendar": "cn",
    "hours": {"hours": [["08:30", "12:00"], ["13:30", "17:30"]]},
    **_PERIOD,
}
_ADDRESS: dict[str, Any] = {
    "address": "A1R1",
    **_ENTRY,
    "parent": "A1R",
    "level": "building",
    "name": "1号",
    "lat_e6": 30305000,
    "lon_e6": 120105000,
    "grid": "330106001001001",
    **_PERIOD,
}
_STAFF = {
    "account": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
    "username": "liu.fang",
    "unit": "CG",
    "since": "2026-01-01T00:00:00Z",
}
_STEP = {"grid": "3301", "category": "base", "level": 1, "name": "示范市", "unit": None}
_PLACE: dict[str, Any] = {
    "lat_e6": 30305000,
    "lon_e6": 120105000,
    "grids": {"base": {**_STEP, "grid": "330106001001001", "level": 5, "name": "文新第1社区1号网格"}},
    "path": [_STEP],
    "unit": "SQ11",
    "centre": "ZX",
}
_MATCH = {"chain": [_ADDRESS], "share": 0.75, "rest": "附近", "lat_e6": 30305000, "lon_e6": 120105000}


class _Entry(Answer):
    """What every entry has: its subject, its agency, and when it holds, `[valid_from, valid_to)`."""

    sub: str
    agency: str
    valid_from: str
    valid_to: str | None


class GridView(_Entry):
    """A grid 网格, without its outline."""

    model_config = ConfigDict(json_schema_extra=example(_GRID))

    grid: str
    category: str
    level: int
    parent: str | None
    name: str
    unit: str | None


class OutlinedGridView(GridView):
    """A grid 网格 with its outline, WGS 84; null: none is registered."""

    model_config = ConfigDict(json_schema_extra=example(_OUTLINED))

    area: dict[str, Any] | None


class UnitView(_Entry):
    """A unit 单位 with its hours."""

    model_config = ConfigDict(json_schema_extra=example(_UNIT))

    unit: str
    name: str
    category: str
    parent: str | None
    grid: str | None
    calendar: str
    hours: dict[str, Any]


class AddressView(_Entry):
    """A standard address 标准地址; its place in WGS 84, millionths of a degree."""

    model_config = ConfigDict(json_schema_extra=example(_ADDRESS))

    address: str
    parent: str | None
    level: str
    name: str
    lat_e6: int | None
    lon_e6: int | None
    grid: str | None


class GridList(Answer):
    """Grids 网格列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_GRID], "next": None}))

    items: list[GridView]
    next: str | None


class OutlinedGridList(Answer):
    """All periods of a grid 网格的各个时期."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_OUTLINED], "next": None}))

    items: list[OutlinedGridView]
    next: str | None


class UnitList(Answer):
    """Units 单位列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_UNIT], "next": None}))

    items: list[UnitView]
    next: str | None


class AddressList(Answer):
    """Addresses 地址列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_ADDRESS], "next": None}))

    items: list[AddressView]
    next: str | None


class GridStep(Answer):
    """A grid as places and paths name it."""

    model_config = ConfigDict(json_schema_extra=example(_STEP))

    grid: str
    category: str
    level: int
    name: str
    unit: str | None


class PlaceView(Answer):
    """What a point lies in: the grid of each kind, the path of the base grid, who answers for it."""

    model_config = ConfigDict(json_schema_extra=example(_PLACE))

    lat_e6: int
    lon_e6: int
    grids: dict[str, GridStep]
    path: list[GridStep]
    unit: str | None
    centre: str | None


class GridFeatures(Answer):
    """A GeoJSON FeatureCollection (RFC 7946) of outlines, degrees WGS 84."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "id": "330106001001001",
                        "properties": _STEP,
                        "geometry": {
                            "type": "MultiPolygon",
                            "coordinates": [
                                [[[120.1, 30.25], [120.11, 30.25], [120.11, 30.26], [120.1, 30.25]]]
                            ],
                        },
                    }
                ],
            }
        )
    )

    type: str
    features: list[dict[str, Any]]


class NewStaff(Form):
    """Who joins a unit 加入单位的账号."""

    model_config = ConfigDict(json_schema_extra=example({"account": _STAFF["account"]}))

    account: AccountText


class StaffView(Answer):
    """Who works for a unit, since when."""

    model_config = ConfigDict(json_schema_extra=example(_STAFF))

    account: str
    username: str
    unit: str
    since: str


class StaffList(Answer):
    """A unit's staff 单位人员."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_STAFF]}))

    items: list[StaffView]


class AddressMatchView(Answer):
    """A standard address that the text names, widest superior first.

    `share`: how much of the text it explains; `rest`: what it does not.
    """

    model_config = ConfigDict(json_schema_extra=example(_MATCH))

    chain: list[AddressView]
    share: float
    rest: str
    lat_e6: int | None
    lon_e6: int | None


class AddressMatchList(Answer):
    """Matches, the best first 地址匹配."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_MATCH]}))

    items: list[AddressMatchView]
