"""`gridwitness case list`: cases by due date."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.case.case_words import procedure_words, state_words
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson


def list_cases(
    context: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Default: your own. 机关")] = None,
    state: Annotated[str | None, typer.Option(help="状态")] = None,
    milestone: Annotated[str | None, typer.Option(help="最近节点")] = None,
    procedure: Annotated[str | None, typer.Option(help="general, summary. 程序")] = None,
    officer: Annotated[str | None, typer.Option(help="Account id, or `me`. 执法人员")] = None,
    article: Annotated[str | None, typer.Option(help="违反条款")] = None,
    due_before: Annotated[str | None, typer.Option(help="As 2026-03-31. 到期日早于")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue. 仅逾期")] = False,
    year: Annotated[int | None, typer.Option(help="年度")] = None,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before. 下一页")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="每页条数")] = 50,
    as_json: AsJson = False,
) -> None:
    """List cases, what is due first. 案件列表，按到期先后。"""
    with told(as_json), device_of(context).connect() as platform:
        me = platform.me() if agency is None or officer == "me" else {}
        page = platform.get(
            "/cases",
            agency=agency or me["agency"],
            state=state,
            milestone=milestone,
            procedure=procedure,
            officer=me["account"] if officer == "me" else officer,
            article=article,
            due_before=due_before,
            overdue="true" if overdue else None,
            year=year,
            cursor=cursor,
            limit=limit,
        )
    if as_json:
        typer.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    columns = ("案号 number", "案由 matter", "程序 procedure", "状态 state", "到期 due", "依据 rule", "")
    rows = [
        [
            row["number"] or row["sub"],
            row["matter"],
            procedure_words(row["procedure"]),
            state_words(row["state"]),
            row["next_due_on"],
            row["next_due_rule"],
            "已逾期 OVERDUE" if row["overdue"] else "",
        ]
        for row in page["items"]
    ]
    Console(highlight=False).print(table(columns, rows))
    if page["next"]:
        typer.echo(f"下一页 more: --cursor {page['next']}", err=True)
