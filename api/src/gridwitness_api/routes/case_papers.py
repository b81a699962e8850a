"""What leaves a case: documents, the case file, letters of supervision, published decisions."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response
from gridwitness.cases.documents import Issued
from gridwitness.members import Actor
from gridwitness.members.roles import READERS, SUBMITTERS
from sqlalchemy.orm import Session

from gridwitness_api.case_access import readable_case, require_personal
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AGENCY_FORM, AgencyQuery, Cursor, Limit, Personal, Subject
from gridwitness_api.request_platform import CallerHere, PlatformHere
from gridwitness_api.schemas.case_acts import AgencyLetter, LetterList
from gridwitness_api.schemas.case_papers import (
    DocumentList,
    IssuedDocument,
    NewDocument,
    PublishedDecision,
    PublishedList,
)
from gridwitness_api.schemas.files import StoredFile
from gridwitness_api.strict_body import JSON, StrictRoute

router = APIRouter(prefix="/api/v1", tags=["cases"], route_class=StrictRoute)


@router.post(
    "/cases/{sub}/documents",
    status_code=201,
    summary="制发文书 Issue a document",
    response_model=IssuedDocument,
    responses={200: {"model": IssuedDocument, "description": "已制发 It was issued before"}},
)
def issue(sub: Subject, body: NewDocument, write: WriteHere) -> Response:
    """依步骤记录制发 PDF 文书并记录其摘要；同一步骤只制发一次。

    The PDF of a step, and a `document.issued.v1` record of its digests: one for each step, again gives the
    same.
    """

    def step(session: Session, actor: Actor) -> Written:
        row = readable_case(session, actor, sub)
        actor.require(SUBMITTERS, row.agency)
        documents = write.caller.platform.documents
        issued = documents.issue(session, sub, body.statement, by=str(actor.account))
        view = _document(issued)
        return Written(200 if issued.replayed else 201, view, f"/api/v1/files/{issued.sha256}")

    return write.once(body, step)


@router.get("/cases/{sub}/documents", summary="文书列表 List the documents of a case")
def documents(sub: Subject, caller: CallerHere) -> DocumentList:
    """已制发的文书及其文件摘要。 Documents issued, with the digests of their files."""
    with caller.transaction() as (session, actor):
        readable_case(session, actor, sub)
        found = caller.platform.documents.issued(session, sub)
        return DocumentList(items=[_document(issued) for issued in found])


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


def _document(issued: Issued) -> IssuedDocument:
    return IssuedDocument(
        jti=issued.jti,
        statement=issued.statement,
        document=issued.document,
        file=StoredFile(sha256=issued.sha256, sm3=issued.sm3, size=issued.size, type="application/pdf"),
    )
