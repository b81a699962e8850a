"""`gridwitness case fetch`, `case draft list | send`: work without network, handed in later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.errors import GridWitnessError, Unavailable
from rich.console import Console
from rich.markup import escape

from gridwitness_cli.case.case_reference import fetch_case
from gridwitness_cli.case.case_tables import table
from gridwitness_cli.case.device_folder import DeviceFolder, device_of
from gridwitness_cli.case.refusal_output import AWAY, REFUSED, print_reasons, problem_of, told
from gridwitness_cli.case.step_options import AsJson
from gridwitness_cli.case.step_taking import fetch_account, fetch_new_cases, hand_in
from gridwitness_cli.device.draft import Draft

app = typer.Typer(help="Steps signed offline and not handed in yet. 离线草稿。", no_args_is_help=True)


def fetch(
    context: typer.Context,
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE…", help="Taken along. 案号")] = None,
    as_json: AsJson = False,
) -> None:
    """Take along what signing offline needs: procedures, the log, these cases. 离线前取数据。"""
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        account = fetch_account(platform, device)
        versions = fetch_new_cases(platform, device, str(account["agency"]))
        subjects = [fetch_case(platform, device, named)["case"]["sub"] for named in cases or []]
    if as_json:
        typer.echo(json.dumps({"procedures": versions, "cases": subjects}, indent=2))
    else:
        typer.echo(f"已备好 ready offline: {len(subjects)} 件案件 cases, {len(versions)} 套程序 procedures")


@app.command("list")
def list_drafts(context: typer.Context, as_json: AsJson = False) -> None:
    """What waits on this device. 草稿列表。"""
    device = device_of(context)
    with told(as_json):
        rows = [_row(path) for path in _drafts(device)]
    if as_json:
        typer.echo(json.dumps({"drafts": rows}, ensure_ascii=False, indent=2))
        return
    columns = ("jti", "步骤 step", "主体 subject", "采集 captured", "设备 device", "时钟 clock")
    names = ("jti", "step", "sub", "captured", "device", "clock_source")
    Console(highlight=False).print(table(columns, [[row[name] for name in names] for row in rows]))


@app.command("send")
def send_drafts(
    context: typer.Context,
    drafts: Annotated[
        list[Path] | None, typer.Argument(metavar="DRAFT…", help="Default: all, oldest first. 草稿文件")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hand drafts in; where a case has moved they are signed again, and the first signing is kept beside.

    A draft that is refused does not hold up those of other cases. 提交草稿。
    """
    device = device_of(context)
    results: list[dict[str, Any]] = []
    code = 0
    with told(as_json), device.connect() as platform:
        stopped: set[str] = set()
        for path in drafts or _drafts(device):
            row = _row(path)
            if row["sub"] in stopped:
                results.append(row | {"state": "waiting"})
                continue
            try:
                record, receipt = hand_in(device, platform, path)
                accepted = {"jti": record.claims.jti, "seq": record.claims.seq, "receipt": receipt}
                results.append(row | {"state": "accepted", "captured_as": row["jti"]} | accepted)
            except GridWitnessError as error:
                code = max(code, AWAY if isinstance(error, Unavailable) else REFUSED)
                stopped.add(row["sub"])
                results.append(row | {"state": "refused", "error": problem_of(error)})
    _print_results(results, as_json)
    if code:
        raise typer.Exit(code)


def _drafts(device: DeviceFolder) -> list[Path]:
    """By `jti`, a UUIDv7: in the order they were signed."""
    return sorted(device.drafts.glob("*.json"))


def _row(path: Path) -> dict[str, Any]:
    draft = Draft.load(path)
    record = draft.parsed()
    claimed = {name: draft.provenance.get(name) for name in ("captured", "device", "clock_source")}
    step = record.fields.get("step", record.claims.kind)
    return {"jti": record.claims.jti, "sub": record.claims.sub, "step": step, "draft": str(path)} | claimed


def _print_results(results: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"drafts": results}, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    for row in results:
        if row["state"] == "accepted":
            console.print(
                f"[green]已受理 accepted[/] {escape(row['step'])} · {row['jti']} · seq {row['seq']}"
            )
        elif row["state"] == "waiting":
            console.print(f"[yellow]未提交 held back[/] {escape(row['step'])} · {row['jti']}")
        elif row["error"].get("reasons"):
            print_reasons(row["error"])
        else:
            told_why = f"{row['error'].get('detail')} [{row['error'].get('code')}]"
            typer.echo(f"未受理 refused {row['step']} · {row['jti']}: {told_why}", err=True)
    if not results:
        typer.echo("没有草稿 no drafts")
