"""A dictionary that asks every column of every table, in every way it can be asked."""

from __future__ import annotations

from typing import Any

from gridwitness.performance.countable import COUNTABLE, EVENT_COLUMNS

_VALUES: dict[str, list[Any]] = {"integer": [0, 2], "boolean": [True]}
_TEXTS = [
    "handle",
    "U1",
    "closed",
    "running",
    "met",
    "open",
    "granted",
    "lead",
    "0101",
    "330106001",
    "solved",
]


def every_column() -> dict[str, Any]:
    """Shares of rows that say so among all rows of the day."""
    metrics: dict[str, Any] = {}
    for of, table in COUNTABLE.items():
        columns = dict(table.columns) | ({} if of == "events" else _of_event())
        for at, (column, kind) in enumerate(columns.items()):
            day = table.days[at % len(table.days)]
            values = _VALUES.get(kind, _TEXTS)
            for way, wanted in (
                ("given", {"given": True}),
                ("missing", {"given": False}),
                *([] if kind == "given" else [("is", values), ("other", {"not": values})]),
            ):
                name = f"{of}_{column.replace('.', '_')}_{way}"
                stock = {} if (at + len(way)) % 5 == 0 else {"day": day}
                metrics[name] = {
                    "zh": "样例",
                    "en": "sample",
                    "unit": "share",
                    "numerator": {"of": of, "where": {column: wanted}, **stock},
                    "denominator": {"of": of, **stock},
                    "source": "test",
                    "confidence": "assumed",
                }
    names = sorted(metrics)
    parts = [{"metric": name, "weight": 1, "inverse": at % 3 == 0} for at, name in enumerate(names[:100])]
    return {
        "format": "gridwitness-metrics/1",
        "metrics": metrics,
        "scores": {"sample_score": {"zh": "样例", "en": "sample", "parts": parts, "grades": []}},
        "posts": {"people": {"zh": "岗位", "en": "post", "metrics": names[::2]}},
        "sections": [{"zh": "全部", "en": "all", "metrics": names}],
    }


def _of_event() -> dict[str, str]:
    return {f"event.{column}": kind for column, kind in EVENT_COLUMNS.items()}
