"""Kinds of record of the trucks feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

CARRIER = "carrier.registered.v1"
TRUCK = "truck.registered.v1"
SITE = "site.registered.v1"
CHECKPOINT = "checkpoint.registered.v1"
PERMIT = "permit.issued.v1"
TERMINAL = "terminal.bound.v1"
MANIFEST_ISSUED = "manifest.issued.v1"
MANIFEST_RECEIVED = "manifest.received.v1"
ANOMALY = "truck.anomaly.v2"
REVIEW = "truck.review.v1"
ARCHIVED = "archive.part.v1"
EXPIRED = "archive.expired.v1"

_OWNERS, _SOURCES = "officer service", "self import"
"""What the agency enters itself or takes over from its own register system."""

register(
    CARRIER,
    "运输单位登记",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="carrier:text! name:text! licence:text valid_from:time! valid_to:time",
)
register(
    TRUCK,
    "渣土车登记",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="plate:text! plate_color:text! carrier:text! vehicle_class:text brand:text color:text "
    "rated_kg:integer valid_from:time! valid_to:time",
)
register(
    SITE,
    "工地与消纳场登记",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="site:text! category:text! name:text! area:object! valid_from:time! valid_to:time",
    enums={"category": frozenset({"construction", "dump"})},
)
register(
    CHECKPOINT,
    "卡口登记",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="checkpoint:text! name:text! device:text! latitude:decimal! longitude:decimal! datum:text! "
    "road:text direction:text valid_from:time! valid_to:time",
)
register(
    PERMIT,
    "处置核准",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="permit:text! version:integer! carrier:text! plates:texts! site:text! dumps:texts! "
    "checkpoints:texts corridor:object windows:object! valid_from:time! valid_to:time! state:text!",
    enums={"state": frozenset({"valid", "revoked"})},
)
register(
    TERMINAL,
    "车载终端绑定",
    purposes=_OWNERS,
    sources=_SOURCES,
    fields="terminal:text! plate:text! valid_from:time! valid_to:time",
)
register(
    MANIFEST_ISSUED,
    "电子联单开具",
    purposes="officer service feed",
    sources="self import device",
    fields="manifest:text! permit:text! plate:text! site:text! dump:text! left_at:time! load_kg:integer",
)
register(
    MANIFEST_RECEIVED,
    "电子联单签收",
    purposes="officer service feed",
    sources="self import device",
    fields="manifest:text! dump:text! received_at:time! load_kg:integer",
)
register(
    ANOMALY,
    "渣土车疑似异常",
    purposes="service",
    fields="rule:text! rules:text! key:text! state:text! level:text! plate:text plate_color:text "
    "carrier:text checkpoint:text latitude:decimal longitude:decimal cell:text occurred_at:time! "
    "until:time permit:text assurance:text! device_standing:text reason:object! measured:object! "
    "inputs:digests! files:files!",
    erasable="plate files",
    internal=True,
    enums={"state": frozenset({"suspected", "withdrawn"})},
)
register(
    REVIEW,
    "异常复核",
    purposes="officer",
    fields="entry:text! outcome:text! reason:text! second_source:text files:files!",
    erasable="files",
    enums={"outcome": frozenset({"upheld", "excluded"})},
)
register(
    ARCHIVED,
    "过车与轨迹归档",
    purposes="service",
    fields="feed:text! content:text! day:text! part:integer! rows:integer! root:text! sha256:text! "
    "size:integer! captured_from:time! captured_to:time!",
    internal=True,
    enums={"content": frozenset({"passages", "positions"})},
)
register(
    EXPIRED,
    "归档到期删除",
    purposes="service",
    fields="feed:text! content:text! until:time! parts:texts! rows:integer! reason:text! requested_by:text! "
    "approved_by:text! retention_ended:time!",
    internal=True,
    enums={"content": frozenset({"passages", "positions", "messages"})},
)
