"""Documents issued of steps, and the public list of decisions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.parameters import UUID_FORM
from gridwitness_api.schemas.case_acts import DocumentView
from gridwitness_api.schemas.files import StoredFile
from gridwitness_api.schemas.forms import Answer, Form, example

_JTI = "0198f2a0-7c11-7abc-8def-0123456789ab"
_FILE = {
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sm3": "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23",
    "size": 48211,
    "type": "application/pdf",
}
_DOCUMENT = {"jti": _JTI, "statement": _JTI, "document": "decision"}
_PUBLICATION: dict[str, Any] = {
    "number": "310000CG01-2026-000001",
    "agency": "310000CG01",
    "procedure": "general",
    "matter": "未经核准处置建筑垃圾",
    "article": "城市建筑垃圾管理规定第二十五条",
    "party_kind": "organisation",
    "party": "示范渣土运输有限公司",
    "outcome": "penalty",
    "fine": "10000",
    "penalty_kinds": ["fine"],
    "decided_at": "2026-03-20T07:00:00Z",
    "published_at": "2026-03-28T02:00:00Z",
    "remove_on": "2031-03-28",
    "withdrawn_at": None,
    "reason": None,
}


class NewDocument(Form):
    """The step a document is issued of 制发文书: `jti` of its statement."""

    model_config = ConfigDict(json_schema_extra=example({"statement": _JTI}))

    statement: Annotated[str, StringConstraints(pattern=UUID_FORM)]


class IssuedDocument(DocumentView):
    """A document, and its PDF at `/api/v1/files/{sha256}`; `file` null where it was erased 文书."""

    model_config = ConfigDict(json_schema_extra=example({**_DOCUMENT, "file": _FILE}))

    file: StoredFile | None


class DocumentList(Answer):
    """The documents of a case 文书列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [{**_DOCUMENT, "file": _FILE}]}))

    items: list[IssuedDocument]


class PublishedDecision(Answer):
    """A decision as the public sees it 处罚决定公开: natural persons' names are masked."""

    model_config = ConfigDict(json_schema_extra=example(_PUBLICATION))

    number: str
    agency: str
    procedure: str
    matter: str | None
    article: str | None
    party_kind: str | None
    party: str | None
    outcome: str | None
    fine: str | None
    penalty_kinds: list[str]
    decided_at: str
    published_at: str
    remove_on: str | None
    withdrawn_at: str | None
    reason: str | None


class PublishedList(Answer):
    """Published decisions, newest first 公开列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_PUBLICATION], "next": None}))

    items: list[PublishedDecision]
    next: str | None
