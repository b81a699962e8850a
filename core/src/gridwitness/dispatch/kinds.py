"""Kinds of record of the dispatch feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

MODEL = "dispatch.model.v1"
ARTICLE = "article.published.v1"

register(
    MODEL,
    "分拨模型登记",
    purposes="service",
    fields="model:text! version:integer! state:text! trained:object! measured:object! gate:decimal! "
    "files:files!",
    internal=True,
    enums={"state": frozenset({"ready", "active", "retired"})},
)
register(
    ARTICLE,
    "知识库条目发布",
    purposes="officer service",
    sources="self import",
    fields="article:text! version:integer! title:text! body:text! matters:texts! law:texts source:text "
    "state:text!",
    enums={"state": frozenset({"valid", "withdrawn"})},
)
