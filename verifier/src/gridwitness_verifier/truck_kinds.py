"""The kinds of feeds, trucks and hotspots (docs/format.md section 3), in the words of `kinds.py`."""

from __future__ import annotations

BATCH = "feed.batch.v1"
ANOMALY = "truck.anomaly.v2"
TRUCK_REVIEW = "truck.review.v1"
ARCHIVED = "archive.part.v1"
EXPIRED = "archive.expired.v1"
SNAPSHOT = "hotspot.snapshot.v1"

KEPT = frozenset({ANOMALY, ARCHIVED, BATCH, EXPIRED, SNAPSHOT, TRUCK_REVIEW})
"""Kinds whose records an audit compares with tables of their own, after the walk over all entries."""

ENUMS: dict[str | tuple[str, str], tuple[str, ...]] = {
    ("feed.registered.v1", "door"): ("file", "gat1400", "jt808"),
    ("feed.registered.v1", "assurance"): ("device-signed", "mutual-tls", "network", "open"),
    ("feed.registered.v1", "datum"): ("BD09", "CGCS2000", "GCJ02", "WGS84"),
    ("feed.registered.v1", "state"): ("closed", "open"),
    ("feed.batch.v1", "assurance"): ("device-signed", "mutual-tls", "network", "open"),
    ("site.registered.v1", "category"): ("construction", "dump"),
    ("permit.issued.v1", "state"): ("revoked", "valid"),
    ("truck.anomaly.v2", "state"): ("suspected", "withdrawn"),
    ("truck.review.v1", "outcome"): ("excluded", "upheld"),
    ("archive.part.v1", "content"): ("passages", "positions"),
    ("archive.expired.v1", "content"): ("messages", "passages", "positions"),
    ("hotspot.snapshot.v1", "family"): ("passages", "positions"),
}

TRUCK_KINDS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "feed.registered.v1",
        "数据源登记",
        "officer",
        "self",
        "feed:text! door:text! assurance:text! datum:text! title:text! state:text!",
        "",
    ),
    (
        "feed.batch.v1",
        "数据源批次",
        "service",
        "self",
        "feed:text! assurance:text! first:integer! count:integer! head:text! "
        "received_from:time! received_to:time! captured_from:time captured_to:time "
        "serial_gaps:integer! repeated:integer! rejected:integer! clock_offset:decimal",
        "",
    ),
    (
        "carrier.registered.v1",
        "运输单位登记",
        "officer service",
        "self import",
        "carrier:text! name:text! licence:text valid_from:time! valid_to:time",
        "",
    ),
    (
        "truck.registered.v1",
        "渣土车登记",
        "officer service",
        "self import",
        "plate:text! plate_color:text! carrier:text! vehicle_class:text brand:text color:text "
        "rated_kg:integer valid_from:time! valid_to:time",
        "",
    ),
    (
        "site.registered.v1",
        "工地与消纳场登记",
        "officer service",
        "self import",
        "site:text! category:text! name:text! area:object! valid_from:time! valid_to:time",
        "",
    ),
    (
        "checkpoint.registered.v1",
        "卡口登记",
        "officer service",
        "self import",
        "checkpoint:text! name:text! device:text! latitude:decimal! longitude:decimal! "
        "datum:text! road:text direction:text valid_from:time! valid_to:time",
        "",
    ),
    (
        "permit.issued.v1",
        "处置核准",
        "officer service",
        "self import",
        "permit:text! version:integer! carrier:text! plates:texts! site:text! dumps:texts! "
        "checkpoints:texts corridor:object windows:object! valid_from:time! valid_to:time! "
        "state:text!",
        "",
    ),
    (
        "terminal.bound.v1",
        "车载终端绑定",
        "officer service",
        "self import",
        "terminal:text! plate:text! valid_from:time! valid_to:time",
        "",
    ),
    (
        "manifest.issued.v1",
        "电子联单开具",
        "officer service feed",
        "self device import",
        "manifest:text! permit:text! plate:text! site:text! dump:text! left_at:time! load_kg:integer",
        "",
    ),
    (
        "manifest.received.v1",
        "电子联单签收",
        "officer service feed",
        "self device import",
        "manifest:text! dump:text! received_at:time! load_kg:integer",
        "",
    ),
    (
        "truck.anomaly.v2",
        "渣土车疑似异常",
        "service",
        "self",
        "rule:text! rules:text! key:text! state:text! level:text! plate:text plate_color:text "
        "carrier:text checkpoint:text latitude:decimal longitude:decimal cell:text "
        "occurred_at:time! until:time permit:text assurance:text! device_standing:text "
        "reason:object! measured:object! inputs:digests! files:files!",
        "plate files",
    ),
    (
        "truck.review.v1",
        "异常复核",
        "officer",
        "self",
        "entry:text! outcome:text! reason:text! second_source:text files:files!",
        "files",
    ),
    (
        "archive.part.v1",
        "过车与轨迹归档",
        "service",
        "self",
        "feed:text! content:text! day:text! part:integer! rows:integer! root:text! "
        "sha256:text! size:integer! captured_from:time! captured_to:time!",
        "",
    ),
    (
        "archive.expired.v1",
        "归档到期删除",
        "service",
        "self",
        "feed:text! content:text! until:time! parts:texts! rows:integer! reason:text! "
        "requested_by:text! approved_by:text! retention_ended:time!",
        "",
    ),
    (
        "hotspot.snapshot.v1",
        "高发区域快照",
        "service",
        "self",
        "number:integer! family:text! period_from:time! period_to:time! resolution:integer! "
        "rules:text! method:object! size:integer! inputs:text! inputs_count:integer! "
        "exposure:text! cells:text! result:text! suppressed:integer!",
        "",
    ),
)
"""Name, label, purposes, sources, fields, erasable fields."""
