"""Records as they are handed in and shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.schemas.forms import Answer, Form, TimeText, example
from gridwitness_api.schemas.problem import Problem

State = Literal["accepted", "sequenced", "anchored"]

_JTI = "0198f2a0-7c11-7abc-8def-0123456789ab"
_RECEIPT = (
    "gridwitness-receipt/v1\ngridwitness/0123456789abcdef0123456789abcdef/310000CG01\n"
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n1772409600\n1772413200\n\n"
    "— gridwitness/0123456789abcdef0123456789abcdef/310000CG01 c2lnbmF0dXJl…\n"
)
_ACCEPTED = {"jti": _JTI, "state": "accepted", "log": "310000CG01", "receipt": _RECEIPT}
_SUMMARY: dict[str, Any] = {
    "jti": _JTI,
    "log": "310000CG01",
    "state": "anchored",
    "kind": "case.step.v1",
    "iss": "310000CG01",
    "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "seq": 3,
    "iat": 1772409598,
    "received_at": "2026-03-02T00:00:00Z",
    "leaf_index": 1041,
}
_PROBLEM: dict[str, Any] = {
    "type": "urn:gridwitness:problem:subject-moved",
    "title": "与当前状态冲突 Conflict with the present state",
    "status": 409,
    "detail": "Subject 9f86d081884c7d659a2feaa0c55ad015 expects seq 4, not 3, or another prev.",
    "code": "subject-moved",
    "instance": "urn:uuid:5f0c6a34-9a2e-4a39-8d80-0d7ac9d6a3b1",
    "head": {
        "sub": "9f86d081884c7d659a2feaa0c55ad015",
        "log": "310000CG01",
        "origin": "gridwitness/0123456789abcdef0123456789abcdef/310000CG01",
        "seq": 3,
        "prev": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        "next_seq": 4,
        "seen": {"size": 1042, "root": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"},
    },
}
Short = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ProvenanceForm(Form):
    """What the device says about the making 来源说明: kept and shown, never proof."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "captured": "2026-03-02T00:00:00Z",
                "device": "执法记录仪 07",
                "clock_source": "gnss",
                "capture": None,
            }
        )
    )

    captured: TimeText | None = None
    device: Short | None = None
    clock_source: Short | None = None
    capture: str | None = None
    """The SD-JWT first signed, where the subject had moved and the statement was signed again."""


class RecordEnvelope(Form):
    """A presentation with its provenance 记录及来源说明."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "record": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln~WyJzYWx0Il0~",
                "provenance": {"device": "执法记录仪 07"},
            }
        )
    )

    record: str
    provenance: ProvenanceForm | None = None


class AcceptedRecord(Answer):
    """A record that will be anchored, with the receipt that says so 回执. Keep the receipt."""

    model_config = ConfigDict(json_schema_extra=example(_ACCEPTED))

    jti: str
    state: State
    log: str
    receipt: str


class LineResult(Answer):
    """What became of one line of a batch: a receipt or a problem 逐行结果."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"line": 1, "status": 201, "jti": _JTI, "receipt": _RECEIPT, "problem": None},
                {"line": 2, "status": 409, "jti": _JTI, "receipt": None, "problem": _PROBLEM},
            ]
        }
    )

    line: int
    status: int
    jti: str | None
    receipt: str | None
    problem: Problem | None


class BatchResult(Answer):
    """The lines of a batch, in order 批量结果. A bad line never loses a good one."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "accepted": 1,
                "replayed": 0,
                "refused": 0,
                "results": [
                    {"line": 1, "status": 201, "jti": _JTI, "receipt": _RECEIPT, "problem": None},
                ],
            }
        )
    )

    accepted: int
    replayed: int
    refused: int
    results: list[LineResult]


class RecordSummary(Answer):
    """A record in a listing 记录摘要."""

    model_config = ConfigDict(json_schema_extra=example(_SUMMARY))

    jti: str
    log: str
    state: State
    kind: str
    iss: str
    kid: str
    sub: str
    seq: int
    iat: int
    received_at: str
    leaf_index: int | None


class RecordView(RecordSummary):
    """A record with its clear claims and the fields still shown 记录详情."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                **_SUMMARY,
                "claims": {"iss": "310000CG01", "kind": "case.step.v1", "seq": 3},
                "fields": {"procedure": "general", "step": "现场检查", "facts": None},
                "hidden": 0,
                "withheld": [],
                "record": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln~WyJzYWx0Il0~",
                "provenance": {"captured": "2026-03-02T00:00:00Z", "device": "执法记录仪 07"},
            }
        )
    )

    claims: dict[str, Any]
    fields: dict[str, Any]
    hidden: int
    """How many fields were erased."""
    withheld: list[str]
    """Personal fields of a case that are shown with `personal=true` only."""
    record: str
    """The presentation, byte for byte, with the disclosures that are still there."""
    provenance: dict[str, Any]


class RecordPage(Answer):
    """A page of records; `next` leads on, null at the end 记录列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_SUMMARY], "next": None}))

    items: list[RecordSummary]
    next: str | None
