"""`gridwitness webhook upstream`: upper platforms that get every step in order."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.options import AgencyCode, TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals
from gridwitness_cli.webhook.delivery_output import AsJson, tell_deliveries

app = typer.Typer(help="Upper platforms 上级平台.", no_args_is_help=True)

Upstream = Annotated[str, typer.Argument(help="Its name. 上级平台")]
_COLUMNS = {
    "upstream": "名称 name",
    "url": "地址 url",
    "scope": "范围 scope",
    "state": "状态 state",
    "reached": "位置 reached",
}


@app.command("add")
def add(
    upstream: Upstream,
    url: Url,
    token_file: TokenFile,
    agency: AgencyCode,
    to: Annotated[str, typer.Option(help="Address that takes batches. 接收地址")],
    title: Annotated[str, typer.Option(help="What people call it. 名称")],
    scope: Annotated[str | None, typer.Option(help="A grid, and all below it. 网格范围")] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="All there is. 从头推送")] = False,
) -> None:
    """Add an upper platform; its secret is shown this once. 登记上级平台（密钥仅显示一次）。"""
    body = {
        "upstream": upstream,
        "agency": agency,
        "title": title,
        "url": to,
        "scope": scope,
        "from_start": from_start,
    }
    with PlatformClient(url, token_file) as platform, refusals():
        typer.echo(f"{upstream}  {platform.post('/upstreams', body)['secret']}")


@app.command("list")
def list_(url: Url, token_file: TokenFile, as_json: AsJson = False) -> None:
    """Where to, and how far they have been told. 上级平台列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        found = platform.get("/upstreams")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [[item[name] for name in _COLUMNS] for item in found["items"]]
    Console(highlight=False).print(table([*_COLUMNS.values()], rows))


@app.command("close")
def close(upstream: Upstream, url: Url, token_file: TokenFile) -> None:
    """Push nothing more. 停止推送。"""
    with PlatformClient(url, token_file) as platform, refusals():
        typer.echo(platform.post(f"/upstreams/{upstream}/close", {})["state"])


@app.command("open")
def open_(upstream: Upstream, url: Url, token_file: TokenFile) -> None:
    """Go on where it was. 恢复推送。"""
    with PlatformClient(url, token_file) as platform, refusals():
        typer.echo(platform.post(f"/upstreams/{upstream}/open", {})["state"])


@app.command("deliveries")
def deliveries(upstream: Upstream, url: Url, token_file: TokenFile, as_json: AsJson = False) -> None:
    """Batches and the receipts for them. 推送记录与回执。"""
    with PlatformClient(url, token_file) as platform, refusals():
        tell_deliveries(platform.get(f"/upstreams/{upstream}/deliveries", limit=100), as_json)
