"""`gridwitness event fetch | send`: reports signed without network, handed in later."""

from __future__ import annotations

import json
from typing import Any

import typer
from gridwitness.errors import GridWitnessError, Unavailable

from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import AWAY, REFUSED, problem_of, told
from gridwitness_cli.case.step_options import AsJson
from gridwitness_cli.event.event_signing import drafts, hand_in, take_along


def fetch(context: typer.Context, as_json: AsJson = False) -> None:
    """Take along what a report without network needs: account, loop, log. 离线前取数据。"""
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        account = take_along(platform, device)
    if as_json:
        typer.echo(json.dumps({"account": account["account"]}, indent=2))
    else:
        typer.echo("已备好 ready offline: 可用 --draft 上报 report with --draft")


def send(context: typer.Context, as_json: AsJson = False) -> None:
    """Hand in what was signed offline, oldest first; a refused one stays and holds up no other. 提交草稿。"""
    device = device_of(context)
    results: list[dict[str, Any]] = []
    code = 0
    with told(as_json), device.connect() as platform:
        for path in drafts(device):
            try:
                record, answer = hand_in(device, platform, path)
                results.append({"sub": record.claims.sub, "state": "accepted", "receipt": answer["receipt"]})
            except GridWitnessError as error:
                code = max(code, AWAY if isinstance(error, Unavailable) else REFUSED)
                results.append({"draft": str(path), "state": "refused", "error": problem_of(error)})
    if as_json:
        typer.echo(json.dumps({"drafts": results}, ensure_ascii=False, indent=2))
    else:
        for row in results:
            told_as = row.get("sub") or f"{row['error']['detail']} [{row['error']['code']}]"
            typer.echo(f"{row['state']} {told_as}")
        if not results:
            typer.echo("没有草稿 no drafts")
    if code:
        raise typer.Exit(code)
