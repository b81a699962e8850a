"""What leaves a case: the case file, letters of supervision, published decisions."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response
from gridwitness.members.roles import READERS

from gridwitness_api.case_access import readable_case, require_personal
from gridwitness_api.parameters import AGENCY_FORM, AgencyQuery, Cursor, Limit, Personal, Subject
from gridwitness_api.request_platform import CallerHere, PlatformHere
from gridwitness_api.schemas.case_acts import AgencyLetter, LetterList
from gridwitness_api.schemas.case_papers import PublishedDecision, PublishedList
from gridwitness_api.strict_body import JSON, StrictRoute

router = APIRouter(prefix="/api/v1", tags=["cases"], route_class=StrictRoute)


@router.get(
    "/cases/{sub}/file",
    summary="下载案卷 Download the case file",
    response_class=Response,
    responses={
        200: {
            "content": {JSON: {"schema": {"type": "object"}}},
            "description": "案卷 Case file, docs/format.md section 16",
        }
    },
)
def case_file(sub: Subject, caller: CallerHere, personal: Personal = False) -> Response:
    """一件案件的全部记录，可离线核验；未全部上链时为 409 `not-anchored-yet`；调取留痕。

    One file with every record of the case, to be verified offline. 409 while not all is anchored. Who takes
    it out is recorded; personal fields only with `personal=true`.
    """
    with caller.transaction() as (session, actor):
        row = readable_case(session, actor, sub)
        if personal:
            require_personal(actor, row.agency)
        cases = caller.platform.cases
        content = cases.case_file(session, sub, show_personal=personal)
        cases.record_reading(session, sub, actor.account, "file", personal=personal)
    headers = {"Content-Disposition": f'attachment; filename="{sub}.case.json"'}
    return Response(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")), media_type=JSON, headers=headers
    )


@router.get("/supervision", summary="监督文书 Letters of supervision")
def supervision(
    caller: CallerHere,
    agency: AgencyQuery = None,
    waiting: Annotated[bool, Query(description="仅未答复 Only those without a reply")] = False,
) -> LetterList:
    """监督意见书、监督决定书及答复期限。 Opinions and decisions, with the day a reply is due."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        found = caller.platform.cases.letters(session, agency, waiting_only=waiting)
        return LetterList(items=[AgencyLetter.model_validate(letter) for letter in found])


@router.get("/publications", summary="处罚决定公开 Published decisions")
def publications(
    platform: PlatformHere,
    agency: Annotated[str | None, Query(pattern=AGENCY_FORM, description="机关代码 Agency code")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PublishedList:
    """无需登录；自然人姓名隐去，撤下的说明理由。

    Public. Natural persons' names are masked; what was withdrawn says why, without the decision.
    """
    with platform.transaction() as session:
        found, more = platform.cases.published(session, agency, cursor, limit)
        return PublishedList(items=[PublishedDecision.model_validate(item) for item in found], next=more)
