"""Errors as RFC 9457 problem documents. The HTTP status is chosen here and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from gridwitness.errors import (
    Conflict,
    Forbidden,
    GridWitnessError,
    InvalidInput,
    Misconfigured,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnrecordedChange,
)

PROBLEM_TYPE = "application/problem+json"

_log = logging.getLogger("gridwitness.api")

_STATUS_OF_CLASS: tuple[tuple[type[GridWitnessError], int], ...] = (
    (InvalidInput, 422),
    (NotFound, 404),
    (Conflict, 409),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (TooLarge, 413),
    (Unavailable, 503),
    (Misconfigured, 500),
    (UnrecordedChange, 500),
)
MALFORMED = frozenset(
    {"json-malformed", "json-duplicate", "json-number", "json-surrogate", "json-depth", "not-compact",
     "base64url", "header", "claims", "disclosure-form", "disclosure-nested", "disclosure-duplicate",
     "disclosure-unreferenced", "cursor-invalid", "body-incomplete"}
)  # fmt: skip
"""Codes of input that is outside its grammar: 400. Input in form that breaks a rule is 422."""

_STATUS_OF_CODE = {
    **dict.fromkeys(MALFORMED, 400),
    "too-large": 413,
    "content-type-unsupported": 415,
    "file-type-refused": 415,
    "method-not-allowed": 405,
    "channel-busy": 429,
}
_TITLES = {
    400: "请求格式错误 Malformed request",
    401: "未登录 Not authenticated",
    403: "无权操作 Not allowed",
    404: "未找到 Not found",
    405: "方法不允许 Method not allowed",
    409: "与当前状态冲突 Conflict with the present state",
    413: "内容过大 Content too large",
    415: "内容类型不支持 Unsupported media type",
    422: "不符合规则 Rule broken",
    429: "过于频繁 Too many",
    500: "内部错误 Internal error",
    503: "暂时不可用 Temporarily unavailable",
}
_RESERVED = frozenset({"type", "title", "status", "detail", "code", "hint", "instance"})
_RETRY_SECONDS = {"not-anchored-yet": 2, "account-locked": 900, "channel-busy": 600}
_UNAVAILABLE_RETRY_SECONDS = 5


def status_of(error: GridWitnessError) -> int:
    """The HTTP status of an error: by its code where the code says more than its class."""
    if error.code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[error.code]
    return next((status for kind, status in _STATUS_OF_CLASS if isinstance(error, kind)), 500)


def problem(error: GridWitnessError, instance: str) -> dict[str, Any]:
    """The problem document. `instance` (a URN) also stands in the log, where all that is left out here is.

    What an operator has to mend (status 500 and 503) is told by its code only: messages about the inside may
    name files, hosts or rows.
    """
    status = status_of(error)
    document: dict[str, Any] = {
        "type": f"urn:gridwitness:problem:{error.code}",
        "title": _TITLES[status],
        "status": status,
        "detail": error.message,
        "code": error.code,
        "instance": instance,
    }
    if status >= 500:
        _log.error("%s %s: %s", instance, error.code, error, exc_info=error if status == 500 else None)
        document["detail"] = "The platform could not do this; its log tells why, under the instance given."
        return document | _shown(error.context if error.code == "not-ready" else {})
    if error.hint is not None:
        document["hint"] = error.hint
    return document | _shown(error.context)


def problem_response(
    error: GridWitnessError, request: Request, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The response for an error, with the headers its status asks for."""
    status = status_of(error)
    return JSONResponse(
        problem(error, instance_of(request)),
        status_code=status,
        headers={**_headers(error, status), **(headers or {})},
        media_type=PROBLEM_TYPE,
    )


def instance_of(request: Request) -> str:
    """The URN of this request, the same in problem documents, the access log and `X-Request-Id`."""
    return f"urn:uuid:{request.state.occurrence}"


def _headers(error: GridWitnessError, status: int) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="gridwitness"'
    retry = _RETRY_SECONDS.get(error.code, _UNAVAILABLE_RETRY_SECONDS if status == 503 else None)
    if retry is not None:
        headers["Retry-After"] = str(retry)
    return headers


def _shown(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in context.items() if name not in _RESERVED}
