"""Dispatch: suggestions, learned models, similar closed events, the knowledge base."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from gridwitness_api.schemas.forms import Answer, Form, example

_PRINTED = r"^[^\x00-\x1f\x7f]*$"
_BECAUSE = {
    "zh": "权责清单 0102@1 暴露垃圾(4级):属地,网格330106001001由WX负责",
    "en": "list 0102@1 litter (level 4): territory: WX answers for grid 330106001001",
}
_SUGGESTION = {
    "unit": "WX",
    "helpers": [],
    "mode": None,
    "basis": "rule",
    "because": _BECAUSE,
    "automatic": True,
    "confidence": None,
    "model": None,
    "rule": "0102@1",
    "amount": 4,
    "measure": "work-hours",
    "closing": {"zh": "清理干净", "en": "cleared"},
    "law": ["城市市容和环境卫生管理条例第三十四条"],
    "words": [],
    "ranking": [],
}
_MODEL = {
    "model": "units",
    "version": 3,
    "state": "active",
    "gate": "0.905727",
    "trained": {
        "sha256": "3f" * 32,
        "rows": 6888,
        "labels": 7,
        "text": "text",
        "label": "unit",
        "seed": 0,
        "held_back": "0.2",
    },
    "measured": {
        "accuracy": "0.937793",
        "macro_f1": "0.936317",
        "ece": "0.017981",
        "share": "0.805164",
        "precision": "0.983236",
    },
    "sha256": "a1" * 32,
    "record": "0198f2a0-7c11-7abc-8def-0123456789ab",
}
_NEW_ARTICLE = {
    "article": "SR-34",
    "title": "暴露垃圾处置",
    "body": "责任人应当在四个工作时内清理。",
    "matters": ["0102"],
    "law": ["城市市容和环境卫生管理条例第三十四条"],
    "source": "城管执法手册",
    "state": "valid",
}
_ARTICLE = {
    **_NEW_ARTICLE,
    "version": 1,
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "agency": "330100CG",
    "published_at": "2026-11-02T01:30:00Z",
}
_APPLYING = {"article": "SR-34", "version": 1, "title": "暴露垃圾处置", "law": None, "likeness": 412}
_SIMILAR = {
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "number": "330100CG-2026-000042",
    "matter": "0102",
    "grid": "330106001001001",
    "unit": "WX",
    "outcome": "solved",
    "satisfaction": "satisfied",
    "dispatched_at": "2026-11-01T01:30:00Z",
    "answered_at": "2026-11-01T03:30:00Z",
    "closed_at": "2026-11-01T06:30:00Z",
    "score": 812,
    "text": 640,
}

Number = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f/]*$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTED)]
Matter = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=_PRINTED)]


class RankedUnitView(Answer):
    """A unit and how sure the model is of it 候选单位."""

    model_config = ConfigDict(json_schema_extra=example({"unit": "WX", "confidence": 0.93}))

    unit: str
    confidence: float


class DispatchSuggestionView(Answer):
    """Whose an event is, and why 分拨建议. `amount` of `measure`: time limit; `words`: that spoke for it."""

    model_config = ConfigDict(json_schema_extra=example(_SUGGESTION))

    unit: str | None
    helpers: list[str]
    mode: str | None
    basis: str
    because: dict[str, str]
    automatic: bool
    confidence: float | None
    model: str | None
    rule: str | None
    amount: int | None
    measure: str | None
    closing: dict[str, str] | None
    law: list[str]
    words: list[str]
    ranking: list[RankedUnitView]


class AttendedView(Answer):
    """Whether an event was dispatched unseen 自动派遣结果: `suggestion` is what was found."""

    model_config = ConfigDict(json_schema_extra=example({"dispatched": True, "suggestion": _SUGGESTION}))

    dispatched: bool
    suggestion: DispatchSuggestionView


class ModelView(Answer):
    """A learned model's version 分拨模型; `measured` on the share it never saw."""

    model_config = ConfigDict(json_schema_extra=example(_MODEL))

    model: str
    version: int
    state: str
    gate: str
    trained: dict[str, Any]
    measured: dict[str, str | None]
    sha256: str
    record: str


class ModelList(Answer):
    """An agency's models 模型列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_MODEL]}))

    items: list[ModelView]


class NewArticle(Form):
    """An article's next version 知识条目: a clause or a page of a manual; `matters`: what they begin with."""

    model_config = ConfigDict(json_schema_extra=example(_NEW_ARTICLE))

    article: Number
    title: Line
    body: Annotated[str, StringConstraints(min_length=1, max_length=15_000, pattern=r"^[^\x00]*$")]
    matters: Annotated[list[Matter], Field(max_length=100)]
    law: Annotated[list[Line], Field(max_length=100)] | None = None
    source: Line | None = None
    state: Literal["valid", "withdrawn"] = "valid"


class ArticleView(Answer):
    """A version of an article 知识条目."""

    model_config = ConfigDict(json_schema_extra=example(_ARTICLE))

    article: str
    version: int
    sub: str
    agency: str
    title: str
    body: str
    matters: list[str]
    law: list[str] | None
    source: str | None
    state: str
    published_at: str


class ArticlePage(Answer):
    """Articles by number 条目列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_ARTICLE], "next": None}))

    items: list[ArticleView]
    next: str | None


class ArticleVersions(Answer):
    """All versions of an article, newest first 条目各版本."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_ARTICLE]}))

    items: list[ArticleView]


class ApplyingView(Answer):
    """An article that may apply 适用条目; `likeness` of the words in thousandths."""

    model_config = ConfigDict(json_schema_extra=example(_APPLYING))

    article: str
    version: int
    title: str
    law: list[str] | None
    likeness: int


class SimilarView(Answer):
    """A similar closed event 类似已结事件; `score`, `text` in thousandths. No words of citizens."""

    model_config = ConfigDict(json_schema_extra=example(_SIMILAR))

    sub: str
    number: str
    matter: str | None
    grid: str | None
    unit: str | None
    outcome: str | None
    satisfaction: str | None
    dispatched_at: str | None
    answered_at: str | None
    closed_at: str | None
    score: int
    text: int | None


class KnownView(Answer):
    """What is known about such matters 参考: similar closed events, and articles that may apply."""

    model_config = ConfigDict(json_schema_extra=example({"similar": [_SIMILAR], "articles": [_APPLYING]}))

    similar: list[SimilarView]
    articles: list[ApplyingView]
