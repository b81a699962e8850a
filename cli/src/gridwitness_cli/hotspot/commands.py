"""`gridwitness hotspot snapshot|list|show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.durable_file import replace_file
from gridwitness.hotspots.cells import Cell
from gridwitness.hotspots.listing import Standing, find_snapshot, snapshot_page
from gridwitness.records import rfc3339
from rich.console import Console
from rich.table import Table

from gridwitness_cli.runtime import attached_platform

app = typer.Typer(help="Hotspot snapshots. 高发区域快照。", no_args_is_help=True)

Agency = Annotated[str | None, typer.Option(help="Default: the founding agency. 机关")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON 输出")]


@app.command("snapshot")
def snapshot() -> None:
    """Make every snapshot that is due now; the worker publishes them. 生成到期的快照。

    A period is due half an hour after its end, once all that was seen in it is detected and anchored.
    """
    from gridwitness.due_snapshots import make_due  # noqa: PLC0415 - loads numpy and h3

    with attached_platform() as platform:
        made = make_due(platform)
    for row in made:
        period = f"{rfc3339(row.period_from)} … {rfc3339(row.period_to)}"
        typer.echo(f"{row.agency}/{row.number} {row.family} {period}")
    if not made:
        typer.echo("没有到期的快照 nothing is due")


@app.command("list")
def list_snapshots(
    agency: Agency = None,
    family: Annotated[str | None, typer.Option(help="passages, positions. 类别")] = None,
    before: Annotated[int | None, typer.Option(help="Only numbers below. 早于此编号")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """Snapshots, newest first, and the block that has each. 快照列表。"""
    with attached_platform() as platform, platform.transaction() as session:
        code = agency or platform.settings.agency_code
        rows = [_view(one) for one in snapshot_page(session, code, family, before, limit)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("编号 number", "类别 family", "周期 period", "网格 cells", "不显示 hidden", "区块 block")
    for row in rows:
        period = f"{row['period_from']} … {row['period_to']}"
        block = "在途 on its way" if row["block"] is None else str(row["block"])
        numbers = (str(row[name]) for name in ("cells", "suppressed"))
        table.add_row(str(row["number"]), row["family"], period, *numbers, block)
    Console(highlight=False).print(table)


@app.command("show")
def show(
    number: Annotated[int, typer.Argument(help="编号")],
    agency: Agency = None,
    geojson: Annotated[Path | None, typer.Option(help="Also write the cells here. 另存 GeoJSON")] = None,
    as_json: AsJson = False,
) -> None:
    """One snapshot with its cells. 查看快照。"""
    with attached_platform() as platform, platform.transaction() as session:
        found = find_snapshot(session, agency or platform.settings.agency_code, number)
        view, cells = _view(found), found.cells
    if geojson is not None:
        replace_file(geojson, json.dumps(_collection(cells), indent=1).encode() + b"\n", mode=0o644)
    shown = [_cell(cell) for cell in cells]
    if as_json:
        typer.echo(json.dumps({**view, "cells": shown}, ensure_ascii=False, indent=2))
        return
    period = f"{view['period_from']} … {view['period_to']}"
    typer.echo(f"{view['agency']}/{view['number']} {view['family']} {period}")
    table = Table("网格 cell", "异常", "车辆", "每千次", "z", "显著", "时段 hours", "规则 rules")
    for one in shown:
        hours, mark = ",".join(map(str, one["hours"])), "*" if one["significant"] else ""
        numbers = (one[name] for name in ("anomalies", "trucks", "per_1000", "z"))
        table.add_row(one["cell"], *map(str, numbers), mark, hours, " ".join(one["rules"]))
    Console(highlight=False).print(table)


def _view(found: Standing) -> dict[str, Any]:
    row, publication = found.row, found.publication
    return {
        "agency": row.agency,
        "number": row.number,
        "family": row.family,
        "period_from": rfc3339(row.period_from),
        "period_to": rfc3339(row.period_to),
        "resolution": row.resolution,
        "cells": len(found.cells),
        "suppressed": row.suppressed,
        "inputs": row.inputs,
        "inputs_count": row.inputs_count,
        "result": row.result,
        "record": str(row.record),
        "block": None if publication is None else publication.block_number,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "cell": f"{cell.cell:x}",
        "anomalies": cell.anomalies,
        "trucks": cell.trucks,
        "per_1000": cell.rate / 10,
        "z": cell.z / 100,
        "significant": cell.significant,
        "hours": cell.hour_list,
        "rules": cell.rule_list,
    }


def _collection(cells: list[Cell]) -> dict[str, Any]:
    from gridwitness.hotspots.geography import boundary  # noqa: PLC0415 - loads numpy and h3

    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [boundary(cell.cell)]},
            "properties": _cell(cell),
        }
        for cell in cells
    ]
    return {"type": "FeatureCollection", "features": features}
