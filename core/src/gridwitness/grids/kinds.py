"""Kinds of record of the grids feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

GRID = "grid.registered.v1"
UNIT = "unit.registered.v1"
ADDRESS = "address.registered.v1"
PROPOSED = "matter.proposed.v1"
DECIDED = "matter.decided.v1"

_OWNERS, _SOURCES = "officer service", "self import"

register(
    GRID,
    "网格登记",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="grid:text! category:text! level:integer! parent:text name:text! unit:text area:object "
    "valid_from:time! valid_to:time",
    enums={"category": frozenset({"base", "professional", "department", "enterprise"})},
)
register(
    UNIT,
    "单位登记",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="unit:text! name:text! category:text! parent:text grid:text calendar:text! hours:object! "
    "valid_from:time! valid_to:time",
    enums={
        "category": frozenset({"centre", "department", "township", "community", "enterprise", "team"}),
        "calendar": frozenset({"cn", "none"}),
    },
)
register(
    ADDRESS,
    "标准地址登记",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="address:text! parent:text level:text! name:text! latitude:decimal longitude:decimal grid:text "
    "valid_from:time! valid_to:time",
    enums={"level": frozenset({"district", "street", "community", "road", "compound", "building", "room"})},
)
register(
    PROPOSED,
    "事项准入退出申请",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="matter:text! version:integer! change:text! entry:object reason:text! effective_from:time!",
    enums={"change": frozenset({"admit", "amend", "retire"})},
)
register(
    DECIDED,
    "事项准入退出审批",
    purposes=_OWNERS,
    fields="matter:text! version:integer! statement:text! entry:text! outcome:text! reason:text",
    enums={"outcome": frozenset({"approved", "refused"})},
)
