"""Kinds of record: which fields a kind's version has, who may sign it, what may be erased.

The table is normative in `docs/format.md` section 3; a test holds the two together. A feature adds its own
kinds with
`register`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records.field_types import FIELD_TYPES, is_time

__all__ = [
    "KINDS",
    "MILESTONES",
    "Field",
    "Kind",
    "check_fields",
    "is_time",
    "kind_named",
    "named_files",
    "register",
]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind: its type (a word of `docs/format.md` section 3) and whether it may be null."""

    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind at one version."""

    name: str
    title_zh: str
    purposes: frozenset[str]
    sources: frozenset[str]
    fields: Mapping[str, Field]
    erasable: frozenset[str] = frozenset()
    internal: bool = False
    """Only the platform writes it; refused at the door."""
    enums: Mapping[str, frozenset[str]] = field(default_factory=dict)


KINDS: dict[str, Kind] = {}


def register(
    name: str,
    title_zh: str,
    *,
    purposes: str,
    sources: str = "self",
    fields: str,
    erasable: str = "",
    internal: bool = False,
    enums: Mapping[str, frozenset[str]] | None = None,
) -> Kind:
    """Add a kind. `fields` reads like the format's table: `procedure:text! place:text files:files!`."""
    parsed = {}
    for word in fields.split():
        field_name, _, type_name = word.partition(":")
        parsed[field_name] = Field(type_name.rstrip("!"), type_name.endswith("!"))
        if parsed[field_name].type not in FIELD_TYPES:
            raise AssertionError(f"{name}: there is no field type {type_name!r}")
    kind = Kind(
        name,
        title_zh,
        frozenset(purposes.split()),
        frozenset(sources.split()),
        parsed,
        frozenset(erasable.split()),
        internal,
        enums or {},
    )
    KINDS[name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """The kind. Raises InvalidInput `kind-unknown`."""
    kind = KINDS.get(name)
    if kind is None:
        raise InvalidInput(
            "kind-unknown", f"There is no kind {name!r}.", "see docs/format.md section 3 for the kinds"
        )
    return kind


def check_fields(kind: Kind, fields: Mapping[str, Any]) -> None:
    """Exactly the kind's fields, each of its type. Raises InvalidInput `fields`."""
    if fields.keys() != kind.fields.keys():
        missing = sorted(kind.fields.keys() - fields.keys())
        unknown = sorted(fields.keys() - kind.fields.keys())
        raise InvalidInput(
            "fields",
            f"{kind.name} has other fields: missing {missing}, unknown {unknown}.",
            "disclose every field of the kind, null where empty",
        )
    for name, declared in kind.fields.items():
        value = fields[name]
        if not (value is None and not declared.required) and not FIELD_TYPES[declared.type](value):
            wanted = f"{declared.type}{' (never null)' if declared.required else ' or null'}"
            raise InvalidInput(
                "fields", f"{kind.name}: field {name!r} is not {wanted}.", "see docs/format.md section 3"
            )
        allowed = kind.enums.get(name)
        if allowed is not None and value not in allowed:
            raise InvalidInput("fields", f"{kind.name}: field {name!r} is none of {sorted(allowed)}.", None)


def named_files(kind: Kind, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every file that the record's `files` fields name."""
    return [
        file
        for name, declared in kind.fields.items()
        if declared.type == "files" and fields.get(name)
        for file in fields[name]
    ]


MILESTONES = frozenset({"start", "inquiry", "review", "decision", "service", "execution", "closure"})
"""The step families of 行政处罚法 2021 Art. 47, and closure."""

_PROCEDURES = {"procedure": frozenset({"summary", "general"})}

register("state.effect.v1", "状态变更", purposes="service", fields="", internal=True)
register(
    "deployment.manifest.v1",
    "数据清单",
    purposes="service",
    fields="feature:text! revision:integer! tables:object!",
    internal=True,
)
register(
    "deployment.incarnation.v1",
    "续接日志",
    purposes="service",
    fields="predecessor:text! size:integer! root:text! lost_from:integer lost_to:integer reason:text!",
    internal=True,
)
register(
    "record.erasure.v1",
    "个人信息删除",
    purposes="service",
    fields="field:text! digests:digests! reason:text! requested_by:text! approved_by:text! "
    "retention_ended:time!",
    internal=True,
)
register(
    "case.step.v1",
    "办案环节",
    purposes="officer",
    fields="procedure:text! step:text! occurred_at:time! officers:texts! place:text facts:text basis:text "
    "outcome:text files:files!",
    erasable="place facts files",
    enums=_PROCEDURES,
)
register(
    "case.milestone.v1",
    "案件关键节点",
    purposes="officer",
    fields="procedure:text! milestone:text! occurred_at:time! officers:texts! basis:text outcome:text "
    "files:files!",
    enums=_PROCEDURES | {"milestone": MILESTONES},
)
register(
    "truck.anomaly.v1",
    "渣土车疑似异常",
    purposes="feed service",
    sources="device self",
    fields="rule:text! rule_version:text! plate:text plate_color:text checkpoint:text! occurred_at:time! "
    "state:text! reason:text! inputs:digests! files:files!",
    erasable="plate files",
    enums={"state": frozenset({"suspected", "upheld", "excluded"})},
)
register(
    "event.reported.v1",
    "事件上报",
    purposes="service officer",
    sources="import self",
    fields="title:text category:text description:text status:text reported_at:time closed_at:time "
    "latitude:decimal longitude:decimal address:text channel:text unit:text source:object!",
    erasable="description latitude longitude address source",
)
