"""The rules of passages."""

from __future__ import annotations

from gridwitness.trucks.detection.findings import Rule
from gridwitness.trucks.detection.passages.attributes import Attributes
from gridwitness.trucks.detection.passages.elsewhere import Elsewhere
from gridwitness.trucks.detection.passages.permits import OffRoad, OutsideHours, WithoutPermit
from gridwitness.trucks.detection.passages.space_time import SpaceTime
from gridwitness.trucks.detection.passages.unregistered import Unregistered

PASSAGE_RULES: tuple[Rule, ...] = (
    Unregistered(),
    SpaceTime(),
    Elsewhere(),
    Attributes(),
    WithoutPermit("NO_PERMIT"),
    WithoutPermit("EXPIRED"),
    OffRoad(),
    OutsideHours(),
)
