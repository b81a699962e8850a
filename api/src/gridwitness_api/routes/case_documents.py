"""Documents of a case: issued of its steps, on record, as PDF."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from gridwitness.cases.documents import Issued
from gridwitness.members import Actor
from gridwitness.members.roles import SUBMITTERS
from sqlalchemy.orm import Session

from gridwitness_api.case_access import readable_case
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import Subject
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.case_papers import DocumentList, IssuedDocument, NewDocument
from gridwitness_api.schemas.files import StoredFile
from gridwitness_api.strict_body import StrictRoute

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
        issued = documents.issue(session, sub, UUID(body.statement), by=str(actor.account))
        view = _document(issued)
        place = None if view.file is None else f"/api/v1/files/{view.file.sha256}"
        return Written(200 if issued.replayed else 201, view, place)

    return write.once(body, step)


@router.get("/cases/{sub}/documents", summary="文书列表 List the documents of a case")
def documents(sub: Subject, caller: CallerHere) -> DocumentList:
    """已制发的文书及其文件摘要。 Documents issued, with the digests of their files."""
    with caller.transaction() as (session, actor):
        readable_case(session, actor, sub)
        found = caller.platform.documents.issued(session, sub)
        return DocumentList(items=[_document(issued) for issued in found])


def _document(issued: Issued) -> IssuedDocument:
    file = None
    if issued.file is not None:
        file = StoredFile(**{name: issued.file[name] for name in ("sha256", "sm3", "size", "type")})
    return IssuedDocument(
        jti=str(issued.jti), statement=str(issued.statement), document=issued.document, file=file
    )
