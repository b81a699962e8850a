"""`gridwitness performance snapshot|list|show`: figures fixed by records."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from gridwitness.performance import PerformanceSnapshotRow
from gridwitness.performance.comparison import Compared
from gridwitness.performance.making import find_snapshot, snapshot_page
from gridwitness.records import rfc3339
from rich.console import Console
from rich.table import Table

from gridwitness_cli.performance.figure_tables import figure_document, named, print_figures
from gridwitness_cli.performance.questions import Agency, AsJson, First, Last, Month, asked
from gridwitness_cli.runtime import attached_platform


def snapshot(
    month: Month = None,
    first: First = None,
    last: Last = None,
    title: Annotated[str | None, typer.Option(help="标题")] = None,
    agency: Agency = None,
) -> None:
    """Fix the figures of a period that is over by a record. 固定考核结果。"""
    with asked(agency, month, first, last) as (platform, session, _, days, selection):
        row = platform.performance.snapshot(session, selection.agency, days, title)
        view = _snapshot(row)
    typer.echo(
        f"{row.agency}/{row.number} {row.title}: {row.events} 件事件 events, 记录 record {view['record']}"
    )


def list_snapshots(
    before: Annotated[int | None, typer.Option(help="Only numbers below. 早于此编号")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    agency: Agency = None,
    as_json: AsJson = False,
) -> None:
    """Fixed figures, newest first. 考核结果列表。"""
    with attached_platform() as platform, platform.transaction() as session:
        code = agency or platform.settings.agency_code
        rows = [_snapshot(row) for row in snapshot_page(session, code, before, limit)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("编号 number", "标题 title", "周期 period", "事件 events", "记录 record")
    for row in rows:
        period = f"{row['period_from']} … {row['period_to']}"
        table.add_row(str(row["number"]), row["title"], period, str(row["events"]), row["record"])
    Console(highlight=False).print(table)


def show(
    number: Annotated[int, typer.Argument(help="编号")], agency: Agency = None, as_json: AsJson = False
) -> None:
    """One snapshot with its figures. 查看考核结果。"""
    with attached_platform() as platform, platform.transaction() as session:
        code = agency or platform.settings.agency_code
        view = _snapshot(find_snapshot(session, code, number))
        fixed = [
            Compared(one, None, None) for one in platform.performance.fixed_figures(session, code, number)
        ]
        dictionary = platform.performance.dictionary(session, view["metrics"])
        names = named(platform, session, dictionary, fixed)
    if as_json:
        items = [figure_document(one, names) for one in fixed]
        typer.echo(json.dumps({**view, "figures": items}, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{code}/{number} {view['title']}  {view['period_from']} … {view['period_to']}")
    print_figures(dictionary, fixed, names)


def _snapshot(row: PerformanceSnapshotRow) -> dict[str, Any]:
    return {
        "agency": row.agency,
        "number": row.number,
        "title": row.title,
        "period_from": rfc3339(row.period_from),
        "period_to": rfc3339(row.period_to),
        "metrics": row.metrics,
        "size": row.size,
        "events": row.events,
        "result": row.result,
        "record": str(row.record),
    }
