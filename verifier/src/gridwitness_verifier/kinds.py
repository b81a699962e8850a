"""The kinds of records: purpose of the key, source, fields and their types (docs/format.md section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .errors import VerificationError
from .event_kinds import ENUMS as _EVENT_ENUMS
from .event_kinds import EVENT_KINDS
from .field_types import EFFECT_FIELD, is_effect_value, is_of_type
from .truck_kinds import ENUMS as _TRUCK_ENUMS
from .truck_kinds import TRUCK_KINDS

EFFECT = "state.effect.v1"
OFFER = "key.offered.v1"
ERASURE = "record.erasure.v1"
MANIFEST = "deployment.manifest.v1"
INCARNATION = "deployment.incarnation.v1"
STEP = "case.step.v2"
COSIGN = "case.cosign.v1"
ISSUED = "document.issued.v1"
REVIEW = "device.review.v1"
RULE = "rule.published.v1"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind: its type, whether it is never null, its allowed values when it is an enum."""

    type: str
    required: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; `fields` is empty for effects (names as in section 4), `purposes` for offers."""

    name: str
    label: str
    purposes: tuple[str, ...]
    src: tuple[str, ...]
    fields: Mapping[str, Field] = field(default_factory=dict)
    erasable: frozenset[str] = frozenset()


_ENUMS: dict[str | tuple[str, str], tuple[str, ...]] = {
    "procedure": ("summary", "general"),
    "milestone": ("start", "inquiry", "review", "decision", "service", "execution", "closure"),
    ("truck.anomaly.v1", "state"): ("suspected", "upheld", "excluded"),
    ("key.offered.v1", "purpose"): ("officer", "service", "feed", "log"),
    **_TRUCK_ENUMS,
    **_EVENT_ENUMS,
}


def _kind(name: str, label: str, purposes: str, src: str, fields: str, erasable: str = "") -> Kind:
    table = {}
    for item in fields.split():
        column, _, type_name = item.partition(":")
        values = _ENUMS.get((name, column)) or _ENUMS.get(column, ())
        table[column] = Field(type_name.rstrip("!"), type_name.endswith("!"), values)
    return Kind(
        name,
        label,
        tuple(purposes.split()),
        tuple(src.split()),
        MappingProxyType(table),
        frozenset(erasable.split()),
    )


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            _kind(EFFECT, "状态变更", "service", "self", ""),
            _kind(MANIFEST, "数据清单", "service", "self", "feature:text! revision:integer! tables:object!"),
            _kind(
                INCARNATION,
                "续接日志",
                "service",
                "self",
                "predecessor:text! size:integer! root:text! lost_from:integer lost_to:integer reason:text!",
            ),
            _kind(
                OFFER,
                "申请签名密钥",
                "",
                "self",
                "jwk:jwk! purpose:text! holder:text not_before:time! not_after:time! replaces:text",
            ),
            _kind("key.confirmed.v1", "密钥复核", "service", "self", "agency:text! thumbprint:text!"),
            _kind(
                "key.shrunk.v1",
                "缩短密钥有效期",
                "service",
                "self",
                "agency:text! thumbprint:text! not_before:time! not_after:time!",
            ),
            _kind(
                "key.revoked.v1",
                "吊销密钥",
                "service",
                "self",
                "agency:text! thumbprint:text! compromised_since:time! reason:text!",
            ),
            _kind(
                ERASURE,
                "个人信息删除",
                "service",
                "self",
                "field:text! digests:digests! reason:text! requested_by:text! approved_by:text!"
                " retention_ended:time!",
            ),
            _kind(
                "case.step.v1",
                "办案环节",
                "officer",
                "self",
                "procedure:text! step:text! occurred_at:time! officers:texts! place:text facts:text"
                " basis:text outcome:text files:files!",
                "place facts files",
            ),
            _kind(
                "case.milestone.v1",
                "案件关键节点",
                "officer",
                "self",
                "procedure:text! milestone:text! occurred_at:time! officers:texts! basis:text outcome:text"
                " files:files!",
            ),
            _kind(
                STEP,
                "办案步骤",
                "officer",
                "self",
                "procedure:text! rules:text! step:text! occurred_at:time! officers:texts! place:text"
                " facts:text basis:texts outcome:text details:object! party:object files:files!",
                "place facts party files",
            ),
            _kind(COSIGN, "共同签名", "officer", "self", "statement:text! entry:text!"),
            _kind(
                ISSUED,
                "制发文书",
                "service",
                "self",
                "statement:text! entry:text! document:text! files:files!",
                "files",
            ),
            _kind(
                "device.registered.v1",
                "设备登记",
                "officer",
                "self",
                "device:text! category:text! place:text! datum:text! latitude:decimal longitude:decimal"
                " announced_at:time marked:text!",
            ),
            _kind(
                REVIEW,
                "设备审核",
                "officer",
                "self",
                "device:text! review:text! outcome:text! reviewed_at:time! valid_from:time! valid_to:time!"
                " standard:text report:text files:files!",
            ),
            _kind(
                RULE,
                "规则发布",
                "service",
                "self",
                "name:text! version:integer! effective_from:text! effective_to:text content:object!",
            ),
            _kind(
                "truck.anomaly.v1",
                "渣土车疑似异常",
                "feed service",
                "device self",
                "rule:text! rule_version:text! plate:text plate_color:text checkpoint:text! occurred_at:time!"
                " state:text! reason:text! inputs:digests! files:files!",
                "plate files",
            ),
            _kind(
                "event.reported.v1",
                "事件上报",
                "service officer",
                "import self",
                "title:text category:text description:text status:text reported_at:time closed_at:time"
                " latitude:decimal longitude:decimal address:text channel:text unit:text source:object!",
                "description latitude longitude address source",
            ),
            *(_kind(*row) for row in TRUCK_KINDS),
            *(_kind(*row) for row in EVENT_KINDS),
        )
    }
)

# Columns of effects that may be erased (section 4).
ERASABLE_COLUMNS = frozenset(
    {"members.account.display_name", "trucks.anomaly.plate", "trucks.reading.plate"}
    | {f"events.event.{column}" for column in ("title", "description", "address", "lat_e6", "lon_e6")}
    | {"events.step.note", "events.reporter.name", "events.reporter.phone"}
    | {
        f"cases.party.{column}"
        for column in ("name", "document_type", "document_number", "address", "phone", "representative")
    }
)


def kind_of(name: str) -> Kind:
    """The kind with this name; raises VerificationError `kind-unknown`."""
    kind = KINDS.get(name)
    if kind is None:
        raise VerificationError("kind-unknown", f"{name} is not a kind of this format")
    return kind


def check_source(kind: str, src: str) -> None:
    """Raises VerificationError `kind-source` when a record of this kind cannot have this `src`."""
    if src not in kind_of(kind).src:
        raise VerificationError("kind-source", f"{kind} is never of source {src}")


def check_fields(kind: str, fields: Mapping[str, Any], *, complete: bool = False) -> None:
    """Every field shown (name → value) belongs to the kind and has its type.

    With `complete` no field may be missing; without it, fields may be redacted or erased.
    Raises VerificationError `kind-unknown`, `field-unknown`, `field-missing`, `field-null`, `field-type`.
    """
    table = kind_of(kind).fields
    if kind == EFFECT:
        _check_effect(fields, complete)
        return
    for name, value in fields.items():
        if name not in table:
            raise VerificationError("field-unknown", f"{kind} has no field {name}")
        _check_field(name, table[name], value)
    missing = table.keys() - fields.keys()
    if complete and missing:
        raise VerificationError("field-missing", f"{kind} without {', '.join(sorted(missing))}")


def _check_field(name: str, rule: Field, value: Any) -> None:
    if value is None:
        if rule.required:
            raise VerificationError("field-null", f"{name} is null")
    elif not is_of_type(rule.type, value) or (rule.values and value not in rule.values):
        raise VerificationError("field-type", f"{name} is not {' | '.join(rule.values) or rule.type}")


def _check_effect(fields: Mapping[str, Any], complete: bool) -> None:
    rows: set[int] = set()
    columns: set[int] = set()
    for name, value in fields.items():
        match = EFFECT_FIELD.match(name)
        if match is None:
            raise VerificationError("field-unknown", f"an effect has no field {name}")
        if not is_effect_value(name, value):
            raise VerificationError("field-type", f"{name} does not have the form of an effect's field")
        if match.group("row") is not None:
            (columns if match.group("column") else rows).add(int(match.group("row")))
    gap = rows != set(range(len(rows))) or not columns <= rows or not {"cause", "by"} <= fields.keys()
    if complete and gap:
        raise VerificationError("field-missing", "an effect has cause, by, and rows 0, 1, … without gap")
