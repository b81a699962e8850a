"""What may be done in a case: options, dry runs, refusals, and whether summary procedure is lawful."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from gridwitness_api.parameters import SUBJECT_FORM
from gridwitness_api.schemas.forms import Answer, Form, Text, example

_REASON = {
    "kind": "requirement",
    "rule": "APL-44",
    "article": "行政处罚法第四十四条",
    "zh": "未告知当事人拟作处罚的内容及事实、理由、依据",
    "en": "the party has not been told content, facts, reasons and basis",
}
_OPTION: dict[str, Any] = {
    "step": "decision",
    "zh": "处罚决定",
    "en": "decision",
    "rule": "APL-57",
    "article": "行政处罚法第五十七条",
    "allowed": False,
    "refusals": [_REASON],
    "outcomes": ["penalty", "no-penalty", "transfer"],
    "details": {"fine": {"type": "decimal", "required": False}},
    "party": None,
    "place": False,
    "facts": False,
    "files": 0,
    "milestone": "decision",
    "document": "decision",
}
_REFUSAL: dict[str, Any] = {
    "id": "7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22",
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "agency": "310000CG01",
    "step": "decision",
    "code": "procedure-refused",
    "rule": "APL-44",
    "article": "行政处罚法第四十四条",
    "reasons": [_REASON],
    "statement": "0198f2a0-7c11-7abc-8def-0123456789ab",
    "signer": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
    "submitted_by": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
    "refused_at": "2026-03-10T02:00:00Z",
}
Decimal = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,4})?$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]


class Reason(Answer):
    """Why a step is not allowed 不予办理的理由."""

    model_config = ConfigDict(json_schema_extra=example(_REASON))

    kind: str
    rule: str | None
    article: str | None
    zh: str
    en: str


class StepOption(Answer):
    """A step of the procedure, and whether the asking account may take it now 可办步骤."""

    model_config = ConfigDict(json_schema_extra=example(_OPTION))

    step: str
    zh: str
    en: str
    rule: str
    article: str
    allowed: bool
    refusals: list[Reason]
    outcomes: list[str]
    details: dict[str, Any]
    party: str | None
    place: bool
    facts: bool
    files: int
    milestone: str | None
    document: str | None


class StepOptions(Answer):
    """Every step from where the case stands 下一步."""

    model_config = ConfigDict(json_schema_extra=example({"state": "inquiry", "options": [_OPTION]}))

    state: str
    options: list[StepOption]


class DraftStep(Form):
    """An unsigned step 试办: `fields` as of a `case.step.v2`; `sub` null where it opens a case."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "sub": "9f86d081884c7d659a2feaa0c55ad015",
                "fields": {"procedure": "general", "step": "decision", "outcome": "penalty"},
            }
        )
    )

    sub: Annotated[str, StringConstraints(pattern=SUBJECT_FORM)] | None
    fields: dict[str, Any]


class Judgement(Answer):
    """Whether the step would be allowed 试办结果; nothing was recorded."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "allowed": False,
                "state_after": "heard",
                "procedure": "general",
                "rules": "3f" * 32,
                "refusals": [_REASON],
            }
        )
    )

    allowed: bool
    state_after: str | None
    procedure: str
    rules: str
    """Version of the procedure it was judged by."""
    refusals: list[Reason]


class SummaryQuestion(Form):
    """Facts by which summary procedure is lawful or not 简易程序适用条件."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "party_kind": "citizen",
                "fine": "200",
                "penalty_kinds": ["fine"],
                "facts_sure": True,
                "basis": ["城市市容和环境卫生管理条例第三十四条"],
            }
        )
    )

    party_kind: Literal["citizen", "organisation"]
    fine: Decimal | None = None
    penalty_kinds: Annotated[list[Word], Field(max_length=16, default_factory=list)]
    facts_sure: bool
    basis: Annotated[list[Text], Field(max_length=32, default_factory=list)]


class SummaryAnswer(Answer):
    """Whether summary procedure is lawful, with every reason against it; `limit` in yuan 是否适用简易程序."""

    model_config = ConfigDict(
        json_schema_extra=example({"lawful": True, "limit": "200", "rules": "3f" * 32, "refusals": []})
    )

    lawful: bool
    limit: str | None
    rules: str
    """Version of the procedure asked."""
    refusals: list[Reason]


class RefusalView(Answer):
    """A step the procedure refused 被拒步骤."""

    model_config = ConfigDict(json_schema_extra=example(_REFUSAL))

    id: str
    sub: str
    agency: str
    step: str | None
    code: str
    rule: str | None
    article: str | None
    reasons: list[Reason]
    statement: str
    signer: str | None
    submitted_by: str | None
    refused_at: str


class RefusalList(Answer):
    """The refused steps of a case, newest first 被拒步骤列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_REFUSAL]}))

    items: list[RefusalView]
