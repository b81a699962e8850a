"""`gridwitness grid show | locate | match`: the territory as the platform has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson

LEVELS = {1: "市", 2: "区县", 3: "街道乡镇", 4: "社区村", 5: "单元网格", 6: "部分"}
At = Annotated[str | None, typer.Option("--at", help="As 2026-05-01T00:00:00Z; default now. 时间")]


def show(
    context: typer.Context,
    number: Annotated[
        str | None, typer.Argument(metavar="[GRID]", help="All periods of one. 网格编号")
    ] = None,
    parent: Annotated[str | None, typer.Option(help="Only what lies right below it. 上级网格")] = None,
    units: Annotated[bool, typer.Option("--units", help="Units instead of grids. 单位")] = False,
    at: At = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="每页条数")] = 100,
    as_json: AsJson = False,
) -> None:
    """Grids, or units. 网格与单位列表。"""
    register = "units" if units else "grids"
    with told(as_json), device_of(context).connect() as platform:
        if number is None:
            page = platform.get(f"/{register}", parent=parent, at=at, limit=limit)
        else:
            page = platform.get(f"/{register}/{quote(number, safe='')}")
    if as_json:
        typer.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    print_table(_units(page["items"]) if units else _grids(page["items"]))


def locate(
    context: typer.Context,
    latitude: Annotated[float, typer.Argument(help="Degrees. 纬度")],
    longitude: Annotated[float, typer.Argument(help="Degrees. 经度")],
    datum: Annotated[str, typer.Option(help="WGS84, GCJ02, BD09, CGCS2000. 坐标系")] = "WGS84",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """What a point lies in, and who answers for it. 坐标所在网格。"""
    with told(as_json), device_of(context).connect() as platform:
        found = platform.get("/grids/at", lat=latitude, lon=longitude, datum=datum, at=at)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found["grids"]:
        typer.echo("不在任何网格内 in no grid")
    for step in found["path"]:
        typer.echo(f"{LEVELS[step['level']]}  {step['grid']}  {step['name']}")
    for category, grid in found["grids"].items():
        if category != "base":
            typer.echo(f"{category}  {grid['grid']}  {grid['name']}  {grid['unit'] or '—'}")
    typer.echo(f"负责单位 unit {found['unit'] or '—'} · 指挥中心 centre {found['centre'] or '—'}")


def match(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="As people write it. 地址")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Standard addresses that a written one names, the best first. 地址匹配。"""
    with told(as_json), device_of(context).connect() as platform:
        found = platform.get("/addresses/match", text=text, at=at)["items"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        typer.echo("没有匹配的标准地址 no standard address is named")
    for one in found:
        name, last = "".join(row["name"] for row in one["chain"]), one["chain"][-1]
        rest = f" · 余 rest {one['rest']}" if one["rest"] else ""
        typer.echo(f"{one['share']:.0%}  {last['address']}  {name}  网格 grid {last['grid'] or '—'}{rest}")


def _grids(rows: Iterable[Mapping[str, Any]]) -> Any:
    columns = ("编号 grid", "类别 kind", "层级 level", "名称 name", "上级 parent", "单位 unit")
    cells = [
        [row["grid"], row["category"], LEVELS[row["level"]], row["name"], row["parent"], row["unit"]]
        for row in rows
    ]
    return table(columns, [[cell or "—" for cell in row] for row in cells])


def _units(rows: Iterable[Mapping[str, Any]]) -> Any:
    columns = ("编号 unit", "类别 kind", "名称 name", "上级 parent", "网格 grid", "工作时间 hours")
    cells = [
        [row["unit"], row["category"], row["name"], row["parent"], row["grid"],
         " ".join("-".join(window) for window in row["hours"]["hours"])]
        for row in rows
    ]  # fmt: skip
    return table(columns, [[cell or "—" for cell in row] for row in cells])


def print_table(found: Any) -> None:
    """Wide enough that numbers are not broken in two."""
    console = Console(highlight=False)
    console.width = max(console.width, 120)
    console.print(found)
