"""GeoReport v2 in JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_SERVICE: dict[str, Any] = {
    "service_code": "0103",
    "service_name": "建筑垃圾 construction waste",
    "description": "市容环境 建筑垃圾",
    "metadata": False,
    "type": "realtime",
    "keywords": "市容环境,event",
    "group": "市容环境",
}
_REQUEST: dict[str, Any] = {
    "service_request_id": "310000CG01-2026-000123",
    "status": "open",
    "status_notes": "已派遣 dispatched",
    "service_name": "建筑垃圾 construction waste",
    "service_code": "0103",
    "description": None,
    "agency_responsible": "市容管理所",
    "service_notice": None,
    "requested_datetime": "2026-03-02T02:00:00Z",
    "updated_datetime": "2026-03-02T02:10:00Z",
    "expected_datetime": "2026-03-02T08:00:00Z",
    "address": None,
    "address_id": None,
    "zipcode": None,
    "lat": 30.277,
    "long": 120.121,
    "media_url": None,
}


class Open311Service(Answer):
    """A service 可上报事项."""

    model_config = ConfigDict(json_schema_extra=example(_SERVICE))

    service_code: str
    service_name: str
    description: str | None
    metadata: bool
    type: Literal["realtime", "batch", "blackbox"]
    keywords: str | None
    group: str | None


class Open311Definition(Answer):
    """A service's attributes: none is asked for 事项属性."""

    model_config = ConfigDict(json_schema_extra=example({"service_code": "0103", "attributes": []}))

    service_code: str
    attributes: list[dict[str, Any]]


class Open311Request(Answer):
    """A request as everybody may see it 公开工单: nobody's words, and no more than a rough place."""

    model_config = ConfigDict(json_schema_extra=example(_REQUEST))

    service_request_id: str
    status: Literal["open", "closed"]
    status_notes: str | None
    service_name: str | None
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: str
    updated_datetime: str | None
    expected_datetime: str | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    lat: float | None
    long: float | None
    media_url: str | None


class Open311Submitted(Answer):
    """A request that was taken 已受理."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "service_request_id": "310000CG01-2026-000123",
                "token": "310000CG01-2026-000123-7K2M9QXZ4T1B",
                "service_notice": None,
                "account_id": None,
            }
        )
    )

    service_request_id: str
    token: str
    """The receipt code."""
    service_notice: str | None
    account_id: str | None


class Open311Error(Answer):
    """Why a request was not taken 错误: `code` is the HTTP status."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"code": 404, "description": "service-unknown: There is no service '0999'."}
        )
    )

    code: int
    description: str


class Open311Token(Answer):
    """The request of a token 令牌对应的工单."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "service_request_id": "310000CG01-2026-000123",
                "token": "310000CG01-2026-000123-7K2M9QXZ4T1B",
            }
        )
    )

    service_request_id: str
    token: str
