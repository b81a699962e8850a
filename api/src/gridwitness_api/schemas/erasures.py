"""Erasure of personal data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.parameters import SUBJECT_FORM
from gridwitness_api.schemas.forms import Answer, Form, Text, example

_ERASURE = {
    "id": "7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22",
    "log": "310000CG01",
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "field": "place",
    "reason": "保存期限届满，当事人申请",
    "requested_by": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
    "approved_by": None,
    "record": None,
    "state": "requested",
}


class NewErasure(Form):
    """Which field of which subject goes, and why 删除申请."""

    model_config = ConfigDict(
        json_schema_extra=example({name: _ERASURE[name] for name in ("sub", "field", "reason")})
    )

    sub: Annotated[str, StringConstraints(pattern=SUBJECT_FORM)]
    field: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}(\.[a-z0-9_]{1,63}){0,2}$")]
    reason: Text


class ErasureView(Answer):
    """An erasure 删除: done only after a second person approved it and its record is anchored."""

    model_config = ConfigDict(json_schema_extra=example(_ERASURE))

    id: str
    log: str
    sub: str
    field: str
    reason: str
    requested_by: str
    approved_by: str | None
    record: str | None
    state: Literal["requested", "approved", "done"]


class ErasurePage(Answer):
    """A page of erasures 删除列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_ERASURE], "next": None}))

    items: list[ErasureView]
    next: str | None
