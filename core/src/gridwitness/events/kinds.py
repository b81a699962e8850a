"""Kinds of record of the events feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

STEP = "event.step.v1"

register(
    STEP,
    "事件环节",
    purposes="officer service",
    sources="self device import",
    fields="loop:text! step:text! round:integer! occurred_at:time! actor:text unit:text details:object! "
    "note:text title:text description:text latitude:decimal longitude:decimal address:text files:files!",
    erasable="note title description latitude longitude address files",
)
