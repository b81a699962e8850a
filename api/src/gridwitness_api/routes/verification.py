"""Where the QR code of a document leads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from gridwitness.members import AgencyRow
from gridwitness.records import entry_standing
from gridwitness_evidence import EvidenceError, base64url

from gridwitness_api.parameters import DIGEST_FORM
from gridwitness_api.request_platform import PlatformHere
from gridwitness_api.verification_page import POLICY, known_page, unknown_page

router = APIRouter(tags=["verification"])

_HTML = "text/html; charset=utf-8"
_PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}
EntryDigest = Annotated[
    str,
    Path(
        pattern=DIGEST_FORM,
        description="记录摘要 SHA-256 of the entry, base64url",
        examples=["47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"],
    ),
]


@router.get(
    "/verify/{digest}",
    summary="文书核验页 Verification page of a document",
    response_class=Response,
    responses={
        200: {**_PAGE, "description": "核验页 The page"},
        404: {**_PAGE, "description": "无此摘要 No such digest"},
    },
)
def page(digest: EntryDigest, platform: PlatformHere) -> Response:
    """无需登录，不含个人信息。 Public HTML, without personal data: what the platform knows of an entry."""
    try:
        wanted = base64url.decode(digest)
    except EvidenceError:  # 43 characters that no 32 bytes have
        wanted = b""
    with platform.transaction() as session:
        found = entry_standing(session, wanted)
        agency = None if found is None else session.get(AgencyRow, found.agency)
        if found is None:
            content, status = unknown_page(digest), 404
        else:
            content, status = known_page(digest, found, None if agency is None else agency.name), 200
    return Response(content, status, {"Content-Security-Policy": POLICY}, _HTML)
