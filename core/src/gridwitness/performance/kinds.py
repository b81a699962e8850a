"""Kinds of record of the performance feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

SNAPSHOT = "performance.snapshot.v1"

register(
    SNAPSHOT,
    "考核结果固定",
    purposes="service",
    fields="number:integer! title:text! period_from:time! period_to:time! metrics:text! size:integer! "
    "events:integer! result:text! files:files!",
    internal=True,
)
