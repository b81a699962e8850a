"""The kinds of grids, events, channels, dispatch and performance (docs/format.md section 3)."""

from __future__ import annotations

STEP = "event.step.v1"
PERFORMANCE = "performance.snapshot.v1"
PROPOSED = "matter.proposed.v1"
DECIDED = "matter.decided.v1"

EVENT_KEPT = frozenset({PERFORMANCE, PROPOSED, DECIDED})
"""Kinds whose records an audit looks at again after the walk; steps of events have a table of their own."""

ENUMS: dict[str | tuple[str, str], tuple[str, ...]] = {
    ("grid.registered.v1", "category"): (
        "base",
        "department",
        "enterprise",
        "professional",
    ),
    ("unit.registered.v1", "category"): (
        "centre",
        "community",
        "department",
        "enterprise",
        "team",
        "township",
    ),
    ("unit.registered.v1", "calendar"): (
        "cn",
        "none",
    ),
    ("address.registered.v1", "level"): (
        "building",
        "community",
        "compound",
        "district",
        "road",
        "room",
        "street",
    ),
    ("matter.proposed.v1", "change"): (
        "admit",
        "amend",
        "retire",
    ),
    ("matter.decided.v1", "outcome"): (
        "approved",
        "refused",
    ),
    ("channel.registered.v1", "category"): (
        "department",
        "grid_worker",
        "hotline",
        "import",
        "iot",
        "open311",
        "public_app",
        "sanitation",
        "video",
        "web",
        "wechat",
    ),
    ("channel.registered.v1", "state"): (
        "closed",
        "open",
    ),
    ("dispatch.model.v1", "state"): (
        "active",
        "ready",
        "retired",
    ),
    ("article.published.v1", "state"): (
        "valid",
        "withdrawn",
    ),
}

EVENT_KINDS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "grid.registered.v1",
        "网格登记",
        "officer service",
        "self import",
        "grid:text! category:text! level:integer! parent:text name:text! unit:text area:object "
        "valid_from:time! valid_to:time",
        "",
    ),
    (
        "unit.registered.v1",
        "单位登记",
        "officer service",
        "self import",
        "unit:text! name:text! category:text! parent:text grid:text calendar:text! hours:object! "
        "valid_from:time! valid_to:time",
        "",
    ),
    (
        "address.registered.v1",
        "标准地址登记",
        "officer service",
        "self import",
        "address:text! parent:text level:text! name:text! latitude:decimal longitude:decimal "
        "grid:text valid_from:time! valid_to:time",
        "",
    ),
    (
        "matter.proposed.v1",
        "事项准入退出申请",
        "officer service",
        "self import",
        "matter:text! version:integer! change:text! entry:object reason:text! effective_from:time!",
        "",
    ),
    (
        "matter.decided.v1",
        "事项准入退出审批",
        "officer service",
        "self",
        "matter:text! version:integer! statement:text! entry:text! outcome:text! reason:text",
        "",
    ),
    (
        "event.step.v1",
        "事件环节",
        "officer service",
        "self device import",
        "loop:text! step:text! round:integer! occurred_at:time! actor:text unit:text "
        "details:object! note:text title:text description:text latitude:decimal longitude:decimal "
        "address:text files:files!",
        "note title description latitude longitude address files",
    ),
    (
        "channel.registered.v1",
        "受理渠道登记",
        "officer service",
        "self",
        "channel:text! category:text! title:text! settings:object! state:text!",
        "",
    ),
    (
        "dispatch.model.v1",
        "分拨模型登记",
        "service",
        "self",
        "model:text! version:integer! state:text! trained:object! measured:object! gate:decimal! "
        "files:files!",
        "",
    ),
    (
        "article.published.v1",
        "知识库条目发布",
        "officer service",
        "self import",
        "article:text! version:integer! title:text! body:text! matters:texts! law:texts "
        "source:text state:text!",
        "",
    ),
    (
        "performance.snapshot.v1",
        "考核结果固定",
        "service",
        "self",
        "number:integer! title:text! period_from:time! period_to:time! metrics:text! "
        "size:integer! events:integer! result:text! files:files!",
        "",
    ),
)
"""Name, label, purposes, sources, fields, erasable fields."""
