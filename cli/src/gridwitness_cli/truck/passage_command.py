"""`gridwitness truck passages`: one vehicle's passages, for an open case; the question is recorded."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson


def passages(
    context: typer.Context,
    plate: Annotated[str, typer.Argument(help="The whole plate. 号牌")],
    case: Annotated[str, typer.Option(help="An open case: subject or number. 在办案件")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded. 查询理由")],
    since: Annotated[str, typer.Option("--from", help="As 2026-05-01T00:00:00Z. 起")],
    until: Annotated[str, typer.Option("--to", help="At most 31 days later. 止")],
    anomaly: Annotated[str | None, typer.Option(help="The anomaly it is to prove. 疑似异常")] = None,
    as_json: AsJson = False,
) -> None:
    """A vehicle's passages for a case; each question is itself a record. 查询过车记录，查询留痕。"""
    query = {"plate": plate, "case": case, "reason": reason, "from": since, "to": until, "anomaly": anomaly}
    with told(as_json), device_of(context).connect() as platform:
        found = platform.get("/passages", **query)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    columns = ("时间 at", "卡口 checkpoint", "车道 lane", "车速 km/h", "可信度 %", "报文 message")
    rows = [
        [
            row["captured_at"],
            row["checkpoint"],
            str(row["lane"] or "—"),
            str(row["speed_kmh"] or "—"),
            str(row["reliability"] or "—"),
            f"{row['feed']}:{row['serial']}:{row['item']}",
        ]
        for row in found["items"]
    ]
    Console(highlight=False).print(table(columns, rows))
    typer.echo(
        f"共 {found['total']} 条，已留痕 in all {found['total']}; recorded as {found['reading']}", err=True
    )
