"""The metric dictionary: what comes with the release holds, fines are refused, faults are named by place."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.performance.dictionary import Dictionary, bundled_dictionary, bundled_metrics
from gridwitness.performance.fines import names_fines

STAGES = (
    "accept",
    "file",
    "dispatch",
    "handle",
    "verify",
    "check",
    "close",
    "rework",
    "void",
    "return",
    "self_handle",
)


def test_every_stage_has_due_in_time_overtime_and_open_late() -> None:
    metrics = bundled_dictionary().metrics
    for stage in STAGES:
        for part in ("need", "in_time", "overtime", "open_late"):
            assert f"{stage}_{part}" in metrics
    assert {"report_need", "report_valid"} <= metrics.keys()


def test_every_metric_stands_in_one_section() -> None:
    dictionary = bundled_dictionary()
    listed = [name for section in dictionary.sections for name in section.metrics]
    assert sorted(listed) == sorted(dictionary.metrics)


def test_grades() -> None:
    score = bundled_dictionary().scores["overall"]
    grades = {value: score.grade(Decimal(value)) for value in ("93.46", "90", "88", "75", "69.999999")}
    assert [grade and grade.zh for grade in grades.values()] == ["优秀", "优秀", "良好", "合格", "不合格"]


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("罚款总额", "total"),
        ("数", "fine totals"),
        ("没收数", "n"),
        ("金额", "n"),
        ("数", "Penalties imposed"),
    ],
)
def test_fines_are_refused(zh: str, en: str) -> None:
    document = bundled_metrics()
    document["metrics"]["urged"] |= {"zh": zh, "en": en}
    _refused(document, "metric-fines")


@pytest.mark.parametrize("name", ["fine_total", "fines", "penalty_count", "amount_due"])
def test_fines_are_refused_by_name(name: str) -> None:
    document = bundled_metrics()
    document["metrics"][name] = document["metrics"]["urged"]
    _refused(document, "metric-fines")


def test_fines_are_refused_as_column_and_value() -> None:
    document = bundled_metrics()
    document["metrics"]["urged"]["numerator"]["where"] = {"event.mode": ["罚款"]}
    _refused(document, "metric-fines")
    document["metrics"]["urged"]["numerator"] = {"of": "clocks", "where": {"amount": {"given": True}}}
    _refused(document, "metric-fines")


def test_other_words_are_not_fines() -> None:
    assert not names_fines("单元网格 unit grid, defined, refined, final")


CHANGES: dict[str, tuple[list[Any], Any]] = {
    "format": (["format"], "gridwitness-metrics/2"),
    "table": (["metrics", "urged", "numerator", "of"], "reporters"),
    "column": (["metrics", "urged", "numerator", "where"], {"note": {"given": True}}),
    "text injected": (["metrics", "urged", "numerator", "where"], {"step) OR (TRUE": ["x"]}),
    "event column of an event": (["metrics", "report_valid", "numerator", "where"], {"event.state": ["x"]}),
    "day": (["metrics", "urged", "numerator", "day"], "due_at"),
    "two ways": (["metrics", "urged", "numerator", "where"], {"step": {"given": True, "not": ["x"]}}),
    "no values": (["metrics", "urged", "numerator", "where"], {"step": []}),
    "time as a value": (["metrics", "report_valid", "numerator", "where"], {"closed_at": ["x"]}),
    "number as text": (["metrics", "report_valid", "numerator", "where"], {"returns": ["1"]}),
    "count with a share's unit": (["metrics", "urged", "unit"], "share"),
    "weights": (["scores", "overall", "parts", 0, "weight"], 31),
    "score of a count": (["scores", "overall", "parts", 0, "metric"], "urged"),
    "grades upwards": (["scores", "overall", "grades", 0, "from"], "10"),
    "post of no metric": (["posts", "patrol", "metrics"], ["nothing"]),
    "section of no metric": (["sections", 0, "metrics"], []),
    "name": (["metrics", "Urged"], {}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_faults_are_named_by_their_place(change: str) -> None:
    path, value = CHANGES[change]
    document: Any = copy.deepcopy(bundled_metrics())
    at = document
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    refused = _refused(document, "metrics-invalid")
    assert "$." in str(refused)


def _refused(document: Any, code: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        Dictionary.parse(document)
    assert refused.value.code == code
    return refused.value
