"""`gridwitness truck anomalies | anomaly`: what detection found, and what became of it."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson

STATES = {"suspected": "疑似", "withdrawn": "撤回", "upheld": "成立", "excluded": "排除"}
LEVELS = {"flag": "提示", "event": "异常", "serious": "严重"}
_WIDE = 132


def anomalies(
    context: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Default: your own. 机关")] = None,
    rule: Annotated[str | None, typer.Option(help="As TIME_WIN. 规则")] = None,
    state: Annotated[str | None, typer.Option(help=f"{', '.join(STATES)}. 状态")] = None,
    level: Annotated[str | None, typer.Option(help=f"{', '.join(LEVELS)}. 等级")] = None,
    plate: Annotated[str | None, typer.Option(help="号牌")] = None,
    checkpoint: Annotated[str | None, typer.Option(help="卡口")] = None,
    since: Annotated[str | None, typer.Option("--from", help="As 2026-05-01T00:00:00Z. 起")] = None,
    until: Annotated[str | None, typer.Option("--to", help="止")] = None,
    box: Annotated[str | None, typer.Option(help="west,south,east,north. 范围")] = None,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before. 下一页")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="每页条数")] = 50,
    as_json: AsJson = False,
) -> None:
    """Anomalies, newest first. 疑似异常列表，最新在前。"""
    wanted: dict[str, Any] = {
        "agency": agency, "rule": rule, "state": state, "level": level, "plate": plate,
        "checkpoint": checkpoint, "from": since, "to": until, "box": box, "cursor": cursor, "limit": limit,
    }  # fmt: skip
    with told(as_json), device_of(context).connect() as platform:
        page = platform.get("/anomalies", **wanted)
    if as_json:
        typer.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    columns = (
        "编号 sub",
        "规则 rule",
        "状态 state",
        "等级 level",
        "号牌 plate",
        "卡口 checkpoint",
        "时间 at",
    )
    rows = [
        [
            row["sub"],
            row["rule"],
            f"{STATES[row['state']]} {row['state']}",
            LEVELS[row["level"]],
            row["plate"] or "—",
            row["checkpoint"] or "—",
            row["occurred_at"],
        ]
        for row in page["items"]
    ]
    console = Console(highlight=False)
    console.width = max(console.width, _WIDE)  # a subject that is broken in two can not be copied
    console.print(table(columns, rows))
    if page["next"]:
        typer.echo(f"下一页 more: --cursor {page['next']}", err=True)


def anomaly(
    context: typer.Context,
    sub: Annotated[str, typer.Argument(metavar="SUB", help="Of `truck anomalies`. 编号")],
    as_json: AsJson = False,
) -> None:
    """One anomaly: why, on what ground, and what reviews made of it. 查看疑似异常。"""
    with told(as_json), device_of(context).connect() as platform:
        found = platform.get(f"/anomalies/{sub}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{found['rule']} · {STATES[found['state']]} {found['state']} · {LEVELS[found['level']]}")
    typer.echo(f"  {found['reason']['zh']}\n  {found['reason']['en']}")
    typer.echo(f"  号牌 plate {found['plate'] or '—'} · 时间 at {found['occurred_at']}")
    typer.echo(f"  核准 permit {found['permit'] or '—'} · 规则版本 rules {found['rules'][:12]}")
    typer.echo(f"  来源 source {found['assurance']} · 设备 device {found['device_standing'] or '—'}")
    for review in found["reviews"]:
        typer.echo(f"  复核 {review['reviewed_at']} {STATES[review['outcome']]}: {review['reason']}")
