"""Qualifications of accounts, and the officers of an agency."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.schemas.forms import Answer, Form, TimeText, example

_NEW = {
    "kind": "enforcement",
    "certificate": "33010001001",
    "valid_from": "2026-01-01T00:00:00Z",
    "valid_to": "2031-01-01T00:00:00Z",
}
_VIEW = {"id": "7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22", **_NEW}
_OFFICER = {
    "account": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
    "username": "li.ming",
    "display_name": "李明",
    "roles": ["officer"],
    "qualified": ["enforcement"],
}
Kind = Literal["enforcement", "legal"]


class NewQualification(Form):
    """A certificate an account holds 资格: `enforcement` 行政执法资格, `legal` 法律职业资格."""

    model_config = ConfigDict(json_schema_extra=example(_NEW))

    kind: Kind
    certificate: Annotated[
        str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    ]
    valid_from: TimeText
    valid_to: TimeText | None = None


class QualificationView(Answer):
    """A qualification; the end itself is outside 资格."""

    model_config = ConfigDict(json_schema_extra=example(_VIEW))

    id: str
    kind: str
    certificate: str
    valid_from: str
    valid_to: str | None


class QualificationList(Answer):
    """An account's qualifications, past ones too 资格列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_VIEW]}))

    items: list[QualificationView]


class OfficerView(Answer):
    """Who may take part in a case 办案人员: `qualified` now."""

    model_config = ConfigDict(json_schema_extra=example(_OFFICER))

    account: str
    username: str
    display_name: str | None
    roles: list[str]
    qualified: list[str]


class OfficerList(Answer):
    """The people of an agency who take part in cases 办案人员名册."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_OFFICER]}))

    items: list[OfficerView]
