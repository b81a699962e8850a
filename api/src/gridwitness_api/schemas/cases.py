"""Cases as they are listed, and a case as a whole."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.case_acts import (
    DecisionView,
    DocumentView,
    EnforcementView,
    EvidenceView,
    LetterView,
    MoneyView,
    PaymentView,
    PublicationView,
    ServiceView,
)
from gridwitness_api.schemas.forms import Answer, example

SUB = "9f86d081884c7d659a2feaa0c55ad015"
JTI = "0198f2a0-7c11-7abc-8def-0123456789ab"
ACCOUNT = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"
RULES = "3f" * 32
_CASE: dict[str, Any] = {
    "sub": SUB,
    "log": "310000CG01",
    "agency": "310000CG01",
    "procedure": "general",
    "rules": RULES,
    "number": "310000CG01-2026-000001",
    "year": 2026,
    "state": "decided",
    "milestone": "decision",
    "party_kind": "organisation",
    "matter": "未经核准处置建筑垃圾",
    "article": "城市建筑垃圾管理规定第二十五条",
    "source": "checkpoint",
    "device": "330106-K017",
    "district": "330106",
    "lead": ACCOUNT,
    "opened_at": "2026-03-02T01:00:00Z",
    "filed_at": "2026-03-03T01:00:00Z",
    "decided_at": "2026-03-20T07:00:00Z",
    "served_at": None,
    "closed_at": None,
    "next_due_on": "2026-03-31",
    "next_due_clock": "decision-service",
    "next_due_rule": "APL-61",
    "overdue": False,
}
_STEP: dict[str, Any] = {
    "index": 11,
    "seq": 22,
    "jti": JTI,
    "step": "decision",
    "zh": "处罚决定",
    "en": "decision",
    "rule": "APL-57",
    "article": "行政处罚法第五十七条",
    "milestone": "decision",
    "document": "decision",
    "outcome": "penalty",
    "outcome_zh": "给予处罚",
    "outcome_en": "penalty",
    "occurred_at": "2026-03-20T07:00:00Z",
    "received_at": "2026-03-20T07:00:04Z",
    "signer": ACCOUNT,
    "officers": [ACCOUNT],
    "basis": ["城市建筑垃圾管理规定第二十五条"],
    "details": {"fine": "10000", "penalty_kinds": ["fine"]},
    "files": 1,
    "state": "decided",
    "cosigner": None,
    "cosignature": None,
}
_CLOCK: dict[str, Any] = {
    "clock": "decision-service",
    "zh": "决定书送达",
    "en": "service of the decision",
    "rule": "APL-61",
    "article": "行政处罚法第六十一条",
    "duty": "agency",
    "days": 7,
    "kind": "working",
    "added": 0,
    "started_on": "2026-03-20",
    "due_on": "2026-03-31",
    "problem": None,
    "state": "running",
    "ended_on": None,
    "overdue": False,
    "explanation_zh": "决定书送达：自 2026-03-20 起 7 个工作日，至 2026-03-31（行政处罚法第六十一条）",
    "explanation_en": "service of the decision: 7 working days from 2026-03-20, until 2026-03-31 (APL-61)",
}
_OFFICER = {"account": ACCOUNT, "part": "investigator", "recused": False}
_MILESTONE: dict[str, Any] = {
    "index": 3,
    "milestone": "decision",
    "seq": 22,
    "jti": JTI,
    "block_number": 815,
    "block_time": "2026-03-20T07:00:09Z",
    "transaction": "0x" + "5c" * 32,
}
_PARTY: dict[str, Any] = {
    "number": 1,
    "kind": "organisation",
    "name": "示范渣土运输有限公司",
    "document_type": "统一社会信用代码",
    "document_number": "91330100MA27XF3L0X",
    "address": "示范市文三路 1 号",
    "phone": None,
    "representative": "刘某",
}


class CaseSummary(Answer):
    """A case in a listing 案件摘要: no personal data. `overdue` as of today, local."""

    model_config = ConfigDict(json_schema_extra=example(_CASE))

    sub: str
    log: str
    agency: str
    procedure: str
    rules: str
    """Version of the procedure, fixed when the case was opened."""
    number: str | None
    year: int | None
    state: str
    milestone: str | None
    party_kind: str | None
    matter: str | None
    article: str | None
    source: str | None
    device: str | None
    district: str | None
    lead: str | None
    opened_at: str
    filed_at: str | None
    decided_at: str | None
    served_at: str | None
    closed_at: str | None
    next_due_on: str | None
    next_due_clock: str | None
    next_due_rule: str | None
    overdue: bool


class CasePage(Answer):
    """A page of cases, what is due first 案件列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_CASE], "next": None}))

    items: list[CaseSummary]
    next: str | None


class StepView(Answer):
    """An accepted step with its article 办案步骤. Its words stay in the record `jti`."""

    model_config = ConfigDict(json_schema_extra=example(_STEP))

    index: int
    seq: int
    jti: str
    step: str
    zh: str
    en: str
    rule: str
    article: str
    milestone: str | None
    document: str | None
    outcome: str | None
    outcome_zh: str | None
    outcome_en: str | None
    occurred_at: str
    received_at: str
    signer: str
    officers: list[str]
    basis: list[str] | None
    details: dict[str, Any]
    files: int
    state: str
    cosigner: str | None
    cosignature: str | None


class ClockView(Answer):
    """One run of a statutory clock 法定期限; `problem` says why there is no due day."""

    model_config = ConfigDict(json_schema_extra=example(_CLOCK))

    clock: str
    zh: str
    en: str
    rule: str
    article: str
    duty: str
    days: int
    kind: str
    added: int
    """Days that an approved extension added."""
    started_on: str
    due_on: str | None
    problem: str | None
    state: str
    ended_on: str | None
    overdue: bool
    explanation_zh: str
    explanation_en: str


class CaseOfficerView(Answer):
    """Who takes part in a case 办案人员."""

    model_config = ConfigDict(json_schema_extra=example(_OFFICER))

    account: str
    part: str
    recused: bool


class MilestoneView(Answer):
    """A milestone, and its block once the contract has it 关键节点."""

    model_config = ConfigDict(json_schema_extra=example(_MILESTONE))

    index: int
    milestone: str
    seq: int
    jti: str
    block_number: int | None
    block_time: str | None
    transaction: str | None


class PartyView(Answer):
    """A party 当事人. Members other than number and kind only with `personal=true`; null where erased."""

    model_config = ConfigDict(json_schema_extra=example(_PARTY))

    number: int
    kind: str | None
    name: str | None = None
    document_type: str | None = None
    document_number: str | None = None
    address: str | None = None
    phone: str | None = None
    representative: str | None = None


class CaseView(Answer):
    """A whole case 案件全貌."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "case": _CASE,
                "steps": [_STEP],
                "clocks": [_CLOCK],
                "officers": [_OFFICER],
                "parties": [{"number": 1, "kind": "organisation"}],
                "evidence": [],
                "decisions": [],
                "services": [],
                "payments": [],
                "enforcement": [],
                "milestones": [_MILESTONE],
                "documents": [],
                "letters": [],
                "publications": [],
                "money": None,
            }
        )
    )

    case: CaseSummary
    steps: list[StepView]
    clocks: list[ClockView]
    officers: list[CaseOfficerView]
    parties: list[PartyView]
    evidence: list[EvidenceView]
    decisions: list[DecisionView]
    services: list[ServiceView]
    payments: list[PaymentView]
    enforcement: list[EnforcementView]
    milestones: list[MilestoneView]
    documents: list[DocumentView]
    letters: list[LetterView]
    publications: list[PublicationView]
    money: MoneyView | None
