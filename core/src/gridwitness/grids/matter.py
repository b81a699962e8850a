"""A matter of the responsibility list: what it says, read and checked (docs/format.md section 23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gridwitness.calendars.hours import MEASURES, MOST
from gridwitness.errors import InvalidInput
from gridwitness.grids.codes import LEVELS
from gridwitness.rules import Node

CATEGORIES = {"event": "事件", "component": "部件"}
URGENCIES = {"normal": "一般", "urgent": "紧急"}
CONFIDENCES = ("sure", "likely", "assumed")
GRID_CATEGORIES = ("base", "professional", "department", "enterprise")
TERRITORY, OWNER = "territory", "owner:"
_CODE = "matter-invalid"
_LINE = r"[^\x00-\x1f\x7f]{1,512}"
_MOST_DUTIES = 64
_MOST_METRES, _MOST_DAYS = 10_000, 366


@dataclass(frozen=True, slots=True)
class MatterDuty:
    """Who handles a matter at a grid's level, within which term, and when it is done.

    `unit`: a unit's number, `territory`, or `owner:<grid category>`; `closing`: (中文, English).
    """

    level: int
    mode: str | None
    unit: str
    amount: int
    measure: str
    closing: tuple[str, str]
    law: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """One version of a matter that governs, or governed. `radius_m`, `days`: what counts as a duplicate."""

    matter: str
    version: int
    agency: str
    category: str
    class_code: str
    class_zh: str
    zh: str
    en: str
    urgency: str
    source: str | None
    confidence: str | None
    duties: tuple[MatterDuty, ...]
    radius_m: int | None
    days: int | None

    @property
    def rule(self) -> str:
        """How clocks and reasons name this version."""
        return f"{self.matter}@{self.version}"

    @property
    def modes(self) -> Sequence[str]:
        """Handling modes it tells apart, in order of the list."""
        return [*dict.fromkeys(duty.mode for duty in self.duties if duty.mode is not None)]

    @classmethod
    def parse(cls, matter: str, version: int, agency: str, entry: Any) -> Matter:
        """Raises InvalidInput `matter-invalid` with the place in the entry."""
        try:
            return _matter(matter, version, agency, Node(entry, "$", _CODE))
        except InvalidInput as error:
            raise InvalidInput(
                error.code, error.message, "see docs/format.md section 23", **error.context
            ) from error


def _matter(matter: str, version: int, agency: str, node: Node) -> Matter:
    found = node.members(
        ("category", "class", "class_zh", "zh", "en", "duties"),
        ("source", "confidence", "urgency", "radius_m", "days"),
    )
    duties = found["duties"].items(1)
    if len(duties) > _MOST_DUTIES:
        found["duties"].fail(f"has more than {_MOST_DUTIES} elements")
    return Matter(
        matter=matter,
        version=version,
        agency=agency,
        category=found["category"].one_of(CATEGORIES),
        class_code=found["class"].text(r"[0-9A-Za-z-]{1,16}"),
        class_zh=found["class_zh"].text(_LINE),
        zh=found["zh"].text(_LINE),
        en=found["en"].text(_LINE),
        urgency=found["urgency"].one_of(URGENCIES) if "urgency" in found else "normal",
        source=found["source"].text(_LINE) if "source" in found else None,
        confidence=found["confidence"].one_of(CONFIDENCES) if "confidence" in found else None,
        duties=tuple(_duty(duty) for duty in duties),
        radius_m=_whole(found, "radius_m", _MOST_METRES),
        days=_whole(found, "days", _MOST_DAYS),
    )


def _duty(node: Node) -> MatterDuty:
    found = node.members(("level", "unit", "amount", "measure", "closing"), ("mode", "law"))
    level = found["level"].integer(1)
    if level not in LEVELS:
        found["level"].fail(f"is no level: 1 to {max(LEVELS)}")
    amount = found["amount"].integer(1)
    if amount > MOST:
        found["amount"].fail(f"is more than {MOST}")
    closing = found["closing"].members(("zh", "en"))
    return MatterDuty(
        level=level,
        mode=found["mode"].text(_LINE) if "mode" in found else None,
        unit=_unit(found["unit"]),
        amount=amount,
        measure=found["measure"].one_of(MEASURES),
        closing=(closing["zh"].text(_LINE), closing["en"].text(_LINE)),
        law=found["law"].texts(_LINE) if "law" in found else (),
    )


def _unit(node: Node) -> str:
    unit = node.text(r"[^\x00-\x1f\x7f/@]{1,32}")
    if unit.startswith(OWNER) and unit.removeprefix(OWNER) not in GRID_CATEGORIES:
        node.fail(f"names no category of grids: {', '.join(GRID_CATEGORIES)}")
    return unit


def _whole(found: dict[str, Node], name: str, most: int) -> int | None:
    if name not in found:
        return None
    value = found[name].integer(1)
    if value > most:
        found[name].fail(f"is more than {most}")
    return value
