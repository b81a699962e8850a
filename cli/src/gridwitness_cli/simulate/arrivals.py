"""What reaches the doors, as plain values: records of registers, passages, fixes of terminals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Door = Literal["register", "gat1400", "jt808"]


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a register or an e-manifest: its kind and fields (docs/format.md section 3)."""

    kind: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle as a checkpoint's device saw it, by the device's clock (UTC)."""

    checkpoint: str
    device: str
    lane: int
    plate: str | None
    plate_color: str | None
    vehicle_class: str | None
    brand: str | None
    color: str | None
    captured_at: datetime
    speed_kmh: int | None
    reliability: int | None


@dataclass(frozen=True, slots=True)
class Fix:
    """One position as a terminal told it (UTC, WGS 84 degrees); alarm and status bits of JT/T 808."""

    terminal: str
    fixed_at: datetime
    lat: float
    lon: float
    speed_kmh: float
    direction: int
    alarms: int
    status: int
    mileage_km: float
    cover: int
    lift: int
    load: int
    weight_kg: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """What comes in at once at a door at `at`, over which connection; `backfill`: as one batch upload."""

    at: datetime
    door: Door
    connection: str
    payload: Record | Passage | tuple[Fix, ...]
    backfill: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """The truth: this plate broke this rule then and about there. Not `planted`: it follows from another."""

    rule: str
    plate: str
    since: datetime
    until: datetime
    lat: float
    lon: float
    planted: bool = True
