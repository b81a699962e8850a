"""Signing keys."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import AgencyCode, Answer, Form, Text, TimeText, example

_KEY = {
    "agency": "310000CG01",
    "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    "purpose": "officer",
    "holder": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
    "not_before": "2026-03-01T00:00:00Z",
    "not_after": "2028-03-01T00:00:00Z",
    "replaces": None,
    "confirmed_by": "310000GA01",
    "compromised_since": None,
    "counts": True,
}


class KeyView(Answer):
    """A signing key 签名密钥. `counts`: confirmed by a second agency, or registered before there was one."""

    model_config = ConfigDict(json_schema_extra=example(_KEY))

    agency: str
    kid: str
    jwk: dict[str, str]
    purpose: Literal["officer", "service", "feed", "log"]
    holder: str | None
    not_before: str
    not_after: str
    replaces: str | None
    confirmed_by: str | None
    compromised_since: str | None
    counts: bool


class KeyList(Answer):
    """The keys of an agency 密钥列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_KEY]}))

    items: list[KeyView]


class Confirmation(Form):
    """Which agency confirms 复核机关."""

    model_config = ConfigDict(json_schema_extra=example({"confirmer": "310000GA01"}))

    confirmer: AgencyCode


class Window(Form):
    """A smaller window of validity 缩短的有效期."""

    model_config = ConfigDict(
        json_schema_extra=example({"not_before": "2026-03-01T00:00:00Z", "not_after": "2026-09-01T00:00:00Z"})
    )

    not_before: TimeText
    not_after: TimeText


class Revocation(Form):
    """A revocation 吊销, from a moment on; far back it takes a second agency."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"compromised_since": "2026-03-02T00:00:00Z", "reason": "设备遗失", "seconded_by": None}
        )
    )

    compromised_since: TimeText
    reason: Text
    seconded_by: AgencyCode | None = None
