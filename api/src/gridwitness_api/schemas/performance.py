"""Performance: figures, what is behind them, rankings, the dictionary, snapshots."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.parameters import DATE_FORM
from gridwitness_api.schemas.files import StoredFile
from gridwitness_api.schemas.forms import AgencyCode, Answer, Form, example

DayText = Annotated[str, StringConstraints(pattern=DATE_FORM)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]

_FIGURE: dict[str, Any] = {
    "by": "unit",
    "of": "SZ",
    "name": "市政管理处",
    "metric": "handling_in_time_rate",
    "numerator": 91,
    "denominator": 104,
    "value": "0.875000",
    "before": "0.851000",
    "change": "0.024000",
    "year_before": None,
    "year_change": None,
}
_PERIOD: dict[str, Any] = {
    "agency": "310000CG01",
    "period_from": "2026-10-31T16:00:00Z",
    "period_to": "2026-11-30T16:00:00Z",
    "metrics": "3f" * 32,
}
_RANKED: dict[str, Any] = {
    "place": 1,
    "of": "SZ",
    "name": "市政管理处",
    "value": "93.460000",
    "grade": {"zh": "优秀", "en": "excellent"},
}
_COUNTED: dict[str, Any] = {
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "number": "310000CG01-2026-000123",
    "rows": 1,
}
_SNAPSHOT: dict[str, Any] = {
    **_PERIOD,
    "number": 3,
    "title": "2026年11月考核",
    "size": 81234,
    "events": 5120,
    "result": "9f86d081" * 8,
    "record": "0198f2a0-7c11-7abc-8def-0123456789ab",
    "file": {"sha256": "9f86d081" * 8, "sm3": "66c7f0f4" * 8, "size": 81920, "type": "text/plain"},
}


class FigureView(Answer):
    """One figure 指标值; `before`, `year_before` (上期、去年同期) are null where not asked for or unknown."""

    model_config = ConfigDict(json_schema_extra=example(_FIGURE))

    by: str
    of: str
    name: str
    metric: str
    numerator: int | None
    denominator: int | None
    value: str | None
    before: str | None
    change: str | None
    year_before: str | None
    year_change: str | None


class FigureList(Answer):
    """Figures of a period, by body and metric 指标值列表; `metrics`: the dictionary's version."""

    model_config = ConfigDict(json_schema_extra=example({**_PERIOD, "items": [_FIGURE], "next": None}))

    agency: str
    period_from: str
    period_to: str
    metrics: str
    items: list[FigureView]
    next: str | None


class GradeView(Answer):
    """A grade 等次."""

    model_config = ConfigDict(json_schema_extra=example(_RANKED["grade"]))

    zh: str
    en: str


class RankedView(Answer):
    """A place in a ranking 名次; equal scores share one."""

    model_config = ConfigDict(json_schema_extra=example(_RANKED))

    place: int
    of: str
    name: str
    value: str
    grade: GradeView | None


class Ranking(Answer):
    """Bodies or places by their score, best first 排名."""

    model_config = ConfigDict(
        json_schema_extra=example({**_PERIOD, "score": "overall", "by": "unit", "items": [_RANKED]})
    )

    agency: str
    period_from: str
    period_to: str
    metrics: str
    score: str
    by: str
    items: list[RankedView]


class CountedEventView(Answer):
    """An event behind a figure 计入的事件; `rows`: how many of its clocks, steps, … are counted."""

    model_config = ConfigDict(json_schema_extra=example(_COUNTED))

    sub: str
    number: str
    rows: int


class CountedEventList(Answer):
    """The events behind a figure, by number 计入的事件列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_COUNTED], "next": None}))

    items: list[CountedEventView]
    next: str | None


class MetricsView(Answer):
    """The metric dictionary, docs/format.md section 27 指标口径."""

    model_config = ConfigDict(
        json_schema_extra=example({"version": "3f" * 32, "document": {"format": "gridwitness-metrics/1"}})
    )

    version: str
    document: dict[str, Any]


class NewPerformanceSnapshot(Form):
    """Days whose figures are to be fixed 固定考核结果, both included; `agency`: default one's own."""

    model_config = ConfigDict(
        json_schema_extra=example({"first": "2026-11-01", "last": "2026-11-30", "title": "2026年11月考核"})
    )

    first: DayText
    last: DayText
    title: Title | None = None
    agency: AgencyCode | None = None


class PerformanceSnapshotView(Answer):
    """Fixed figures 考核结果; the file holds them, the record its digest."""

    model_config = ConfigDict(json_schema_extra=example(_SNAPSHOT))

    agency: str
    number: int
    title: str
    period_from: str
    period_to: str
    metrics: str
    size: int
    events: int
    result: str
    record: str
    file: StoredFile


class PerformanceSnapshotList(Answer):
    """Snapshots, newest first 考核结果列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_SNAPSHOT], "next": None}))

    items: list[PerformanceSnapshotView]
    next: str | None
