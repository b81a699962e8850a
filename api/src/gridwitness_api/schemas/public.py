"""What is answered to who has no account."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.schemas.channels import ChannelReport
from gridwitness_api.schemas.forms import Answer, Form, example

_MATTER: dict[str, Any] = {
    "matter": "0103",
    "zh": "建筑垃圾",
    "en": "construction waste",
    "class_zh": "市容环境",
    "category": "event",
}
_STAGE: dict[str, Any] = {"step": "report", "zh": "上报", "en": "report", "at": "2026-03-02T02:00:00Z"}
_STATUS: dict[str, Any] = {
    "number": "310000CG01-2026-000123",
    "state": "dispatched",
    "state_zh": "已派遣",
    "state_en": "dispatched",
    "stage": 3,
    "open": True,
    "matter": "0103",
    "matter_zh": "建筑垃圾",
    "matter_en": "construction waste",
    "unit": "市容管理所",
    "reported_at": "2026-03-02T02:00:00Z",
    "moved_at": "2026-03-02T02:10:00Z",
    "expected_at": "2026-03-02T08:00:00Z",
    "closed_at": None,
    "outcome": None,
    "steps": [_STAGE],
}
_REPORT = ChannelReport.model_config["json_schema_extra"]
assert isinstance(_REPORT, dict)


class PublicReport(ChannelReport):
    """A report without an account 公众上报."""

    model_config = ConfigDict(
        json_schema_extra=example({"channel": "web", **_REPORT["examples"][0]})  # type: ignore[index,dict-item]
    )

    channel: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """One that is open to everybody."""


class PublicMatter(Answer):
    """What may be reported 可上报事项."""

    model_config = ConfigDict(json_schema_extra=example(_MATTER))

    matter: str
    zh: str
    en: str
    class_zh: str
    category: str


class PublicMatterList(Answer):
    """What may be reported through a channel 可上报事项列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_MATTER]}))

    items: list[PublicMatter]


class PublicStage(Answer):
    """A step as the public sees it 进度."""

    model_config = ConfigDict(json_schema_extra=example(_STAGE))

    step: str
    zh: str
    en: str
    at: str


class PublicStatusView(Answer):
    """How a report stands 办理进度: nobody's words, no names, no place."""

    model_config = ConfigDict(json_schema_extra=example(_STATUS))

    number: str
    state: str
    state_zh: str
    state_en: str
    stage: int
    open: bool
    matter: str | None
    matter_zh: str | None
    matter_en: str | None
    unit: str | None
    """Who handles it."""
    reported_at: str
    moved_at: str
    expected_at: str | None
    """When the handling is due."""
    closed_at: str | None
    outcome: str | None
    steps: list[PublicStage]


class PublicStep(Form):
    """What who reported something says about it 催办、评价、要求重办."""

    model_config = ConfigDict(
        json_schema_extra=example({"step": "callback", "note": None, "satisfaction": "satisfied"})
    )

    step: Literal["urge", "callback", "reopen"]
    note: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")] | None = (
        None
    )
    satisfaction: Literal["satisfied", "basically", "dissatisfied"] | None = None
