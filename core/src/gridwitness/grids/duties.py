"""Who answers for a matter at a place, within which term, and why (docs/format.md section 23).

Events: territory before owner 先属地后属主; components: owner before territory 先属主后属地 (rule book
3.1, likely).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gridwitness.grids.codes import LEVELS
from gridwitness.grids.matter import OWNER, TERRITORY, Matter, MatterDuty
from gridwitness.grids.territory import Territory

_CATEGORIES = {"base": "基础", "professional": "专业", "department": "部门", "enterprise": "企业"}


@dataclass(frozen=True, slots=True)
class Duty:
    """Found in the list. `closing` and `because`: {"zh", "en"}; `rule`: the version that says so."""

    unit: str
    amount: int
    measure: str
    closing: Mapping[str, str]
    law: Sequence[str]
    because: Mapping[str, str]
    rule: str
    level: int
    mode: str | None


def duty_for(
    matter: Matter,
    territory: Territory,
    grid: str | None,
    lat_e6: int | None,
    lon_e6: int | None,
    mode: str | None,
) -> Duty | None:
    """The duty of the deepest level at or above the event's grid whose unit is known; None: nobody is found,
    which is for a person to decide.
    """
    here = None if grid is None else territory.grids.get(grid)
    if here is None:
        return None
    for duty in _ordered(matter, here.level, mode):
        found = _unit_of(duty, territory, here.number, lat_e6, lon_e6)
        if found is not None:
            unit, zh, en = found
            return _found(matter, duty, unit, zh, en)
    return None


def _ordered(matter: Matter, level: int, mode: str | None) -> list[MatterDuty]:
    """Duties that hold at the level in this mode, the first to be asked first."""
    order = (TERRITORY, OWNER) if matter.category == "event" else (OWNER, TERRITORY)

    def place(duty: MatterDuty) -> tuple[int, bool, int]:
        if duty.unit == TERRITORY:
            ways = 1 + order.index(TERRITORY)
        else:
            ways = 1 + order.index(OWNER) if duty.unit.startswith(OWNER) else 0
        return -duty.level, duty.mode != mode, ways

    return sorted((d for d in _in_mode(matter, mode) if d.level <= level), key=place)


def _in_mode(matter: Matter, mode: str | None) -> Iterable[MatterDuty]:
    """Those of the mode and those for any; where no mode is named and all have one, the first listed."""
    chosen = mode
    if mode is None and all(duty.mode is not None for duty in matter.duties):
        chosen = matter.modes[0]
    return (duty for duty in matter.duties if duty.mode in (None, chosen))


def _unit_of(
    duty: MatterDuty, territory: Territory, grid: str, lat_e6: int | None, lon_e6: int | None
) -> tuple[str, str, str] | None:
    """The unit and why it is the one, 中文 and English; None where it is not known."""
    if duty.unit == TERRITORY:
        unit = territory.unit_for(grid, duty.level)
        because = (f"属地,网格{grid}由{unit}负责", f"territory: {unit} answers for grid {grid}")
        return None if unit is None else (unit, *because)
    if duty.unit.startswith(OWNER):
        return _owner_of(duty.unit.removeprefix(OWNER), territory, lat_e6, lon_e6)
    if duty.unit in territory.units:
        return duty.unit, "清单指定单位", "named by the list"
    return None


def _owner_of(
    category: str, territory: Territory, lat_e6: int | None, lon_e6: int | None
) -> tuple[str, str, str] | None:
    if lat_e6 is None or lon_e6 is None:
        return None
    grid = territory.locate(lat_e6, lon_e6, category)
    if grid is None or grid.unit is None or grid.unit not in territory.units:
        return None
    return (
        grid.unit,
        f"属主,{_CATEGORIES[category]}网格{grid.number}由{grid.unit}负责",
        f"owner: {grid.unit} answers for the {category} grid {grid.number} at the point",
    )


def _found(matter: Matter, duty: MatterDuty, unit: str, zh: str, en: str) -> Duty:
    in_mode_zh = "" if duty.mode is None else f",方式“{duty.mode}”"
    in_mode_en = "" if duty.mode is None else f", mode {duty.mode}"
    return Duty(
        unit=unit,
        amount=duty.amount,
        measure=duty.measure,
        closing={"zh": duty.closing[0], "en": duty.closing[1]},
        law=duty.law,
        because={
            "zh": f"权责清单 {matter.rule} {matter.zh}({LEVELS[duty.level]}级{in_mode_zh}):{zh}",
            "en": f"list {matter.rule} {matter.en} (level {duty.level}{in_mode_en}): {en}",
        },
        rule=matter.rule,
        level=duty.level,
        mode=duty.mode,
    )
