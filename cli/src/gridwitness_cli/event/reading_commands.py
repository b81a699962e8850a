"""`gridwitness event list | todo | show | next | file`: what there is, and what waits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.durable_file import replace_file
from rich.console import Console

from gridwitness_cli.case.case_tables import local_time, table
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson

Named = Annotated[str, typer.Argument(metavar="EVENT", help="Subject or number. 事件编号")]
_WIDE = 140
_CLOCK_STATES = {
    "running": "计时 running",
    "paused": "停计 paused",
    "met": "按期 met",
    "late": "超期 late",
    "void": "作废 void",
}


def list_events(
    context: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Default: your own. 机关")] = None,
    state: Annotated[list[str] | None, typer.Option(help="As filed; repeated. 状态")] = None,
    grid: Annotated[str | None, typer.Option(help="It and all below it. 网格")] = None,
    unit: Annotated[str | None, typer.Option(help="单位")] = None,
    matter: Annotated[str | None, typer.Option(help="事项")] = None,
    channel: Annotated[str | None, typer.Option(help="渠道")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Handled by you. 本人处置")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="With a clock past due. 已超期")] = False,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before. 下一页")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="每页条数")] = 50,
    as_json: AsJson = False,
) -> None:
    """Events you see, newest movement first. 事件列表，最近变动者在前。"""
    wanted: dict[str, Any] = {
        "agency": agency, "state": state, "grid": grid, "unit": unit, "matter": matter, "channel": channel,
        "mine": "true" if mine else None, "overdue": "true" if overdue else None, "cursor": cursor,
        "limit": limit,
    }  # fmt: skip
    with told(as_json), device_of(context).connect() as platform:
        page = platform.get("/events", **wanted)
    if as_json:
        typer.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    columns = ("编号 number", "状态 state", "轮 round", "事项 matter", "网格 grid", "单位 unit", "变动 moved")
    _print(columns, [_line(event) for event in page["items"]])
    if page["next"]:
        typer.echo(f"下一页 more: --cursor {page['next']}", err=True)


def todo(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=500, help="条数")] = 100,
    as_json: AsJson = False,
) -> None:
    """What waits for you, what is due first in front. 待办。"""
    with told(as_json), device_of(context).connect() as platform:
        found = platform.get("/events/todo", limit=limit)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [
        [
            line["event"]["number"],
            f"{line['step_zh']} {line['step']}",
            None if line["due_at"] is None else local_time(line["due_at"]),
            line["event"]["matter"],
            line["event"]["grid"],
            line["event"]["title"],
        ]
        for line in found["items"]
    ]
    _print(("编号 number", "环节 step", "到期 due", "事项 matter", "网格 grid", "标题 title"), rows)


def show(context: typer.Context, event: Named, as_json: AsJson = False) -> None:
    """One event whole: steps, clocks, assignments, asks. 查看事件全貌。"""
    with told(as_json), device_of(context).connect() as platform:
        found = platform.get(f"/events/{event}/history")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    head = found["event"]
    typer.echo(
        f"{head['number']} · {head['zh']} {head['state']} · 第 {head['round']} 轮 round {head['round']}"
    )
    typer.echo(
        f"  事项 matter {head['matter'] or '–'} · 网格 grid {head['grid'] or '–'}"
        f" · 单位 unit {head['unit'] or '–'}"
    )
    typer.echo(f"  {head['title'] or '–'}：{head['description'] or '–'}")
    steps = [
        [
            step["seq"],
            local_time(step["occurred_at"]),
            f"{step['zh']} {step['step']}",
            step["state"],
            step["unit"],
            step["note"],
        ]
        for step in found["steps"]
    ]
    _print(("seq", "时间 when (UTC+8)", "环节 step", "状态 state", "单位 unit", "说明 note"), steps)
    clocks = [
        [
            clock["round"],
            f"{clock['zh']} {clock['clock']}",
            clock["unit"],
            f"{clock['amount']}+{clock['added']} {clock['measure']}",
            clock["problem"] if clock["due_at"] is None else local_time(clock["due_at"]),
            _CLOCK_STATES[clock["state"]] + ("，已申诉成立 excused" if clock["excused"] else ""),
            clock["rule"],
        ]
        for clock in found["clocks"]
    ]
    _print(("轮 round", "时限 clock", "单位 unit", "期限 limit", "到期 due", "", "依据 rule"), clocks)
    for order in found["orders"]:
        typer.echo(
            f"督办 order {order['number']} · 级 level {order['level']} · {order['unit']} · {order['state']}"
        )
    for line in found["checkins"]:
        typer.echo(f"报到 check-in {line['unit']} · {line['checked_in_at'] or '未到 not yet'}")


def next_steps(context: typer.Context, event: Named, as_json: AsJson = False) -> None:
    """What may be done now, and which of it is yours. 下一步。"""
    with told(as_json), device_of(context).connect() as platform:
        found = platform.get(f"/events/{event}/options")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [
        [
            "●" if option["yours"] else "",
            f"{option['zh']} {option['step']}",
            ", ".join(option["roles"]),
            ", ".join(f"{name}{'' if d['required'] else '?'}" for name, d in option["details"].items()),
            "是 yes" if option["note"] else "",
            option["files"] or "",
        ]
        for option in found["options"]
    ]
    _print(("本人 yours", "环节 step", "角色 roles", "要素 details", "说明 note", "文件 files"), rows)


def event_file(
    context: typer.Context,
    event: Named,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where it goes. 输出文件")],
    personal: Annotated[
        bool, typer.Option("--personal", help="With personal fields, for who may see them. 含个人信息")
    ] = False,
) -> None:
    """Its whole history in one file, to be verified offline. 下载事件档案，供离线核验。"""
    with told(False), device_of(context).connect() as platform:
        sub = platform.get(f"/events/{event}")["sub"]
        content = platform.download(f"/events/{sub}/file", personal="true" if personal else None)
    replace_file(out, content)
    typer.echo(f"{out} · 核验 verify: gridwitness-verify bundle {out} --trust trust.json")


def _line(event: dict[str, Any]) -> list[Any]:
    return [
        event["number"],
        f"{event['zh']} {event['state']}",
        event["round"],
        event["matter"],
        event["grid"],
        event["unit"],
        local_time(event["moved_at"]),
    ]


def _print(columns: tuple[str, ...], rows: list[list[Any]]) -> None:
    console = Console(highlight=False)
    console.width = max(console.width, _WIDE)  # a number that is broken in two can not be copied
    console.print(table(columns, rows))
