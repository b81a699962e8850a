"""Kinds of record of the hotspots feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

SNAPSHOT = "hotspot.snapshot.v1"

register(
    SNAPSHOT,
    "高发区域快照",
    purposes="service",
    fields="number:integer! family:text! period_from:time! period_to:time! resolution:integer! rules:text! "
    "method:object! size:integer! inputs:text! inputs_count:integer! exposure:text! cells:text! result:text! "
    "suppressed:integer!",
    internal=True,
    enums={"family": frozenset({"passages", "positions"})},
)
