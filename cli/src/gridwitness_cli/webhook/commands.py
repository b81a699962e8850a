"""The commands of `gridwitness webhook`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.options import AgencyCode, TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals
from gridwitness_cli.webhook.delivery_output import AsJson, tell_deliveries
from gridwitness_cli.webhook.upstream_commands import app as upstream

app = typer.Typer(
    help="Webhooks and upper platforms 回调与上级平台: whom news of events goes to.", no_args_is_help=True
)
app.add_typer(upstream, name="upstream")

Webhook = Annotated[str, typer.Argument(help="Its id, as `list` shows it. 回调编号")]
_COLUMNS = {"id": "编号 id", "url": "地址 url", "scope": "范围 scope", "state": "状态 state"}


@app.command("add")
def add(
    url: Url,
    token_file: TokenFile,
    agency: AgencyCode,
    to: Annotated[str, typer.Option(help="Address that takes deliveries. 接收地址")],
    scope: Annotated[str | None, typer.Option(help="A grid, and all below it. 网格范围")] = None,
    step: Annotated[list[str] | None, typer.Option(help="Only these steps; repeated. 环节")] = None,
) -> None:
    """Add a webhook; its secret is shown this once. 新建回调（密钥仅显示一次）。"""
    body = {"agency": agency, "url": to, "scope": scope, "steps": step or []}
    with PlatformClient(url, token_file) as platform, refusals():
        made = platform.post("/webhooks", body)
    typer.echo(f"{made['webhook']['id']}  {made['secret']}")


@app.command("list")
def list_(url: Url, token_file: TokenFile, as_json: AsJson = False) -> None:
    """The agency's webhooks. 回调列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        found = platform.get("/webhooks", limit=500)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [[item[name] for name in _COLUMNS] for item in found["items"]]
    Console(highlight=False).print(table([*_COLUMNS.values()], rows))


@app.command("close")
def close(webhook: Webhook, url: Url, token_file: TokenFile) -> None:
    """Deliver nothing more. 停用。"""
    with PlatformClient(url, token_file) as platform, refusals():
        typer.echo(platform.post(f"/webhooks/{webhook}/close", {})["state"])


@app.command("open")
def open_(webhook: Webhook, url: Url, token_file: TokenFile) -> None:
    """Go on where it was. 启用。"""
    with PlatformClient(url, token_file) as platform, refusals():
        typer.echo(platform.post(f"/webhooks/{webhook}/open", {})["state"])


@app.command("deliveries")
def deliveries(webhook: Webhook, url: Url, token_file: TokenFile, as_json: AsJson = False) -> None:
    """The delivery log, newest first. 投递记录。"""
    with PlatformClient(url, token_file) as platform, refusals():
        tell_deliveries(platform.get(f"/webhooks/{webhook}/deliveries", limit=100), as_json)


@app.command("again")
def again(
    webhook: Webhook,
    url: Url,
    token_file: TokenFile,
    delivery: Annotated[int, typer.Option(help="As `deliveries` shows it. 投递编号")],
) -> None:
    """Deliver once more. 重新投递。"""
    with PlatformClient(url, token_file) as platform, refusals():
        typer.echo(platform.post(f"/webhooks/{webhook}/deliveries/{delivery}/again", {})["state"])
