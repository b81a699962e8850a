"""What the steps of a case brought: evidence, decisions, service, money, measures, papers."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_SUB = "9f86d081884c7d659a2feaa0c55ad015"
_JTI = "0198f2a0-7c11-7abc-8def-0123456789ab"
_ACCOUNT = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"
_LETTER: dict[str, Any] = {
    "sub": _SUB,
    "number": "310000CG01-2026-000001",
    "index": 15,
    "jti": _JTI,
    "letter": "opinion",
    "issued_by": _ACCOUNT,
    "issued_at": "2026-04-01T02:00:00Z",
    "reply_due_on": "2026-05-01",
    "problem": None,
    "replied_at": None,
    "overdue": False,
}
_CASE_LETTER = {name: value for name, value in _LETTER.items() if name not in ("sub", "number", "overdue")}


class EvidenceView(Answer):
    """One item of evidence 证据; its files are named in the record."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "index": 4,
                "jti": _JTI,
                "step": "evidence",
                "kind": "audiovisual",
                "title": "卡口抓拍照片",
                "files": 1,
                "obtained_at": "2026-03-04T02:00:00Z",
            }
        )
    )

    index: int
    jti: str
    step: str
    kind: str | None
    title: str | None
    files: int
    obtained_at: str


class DecisionView(Answer):
    """A decision 决定; amounts in yuan, as decimal text."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "index": 11,
                "jti": _JTI,
                "outcome": "penalty",
                "fine": "10000",
                "penalty_kinds": ["fine"],
                "decided_by": _ACCOUNT,
                "decided_at": "2026-03-20T07:00:00Z",
                "standing": "in-force",
            }
        )
    )

    index: int
    jti: str
    outcome: str | None
    fine: str | None
    penalty_kinds: list[str]
    decided_by: str
    decided_at: str
    standing: str


class ServiceView(Answer):
    """A service of a notice or decision 送达."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "index": 12,
                "jti": _JTI,
                "step": "decision-service",
                "method": "direct",
                "receipt_signed": True,
                "served_at": "2026-03-21T02:00:00Z",
            }
        )
    )

    index: int
    jti: str
    step: str
    method: str | None
    receipt_signed: bool | None
    served_at: str


class PaymentView(Answer):
    """A payment 缴款; amounts in yuan, as decimal text."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "index": 13,
                "jti": _JTI,
                "amount": "10000",
                "surcharge": "0",
                "method": "bank",
                "receipt_no": "2026-000123",
                "paid_at": "2026-03-25T02:00:00Z",
            }
        )
    )

    index: int
    jti: str
    amount: str
    surcharge: str
    method: str | None
    receipt_no: str | None
    paid_at: str


class EnforcementView(Answer):
    """A measure of compulsion, or towards it 强制措施、催告、申请执行."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "index": 14,
                "jti": _JTI,
                "measure": "dunning",
                "outcome": None,
                "amount": None,
                "occurred_at": "2026-05-01T02:00:00Z",
            }
        )
    )

    index: int
    jti: str
    measure: str
    outcome: str | None
    amount: str | None
    occurred_at: str


class DocumentView(Answer):
    """A document issued of a step 已制发文书."""

    model_config = ConfigDict(
        json_schema_extra=example({"jti": _JTI, "statement": _JTI, "document": "decision"})
    )

    jti: str
    statement: str
    document: str


class LetterView(Answer):
    """A letter of supervision and its reply 监督文书."""

    model_config = ConfigDict(json_schema_extra=example(_CASE_LETTER))

    index: int
    jti: str
    letter: str
    issued_by: str
    issued_at: str
    reply_due_on: str | None
    problem: str | None
    replied_at: str | None


class AgencyLetter(LetterView):
    """A letter with its case; `overdue`: no reply came in time 监督文书及其案件."""

    model_config = ConfigDict(json_schema_extra=example(_LETTER))

    sub: str
    number: str | None
    overdue: bool


class LetterList(Answer):
    """Letters of supervision, what is due first 监督文书列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_LETTER]}))

    items: list[AgencyLetter]


class PublicationView(Answer):
    """The publication of a decision 公开."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "index": 11,
                "due_on": "2026-03-31",
                "problem": None,
                "published_at": "2026-03-28T02:00:00Z",
                "remove_on": "2031-03-28",
                "withdrawn_at": None,
                "reason": None,
            }
        )
    )

    index: int
    due_on: str | None
    problem: str | None
    published_at: str | None
    remove_on: str | None
    withdrawn_at: str | None
    reason: str | None


class MoneyView(Answer):
    """What is owed and paid on a day, in yuan 罚款与加处罚款."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "fine": "10000",
                "paid": "4000",
                "surcharge_paid": "0",
                "surcharge": "900",
                "rest": "6000",
                "due_on": "2026-04-07",
                "on": "2026-04-12",
            }
        )
    )

    fine: str | None
    paid: str
    surcharge_paid: str
    surcharge: str | None
    rest: str | None
    due_on: str | None
    on: str
