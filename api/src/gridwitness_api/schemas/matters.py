"""The responsibility list 权责清单: versions of matters, and who answers."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_TEXTS = {"zh": "清理干净", "en": "cleared"}
_ENTRY: dict[str, Any] = {
    "category": "event",
    "class": "01",
    "class_zh": "市容环境",
    "zh": "暴露垃圾",
    "en": "exposed rubbish",
    "duties": [{"level": 3, "unit": "territory", "amount": 4, "measure": "work-hours", "closing": _TEXTS}],
}
_MATTER: dict[str, Any] = {
    "matter": "0102",
    "version": 1,
    "agency": "310000CG01",
    "category": "event",
    "class_code": "01",
    "class_zh": "市容环境",
    "zh": "暴露垃圾",
    "en": "exposed rubbish",
    "urgency": "normal",
    "source": None,
    "confidence": "likely",
    "modes": [],
}
_VERSION: dict[str, Any] = {
    "matter": "0102",
    "version": 1,
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "agency": "310000CG01",
    "change": "admit",
    "entry": _ENTRY,
    "state": "proposed",
    "effective_from": "2026-01-01T00:00:00Z",
    "proposed_by": None,
    "decided_by": None,
    "statement": "0198f2a0-7c11-7abc-8def-0123456789ab",
    "digest": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
}
_DUTY: dict[str, Any] = {
    "unit": "JD1",
    "amount": 4,
    "measure": "work-hours",
    "closing": _TEXTS,
    "law": ["城市市容和环境卫生管理条例"],
    "because": {"zh": "权责清单 0102@1 …", "en": "list 0102@1 …"},
    "rule": "0102@1",
    "level": 3,
    "mode": None,
}


class MatterView(Answer):
    """A matter in force 现行事项."""

    model_config = ConfigDict(json_schema_extra=example(_MATTER))

    matter: str
    version: int
    agency: str
    category: str
    class_code: str
    class_zh: str
    zh: str
    en: str
    urgency: str
    source: str | None
    confidence: str | None
    modes: list[str]


class MatterList(Answer):
    """Matters in force 现行清单."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_MATTER]}))

    items: list[MatterView]


class MatterVersionView(Answer):
    """One version with its state; `statement` and `digest` are those of its proposal, for who decides."""

    model_config = ConfigDict(json_schema_extra=example(_VERSION))

    matter: str
    version: int
    sub: str
    agency: str
    change: str
    entry: dict[str, Any] | None
    state: str
    effective_from: str
    proposed_by: str | None
    decided_by: str | None
    statement: str
    digest: str


class MatterVersionList(Answer):
    """Versions 各个版本."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_VERSION]}))

    items: list[MatterVersionView]


class DutyView(Answer):
    """Who handles, within which term, and why 责任单位."""

    model_config = ConfigDict(json_schema_extra=example(_DUTY))

    unit: str
    amount: int
    measure: str
    closing: dict[str, str]
    law: list[str]
    because: dict[str, str]
    rule: str
    level: int
    mode: str | None


class DutyAnswer(Answer):
    """The duty, or null: the list names nobody there, and a person decides."""

    model_config = ConfigDict(json_schema_extra=example({"grid": "330106001001001", "duty": _DUTY}))

    grid: str | None
    duty: DutyView | None
