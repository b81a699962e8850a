"""Open311 GeoReport v2: every address ends in `.xml` or `.json`. Errors are arrays of {code, description}."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from gridwitness.errors import InvalidInput
from starlette.datastructures import UploadFile

from gridwitness_api.open311_answers import Open311Route, answer
from gridwitness_api.request_platform import PlatformHere
from gridwitness_api.schemas.open311 import (
    Open311Definition,
    Open311Error,
    Open311Request,
    Open311Service,
    Open311Submitted,
    Open311Token,
)
from gridwitness_api.strict_body import require_content_type

router = APIRouter(prefix="/open311/v2", tags=["open311"], route_class=Open311Route)

_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_MOST_FIELDS = 100

ResponseForm = Annotated[Literal["json", "xml"], Path(alias="form", description="格式 Format")]
Jurisdiction = Annotated[
    str | None, Query(max_length=64, description="机关代码 Agency code; default: the founding agency")
]
Code = Annotated[
    str,
    Path(
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f/]+$",
        description="编号 Code",
        examples=["0103"],
    ),
]
_TEXT = Query(max_length=4000, pattern=r"^[^\x00]*$")
_FIELDS = (
    "api_key", "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "first_name",
    "last_name", "phone", "email", "description", "media_url",
)  # fmt: skip


def _told(model: Any) -> dict[int | str, dict[str, Any]]:
    as_xml = {"text/xml": {"schema": {"type": "string"}}}
    return {
        200: {"model": model, "content": as_xml},
        "4XX": {"model": list[Open311Error], "content": as_xml, "description": "错误 Errors"},
    }


@router.get("/services.{form}", summary="可上报事项 Services", responses=_told(list[Open311Service]))
def services(form: ResponseForm, platform: PlatformHere, jurisdiction_id: Jurisdiction = None) -> Response:
    """GET Service List."""
    with platform.transaction() as session:
        found = platform.doors.open311.services(session, jurisdiction_id)
    return answer(form, "services", found)


@router.get(
    "/services/{code}.{form}", summary="事项属性 Service definition", responses=_told(Open311Definition)
)
def definition(
    code: Code, form: ResponseForm, platform: PlatformHere, jurisdiction_id: Jurisdiction = None
) -> Response:
    """GET Service Definition."""
    with platform.transaction() as session:
        found = platform.doors.open311.definition(session, jurisdiction_id, code)
    return answer(form, "service_definition", found)


async def _form(request: Request) -> dict[str, str]:
    """Fields of the form; files in it are not taken (the specification has addresses of pictures)."""
    require_content_type(request, _URLENCODED, _MULTIPART)
    found = await request.form(max_fields=_MOST_FIELDS, max_files=0)
    given = {name: value for name, value in found.multi_items() if not isinstance(value, UploadFile)}
    given.setdefault("api_key", request.query_params.get("api_key", ""))
    given.setdefault("jurisdiction_id", request.query_params.get("jurisdiction_id", ""))
    if any("\0" in value for value in given.values()):
        raise InvalidInput("fields", "A field holds U+0000.", None)
    return given


@router.post(
    "/requests.{form}",
    summary="上报 Post a request",
    responses=_told(list[Open311Submitted]),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                _URLENCODED: {
                    "schema": {
                        "type": "object",
                        "required": ["api_key", "service_code"],
                        "properties": {name: {"type": "string", "maxLength": 4000} for name in _FIELDS},
                    }
                }
            },
        }
    },
)
def submit(
    form: ResponseForm, platform: PlatformHere, given: Annotated[dict[str, str], Depends(_form)]
) -> Response:
    """POST Service Request，api_key 为 Open311 渠道令牌。

    POST Service Request; `api_key` is a token of an Open311 channel. `request_key`: the client's own number.
    """
    with platform.transaction() as session:
        made = platform.doors.open311.submit(session, given)
        taken = {
            "service_request_id": made.event.number,
            "token": made.code,
            "service_notice": None,
            "account_id": None,
        }
    return answer(form, "service_requests", [taken])


@router.get("/requests.{form}", summary="工单列表 Requests", responses=_told(list[Open311Request]))
def requests(
    form: ResponseForm,
    platform: PlatformHere,
    jurisdiction_id: Jurisdiction = None,
    service_request_id: Annotated[str, _TEXT] = "",
    service_code: Annotated[str, _TEXT] = "",
    start_date: Annotated[str, _TEXT] = "",
    end_date: Annotated[str, _TEXT] = "",
    status: Annotated[str, _TEXT] = "",
) -> Response:
    """GET Service Requests：默认最近 90 天，至多 1000 件。 The last 90 days, at most 1,000."""
    asked = {
        "service_request_id": service_request_id,
        "service_code": service_code,
        "start_date": start_date,
        "end_date": end_date,
        "status": status,
    }
    with platform.transaction() as session:
        found = platform.doors.open311.requests(session, jurisdiction_id, asked)
    return answer(form, "service_requests", found)


@router.get("/requests/{code}.{form}", summary="查看工单 One request", responses=_told(list[Open311Request]))
def request(
    code: Code, form: ResponseForm, platform: PlatformHere, jurisdiction_id: Jurisdiction = None
) -> Response:
    """GET Service Request."""
    with platform.transaction() as session:
        found = platform.doors.open311.request(session, jurisdiction_id, code)
    return answer(form, "service_requests", [found])


@router.get(
    "/tokens/{code}.{form}", summary="按令牌查工单号 Request of a token", responses=_told(list[Open311Token])
)
def token(code: Code, form: ResponseForm, platform: PlatformHere) -> Response:
    """GET Service Request id from a token (the receipt code)."""
    with platform.transaction() as session:
        row = platform.doors.public_status.event(session, code)
        found = {"service_request_id": row.number, "token": platform.doors.reporting.code(row)}
    return answer(form, "service_requests", [found])
