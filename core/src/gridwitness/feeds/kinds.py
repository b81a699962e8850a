"""Kinds of record of the feeds feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

REGISTERED = "feed.registered.v1"
BATCH = "feed.batch.v1"

DOORS = {"gat1400": "GA/T 1400", "jt808": "JT/T 808", "file": "文件"}
ASSURANCES = {"open": "公开", "network": "专网", "mutual-tls": "双向认证", "device-signed": "设备签名"}
"""Weakest first. Below `mutual-tls` a feed's source is claimed."""
DATUMS = ("WGS84", "GCJ02", "BD09", "CGCS2000")

register(
    REGISTERED,
    "数据源登记",
    purposes="officer",
    fields="feed:text! door:text! assurance:text! datum:text! title:text! state:text!",
    enums={
        "door": frozenset(DOORS),
        "assurance": frozenset(ASSURANCES),
        "datum": frozenset(DATUMS),
        "state": frozenset({"open", "closed"}),
    },
)
register(
    BATCH,
    "数据源批次",
    purposes="service",
    fields="feed:text! assurance:text! first:integer! count:integer! head:text! received_from:time! "
    "received_to:time! captured_from:time captured_to:time serial_gaps:integer! repeated:integer! "
    "rejected:integer! clock_offset:decimal",
    internal=True,
    enums={"assurance": frozenset(ASSURANCES)},
)
