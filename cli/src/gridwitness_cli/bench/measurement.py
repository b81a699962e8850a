"""One row of the table: a figure, what stands beside it, and their ratio."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridwitness.durable_file import replace_file
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measurement:
    """`value` in `unit`; `beside` names what was measured in the same run, in the same unit, or is None."""

    name: str
    value: float
    unit: str
    beside: str | None = None
    beside_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """`value` ÷ `beside_value`: above 1 is good for rates, below 1 for times, bytes and gas."""
        if not self.beside_value:
            return None
        return self.value / self.beside_value

    def to_value(self) -> dict[str, Any]:
        """The row as it stands in `results.json`; figures have four significant digits."""
        return {
            "name": self.name,
            "value": significant(self.value),
            "unit": self.unit,
            "beside": self.beside,
            "beside_value": None if self.beside_value is None else significant(self.beside_value),
            "ratio": None if self.ratio is None else significant(self.ratio),
        }


def significant(figure: float, digits: int = 4) -> float:
    """Rounded to significant digits; more would be noise."""
    if figure == 0 or not math.isfinite(figure):
        return figure
    return round(figure, digits - 1 - math.floor(math.log10(abs(figure))))


def write_results(path: Path, rows: Iterable[Measurement]) -> None:
    """Write `results.json`, replacing an earlier one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps([row.to_value() for row in rows], indent=2, ensure_ascii=False)
    replace_file(path, content.encode() + b"\n", mode=0o644)


def as_table(rows: Sequence[Measurement], title: str) -> Table:
    """The rows for people."""
    table = Table(title=title)
    for heading in ("what 项目", "value 数值", "unit 单位", "beside 对照", "its value 对照值", "ratio 比值"):
        table.add_column(heading, justify="right" if "值" in heading else "left", overflow="fold")
    for row in rows:
        table.add_row(
            row.name,
            _figure(row.value),
            row.unit,
            row.beside or "–",
            _figure(row.beside_value),
            _figure(row.ratio),
        )
    return table


def _figure(figure: float | None) -> str:
    if figure is None:
        return "–"
    rounded = significant(figure)
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"
