"""Hotspot maps as lines of a table, where the subject is a board."""

from __future__ import annotations

from typing import Any

from .phrase import Phrase
from .sanitise import clean

_FAMILIES = {"passages": Phrase("passages", "过车类"), "positions": Phrase("positions", "轨迹类")}
_HEAD = Phrase(
    "cell             anomalies trucks /1,000      z  significant  hours · rules",
    "网格             异常 车辆 每千次 z值 显著 时段 · 规则",
)


def map_rows(subject: dict[str, Any]) -> list[tuple[str, str]]:
    """(中文, English) of each line; every value is cleaned by who prints it."""
    rows: list[tuple[str, str]] = []
    for snapshot in subject.get("map", ()):
        rows.append(_heading(snapshot))
        cells = snapshot["cells"]
        if cells:
            rows.append((_HEAD.zh, str(_HEAD)))
        else:
            rows.append(("  无可显示的网格", "  no cell may be shown"))
        rows += [(line, line) for line in map(_row, cells)]
    return rows


def _heading(snapshot: dict[str, Any]) -> tuple[str, str]:
    family = _FAMILIES[snapshot["family"]]
    name = f"{snapshot['agency']}/{snapshot['number']}"
    period = f"{snapshot['period_from']} … {snapshot['period_to']}"
    block = snapshot["block"]
    return (
        f"{name} {family.zh} {period}，区块 {block}（{snapshot['published']}）",
        f"{name} {family} {period}, block {block} ({snapshot['published']})",
    )


def _row(cell: dict[str, Any]) -> str:
    rate, z = cell["per_10000"] / 10, cell["z_hundredths"] / 100
    mark = "*" if cell["significant"] else " "
    hours = ",".join(map(str, cell["hours"]))
    return clean(
        f"{cell['cell']:<16} {cell['anomalies']:>9} {cell['trucks']:>6} {rate:>7.1f} {z:>6.2f}  {mark:<11}"
        f"  {hours} · {' '.join(cell['rules'])}"
    )
