"""`gridwitness case next | show | timeline | clocks`: where a case stands, and what may be done."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from gridwitness_cli.case.case_reference import fetch_case, subject_of
from gridwitness_cli.case.case_tables import clock_table, local_time, table, timeline_table
from gridwitness_cli.case.case_words import milestone_words, procedure_words, state_words
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import reason_lines, told
from gridwitness_cli.case.step_options import AsJson, Named

_HEADINGS = (
    ("matter", "案由 matter"),
    ("article", "违反条款 article"),
    ("procedure", "程序 procedure"),
    ("state", "状态 state"),
    ("milestone", "节点 milestone"),
    ("opened_at", "登记 opened"),
    ("filed_at", "立案 filed"),
    ("decided_at", "决定 decided"),
    ("closed_at", "结案 closed"),
    ("next_due_on", "最近到期 next due"),
)

_WORDS = {
    "procedure": procedure_words,
    "state": state_words,
    "milestone": milestone_words,
    **dict.fromkeys(("opened_at", "filed_at", "decided_at", "closed_at"), local_time),
}


def next_steps(context: typer.Context, case: Named, as_json: AsJson = False) -> None:
    """What you may do now; what you may not, and by which article. 可办步骤。"""
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        found = platform.get(f"/cases/{subject_of(platform, case)}/options")
    if as_json:
        _print_json(found)
        return
    console = Console(highlight=False)
    console.print(f"状态 state [bold]{escape(state_words(found['state']))}[/]")
    for option in sorted(found["options"], key=lambda row: not row["allowed"]):
        sign = "[green]✓[/]" if option["allowed"] else "[red]✗[/]"
        name = f"{option['step']} {option['zh']}"
        console.print(f" {sign} [bold]{escape(name)}[/] {escape(option['en'])}{_needs(option)}")
        for refusal in option["refusals"]:
            console.print(f"     [dim]{escape(' '.join(reason_lines(refusal)))}[/]")


def show(
    context: typer.Context,
    case: Named,
    personal: Annotated[
        bool, typer.Option("--personal", help="With personal data; the reading is recorded. 含个人信息，留痕")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The whole case. 案件全貌。"""
    view = _view(context, case, as_json, personal)
    if as_json:
        _print_json(view)
        return
    console = Console(highlight=False)
    found = view["case"]
    console.print(f"[bold]{escape(found['number'] or '（未立案 not filed）')}[/] · {found['sub']}")
    for name, title in _HEADINGS:
        if found[name] is not None:
            console.print(f"  {title}: {escape(_WORDS.get(name, str)(found[name]))}")
    if personal:
        for party in view["parties"]:
            shown = " · ".join(str(value) for name, value in party.items() if name != "number" and value)
            console.print(f"  当事人 party: {escape(shown)}")
    if view["money"] is not None:
        money = " · ".join(f"{name} {value}" for name, value in view["money"].items() if value is not None)
        console.print(f"  款项 money: {escape(money)}")
    console.print()
    console.print(timeline_table(view))
    console.print()
    console.print(clock_table(view))


def timeline(context: typer.Context, case: Named, as_json: AsJson = False) -> None:
    """Every step with its article, and the milestones on the chain. 办案时间线。"""
    view = _view(context, case, as_json)
    if as_json:
        _print_json({name: view[name] for name in ("case", "steps", "milestones")})
        return
    Console(highlight=False).print(timeline_table(view))


def clocks(context: typer.Context, case: Named, as_json: AsJson = False) -> None:
    """What is due when, by which article, and what is overdue. 期限。"""
    view = _view(context, case, as_json)
    if as_json:
        _print_json({name: view[name] for name in ("case", "clocks", "money")})
        return
    console = Console(highlight=False)
    console.print(clock_table(view))
    if view["letters"]:
        rows = [
            [row["letter"], row["issued_at"], row["reply_due_on"], row["replied_at"]]
            for row in view["letters"]
        ]
        console.print(table(("监督文书 letter", "制发 issued", "答复期限 reply due", "已答复 replied"), rows))


def _view(context: typer.Context, named: str, as_json: bool, personal: bool = False) -> dict[str, Any]:
    """What is read without personal data is kept for work offline; personal data never stay on the device."""
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        view = fetch_case(platform, device, named)
        if personal:
            view = platform.get(f"/cases/{view['case']['sub']}", personal="true")
    return view


def _needs(option: dict[str, Any]) -> str:
    """What the step wants to be told, as the options of `case advance` have it."""
    wanted = [f"--outcome {'|'.join(option['outcomes'])}"] if option["outcomes"] else []
    wanted += [f"-d {name}=…" for name, held in option["details"].items() if held.get("required")]
    wanted += ["--party FILE"] if option["party"] == "required" else []
    wanted += ["--file FILE"] * (1 if option["files"] else 0)
    wanted += [f"--{name} …" for name in ("place", "facts") if option[name]]
    return f"  [cyan]{escape(' '.join(wanted))}[/]" if wanted else ""


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
