"""What leaves an event: one file with its whole history, to be verified offline."""

from __future__ import annotations

import json

from fastapi import APIRouter, Response
from gridwitness.events.event_file import EventFileMaker

from gridwitness_api.parameters import Personal, Subject
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.strict_body import JSON, StrictRoute

router = APIRouter(prefix="/api/v1", tags=["events"], route_class=StrictRoute)

PERSONAL_READERS = frozenset({"duty_chief", "agency_head", "auditor"})
"""Roles that may take personal fields out of an event of their agency."""


@router.get(
    "/events/{sub}/file",
    summary="下载事件档案 Download the event file",
    response_class=Response,
    responses={
        200: {
            "content": {JSON: {"schema": {"type": "object"}}},
            "description": "事件档案 Event file, docs/format.md section 24",
        }
    },
)
def event_file(sub: Subject, caller: CallerHere, personal: Personal = False) -> Response:
    """一个事件的全部记录，可离线核验（`gridwitness-verify bundle`）；未全部上链时为 409 `not-anchored-yet`。

    One file with every record of the event, to be verified offline. 409 while not all is anchored; personal
    fields only with `personal=true`, for who may see them.
    """
    with caller.transaction() as (session, actor):
        event = caller.platform.events.readable(session, sub, actor)
        if personal:
            actor.require(PERSONAL_READERS, event.agency)
        content = EventFileMaker(caller.platform.bundles).make(session, event, show_personal=personal)
    headers = {"Content-Disposition": f'attachment; filename="{sub}.event.json"'}
    return Response(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")), media_type=JSON, headers=headers
    )
