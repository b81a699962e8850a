"""`gridwitness performance metrics|publish|figures|events|ranking|report|snapshot|list|show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from gridwitness.durable_file import replace_file
from gridwitness.errors import InvalidInput
from gridwitness.performance import Selection
from gridwitness.performance.comparison import Compared
from gridwitness.performance.counted_events import count_of, counted_events
from gridwitness.performance.ranking import rank, score_named
from gridwitness.performance.report_forms import FORMS, written
from gridwitness.performance.reporting import make_report
from gridwitness.records import rfc3339
from rich.console import Console
from rich.table import Table

from gridwitness_cli.device.local_files import read_json_object
from gridwitness_cli.performance.figure_tables import figure_document, named, print_figures
from gridwitness_cli.performance.questions import Agency, AsJson, By, First, Last, Month, Of, asked, day_named
from gridwitness_cli.performance.snapshot_commands import list_snapshots, show, snapshot
from gridwitness_cli.runtime import attached_platform

app = typer.Typer(help="Performance figures. 考核评价。", no_args_is_help=True)
app.command("snapshot")(snapshot)
app.command("list")(list_snapshots)
app.command("show")(show)


@app.command("metrics")
def metrics(
    version: Annotated[str | None, typer.Option(help="Default: what is in force. 版本")] = None,
    as_json: AsJson = False,
) -> None:
    """The metric dictionary: what is counted, and by what it is divided. 指标口径。"""
    with attached_platform() as platform, platform.transaction() as session:
        dictionary = platform.performance.dictionary(session, version)
        document = platform.performance.metrics.content(session, dictionary.version)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    table = Table("指标 metric", "中文", "English", "分子 numerator", "分母 denominator", "可信度")
    for name, metric in dictionary.metrics.items():
        parts = (document["metrics"][name].get(part) for part in ("numerator", "denominator"))
        texts = ("" if part is None else json.dumps(part, ensure_ascii=False) for part in parts)
        table.add_row(name, metric.zh, metric.en, *texts, metric.confidence)
    Console(highlight=False).print(table)
    typer.echo(f"版本 version {dictionary.version}")


@app.command("publish")
def publish(
    file: Annotated[Path, typer.Argument(help="gridwitness-metrics/1, docs/format.md section 27. 口径文件")],
    since: Annotated[str | None, typer.Option(help="First day in force; default: today. 生效日")] = None,
    agency: Agency = None,
) -> None:
    """Publish metrics and scores of one's own, on record; fines are refused. 公布指标口径与评分公式。"""
    content = read_json_object(file)
    with attached_platform() as platform, platform.transaction() as session:
        day = platform.performance.today() if since is None else day_named(since)
        signer = agency or platform.settings.agency_code
        version = platform.performance.metrics.publish(session, signer, content, day, by=None)
    typer.echo(f"已公布 published {version}")


@app.command("figures")
def figures(
    by: By = "agency",
    of: Of = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only these; repeatable. 指标")] = None,
    month: Month = None,
    first: First = None,
    last: Last = None,
    agency: Agency = None,
    as_json: AsJson = False,
) -> None:
    """Figures of a period beside those before it and a year before. 考核指标，附环比、同比。"""
    with asked(agency, month, first, last) as (platform, session, dictionary, days, selection):
        told = platform.performance.compared(session, dictionary, days, selection, [by], metric or None)
        shown = [one for one in told if of in (None, one.figure.of)]
        names = named(platform, session, dictionary, shown)
    if as_json:
        items = [figure_document(one, names) for one in shown]
        document = {"agency": selection.agency, **_period(selection), "metrics": dictionary.version}
        typer.echo(json.dumps({**document, "figures": items}, ensure_ascii=False, indent=1))
        return
    print_figures(dictionary, shown, names)
    typer.echo(f"周期 period {days.first} … {days.last}")


@app.command("events")
def events(
    metric: Annotated[str, typer.Argument(help="指标")],
    part: Annotated[str, typer.Option(help="numerator or denominator. 分子或分母")] = "numerator",
    by: By = "agency",
    of: Of = None,
    month: Month = None,
    first: First = None,
    last: Last = None,
    agency: Agency = None,
    as_json: AsJson = False,
) -> None:
    """The events that a figure counts. 计入某项指标的事件。"""
    with asked(agency, month, first, last) as (_, session, dictionary, _days, selection):
        count = count_of(dictionary, metric, part)
        side = by if of is not None else "agency"
        found = counted_events(session, count, selection, side, of or "", limit=100_000)
    if as_json:
        items = [{"sub": one.sub, "number": one.number, "rows": one.rows} for one in found]
        typer.echo(json.dumps(items, indent=1))
        return
    for one in found:
        typer.echo(f"{one.number}  {one.sub}  {one.rows}")
    typer.echo(f"{len(found)} 件 events, {sum(one.rows for one in found)} 计数 counted")


@app.command("ranking")
def ranking(
    score: Annotated[str, typer.Option(help="得分公式")] = "overall",
    by: By = "unit",
    month: Month = None,
    first: First = None,
    last: Last = None,
    agency: Agency = None,
    as_json: AsJson = False,
) -> None:
    """Units or grids by their score, with grades. 得分排名。"""
    with asked(agency, month, first, last) as (platform, session, dictionary, _, selection):
        formula = score_named(dictionary, score)
        told = platform.performance.figures(session, dictionary, selection, [by], [score])
        names = named(platform, session, dictionary, [Compared(one, None, None) for one in told])
        ranked = rank(told, formula)
    if as_json:
        items = [
            {
                "place": one.place,
                "of": one.of,
                "name": names.of(by, one.of),
                "value": one.value,
                "grade": None if one.grade is None else one.grade.zh,
            }
            for one in ranked
        ]
        typer.echo(json.dumps(items, ensure_ascii=False, indent=1))
        return
    table = Table("名次", "编号 of", "名称 name", f"{formula.zh} {formula.en}", "等次 grade")
    for one in ranked:
        grade = "–" if one.grade is None else f"{one.grade.zh} {one.grade.en}"
        table.add_row(str(one.place), one.of, names.of(by, one.of), one.value, grade)
    Console(highlight=False).print(table)


@app.command("report")
def report(
    file: Annotated[Path, typer.Argument(help="NAME.xlsx, .csv or .pdf: its ending says the form. 报告文件")],
    language: Annotated[str, typer.Option(help="zh, en. 语言")] = "zh",
    month: Month = None,
    first: First = None,
    last: Last = None,
    agency: Agency = None,
) -> None:
    """Write a report with charts. 生成含图表的考核报告。"""
    form = file.suffix.removeprefix(".").lower()
    if form not in FORMS or language not in ("zh", "en"):
        raise InvalidInput(
            "report-form", f"{file.name} in {language!r} can't be written.", "xlsx, csv, pdf; zh, en"
        )
    with asked(agency, month, first, last) as (platform, session, dictionary, days, selection):
        territory = platform.territories.at(session)
        made = make_report(
            platform.performance,
            session,
            dictionary,
            days,
            selection,
            territory,
            language="zh" if language == "zh" else "en",
        )
        data = written(made, form, platform.clock.now())
    replace_file(file, data, mode=0o644)
    typer.echo(f"{file} {len(data)} 字节 bytes")


def _period(selection: Selection) -> dict[str, str]:
    period = selection.period
    return {"period_from": rfc3339(period.begins), "period_to": rfc3339(period.ends)}
