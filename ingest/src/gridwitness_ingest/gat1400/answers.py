"""Answers in the standard's form: a ResponseStatus for each object, or one for the request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from gridwitness_ingest.gat1400.told_time import compact

MEDIA_TYPE = "application/VIID+JSON"

OK, OTHER_ERROR, BUSY, INVALID_OPERATION, INVALID_FORMAT, INVALID_CONTENT = "0", "1", "2", "4", "7", "8"
"""ConfirmStatusType of GA/T 1400.3: succeeded, other error, device busy, invalid operation, invalid JSON
format, invalid JSON content."""


@dataclass(frozen=True, slots=True)
class Status:
    """What became of one object. `words`: `OK`, or our stable code and what is wrong."""

    identifier: str
    code: str = OK
    words: str = "OK"


def listed(target: str, now: datetime, statuses: Sequence[Status], http_status: int = 200) -> Response:
    """A ResponseStatusListObject."""
    told = [_told(target, now, status) for status in statuses]
    return in_json({"ResponseStatusListObject": {"ResponseStatusObject": told}}, http_status)


def single(
    target: str, now: datetime, status: Status, http_status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A ResponseStatusObject."""
    return in_json({"ResponseStatusObject": _told(target, now, status)}, http_status, headers)


def in_json(value: Any, http_status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Any value as the door's media type."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(text, http_status, headers, media_type=f"{MEDIA_TYPE};charset=UTF-8")


def _told(target: str, now: datetime, status: Status) -> dict[str, str]:
    return {
        "Id": status.identifier,
        "RequestURL": target,
        "StatusCode": status.code,
        "StatusString": status.words,
        "LocalTime": compact(now),
    }
