"""What a replay showed: the platform's figures beside those of the file, and every row that was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from gridwitness_cli.replay.figures import BodyFigures, by_agency, summed
from gridwitness_cli.replay.playing import Played, Refused
from gridwitness_cli.replay.service_request import ServiceRequest

_NAMED = 5
"""Refused rows of a kind that are named; all of them stand in the JSON."""


@dataclass(frozen=True)
class Outcome:
    """One file: what was played, and both countings of it. `seconds`: of playing."""

    file: str
    city: str
    agencies: tuple[str, ...]
    played: Played
    straight: Mapping[str, BodyFigures]
    counted: Mapping[str, BodyFigures]
    seconds: float

    @property
    def differing(self) -> list[str]:
        """Bodies of which the two countings do not say the same."""
        bodies = sorted({*self.straight, *self.counted})
        return [body for body in bodies if self.straight.get(body) != self.counted.get(body)]

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "file": self.file,
            "city": self.city,
            "events": self.played.events,
            "steps": self.played.steps,
            "seconds": round(self.seconds, 1),
            "refused": [asdict(one) for one in self.played.refused],
            "differing": self.differing,
            "straight": [_figures(one) for one in _ordered(self.straight)],
            "counted": [_figures(one) for one in _ordered(self.counted)],
        }


def tell(console: Console, outcome: Outcome) -> None:
    """A table by body, the refusals, and whether the countings agree."""
    console.print(_table(outcome))
    played = outcome.played
    console.print(
        f"{played.events:,} events, {played.steps:,} steps in {outcome.seconds:.0f} s "
        f"({played.steps / max(outcome.seconds, 0.001):,.0f}/s)"
    )
    for (step, code), rows in _by_reason(played.refused).items():
        named = ", ".join(f"{one.key} (row {one.row})" for one in rows[:_NAMED])
        more = "" if len(rows) <= _NAMED else f" and {len(rows) - _NAMED} more"
        console.print(f"refused 不予受理: {step} of {len(rows)} rows [{code}]: {rows[0].why}", markup=False)
        console.print(f"   {named}{more}: the events stay open, nothing is lost", markup=False)
    if outcome.differing:
        console.print(f"[bold red]the countings differ 不一致: {', '.join(outcome.differing)}[/]")
    else:
        console.print("[green]figures agree with the file for every body 各单位数字与文件直接计算一致[/]")


def oddities(requests: Sequence[ServiceRequest]) -> str:
    """What the file holds that one would not expect, counted."""
    found = Counter[str]()
    for request in requests:
        found["without coordinates 无坐标"] += request.latitude is None
        found["without a promised day 无承诺期限"] += request.promised is None
        found["promised for before it was reported 承诺早于上报"] += (
            request.promised is not None and request.promised < request.created
        )
        found["without closing time 未办结"] += request.closed is None
        found["closed before created 先结后报"] += request.backwards
        found["without unit below its agency 无承办单位"] += "-" not in request.unit
        found["without district 无网格"] += not request.grid
    return " · ".join(f"{what} {count:,}" for what, count in found.items() if count)


def _table(outcome: Outcome) -> Table:
    table = Table(title=f"{outcome.city} · {outcome.file}", box=box.SIMPLE_HEAD, title_justify="left")
    for column in ("单位 body", "请求 requests", "按期 in time", "超期 late", "未结 open"):
        table.add_column(column, justify="left" if column.startswith("单") else "right")
    for column in ("按期率 platform", "file", ""):
        table.add_column(column, justify="right")
    agencies = by_agency(outcome.counted.values(), outcome.agencies)
    straight = {one.body: one for one in by_agency(outcome.straight.values(), outcome.agencies)}
    for agency in [one for one in agencies if one.requests]:
        _row(table, agency, straight[agency.body], style="bold")
        units = [body for body in sorted(outcome.counted) if body.startswith(f"{agency.body}-")]
        for body in units:
            _row(table, outcome.counted[body], outcome.straight.get(body))
    whole = summed("合计 all", outcome.counted.values())
    _row(table, whole, summed("合计 all", outcome.straight.values()), style="bold")
    return table


def _row(table: Table, counted: BodyFigures, straight: BodyFigures | None, style: str = "") -> None:
    table.add_row(
        counted.body if style else f"  {counted.body}",
        f"{counted.requests:,}",
        f"{counted.in_time:,}",
        f"{counted.late:,}",
        f"{counted.waiting:,}",
        _share(counted),
        "–" if straight is None else _share(straight),
        "=" if straight == counted else "≠",
        style=style,
    )


def _share(figures: BodyFigures) -> str:
    return "–" if figures.share is None else f"{figures.share:.2%}"


def _by_reason(refused: Sequence[Refused]) -> dict[tuple[str, str], list[Refused]]:
    found: dict[tuple[str, str], list[Refused]] = {}
    for one in refused:
        found.setdefault((one.step, one.code), []).append(one)
    return found


def _ordered(figures: Mapping[str, BodyFigures]) -> list[BodyFigures]:
    return [figures[body] for body in sorted(figures)]


def _figures(one: BodyFigures) -> dict[str, Any]:
    return {**asdict(one), "share": None if one.share is None else str(one.share)}
