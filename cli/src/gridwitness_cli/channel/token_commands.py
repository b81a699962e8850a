"""`gridwitness channel token`: who sends through a channel."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals

Channel = Annotated[str, typer.Argument(help="Name of the channel. 渠道")]

app = typer.Typer(help="Tokens of a channel, by its administrator or duty chief.", no_args_is_help=True)


@app.command("new")
def new(
    channel: Channel,
    url: Url,
    token_file: TokenFile,
    title: Annotated[str, typer.Option(help="Who gets it. 用途")],
) -> None:
    """Make a token that sends through a channel; it is shown this once. 生成令牌（仅显示一次）。"""
    with PlatformClient(url, token_file) as platform, refusals():
        typer.echo(platform.post(f"/channels/{channel}/tokens", {"title": title})["token"])


@app.command("list")
def list_(
    channel: Channel,
    url: Url,
    token_file: TokenFile,
    as_json: Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")] = False,
) -> None:
    """Who may send, without the tokens. 令牌列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        found = platform.get(f"/channels/{channel}/tokens")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [[item["title"], item["digest"], item["set_at"], item["set_by"]] for item in found["items"]]
    Console(highlight=False).print(table(["用途 title", "摘要 digest", "设于 set at", "设置人 by"], rows))


@app.command("remove")
def remove(
    channel: Channel,
    url: Url,
    token_file: TokenFile,
    digest: Annotated[str, typer.Option(help="As `list` shows it. 摘要")],
) -> None:
    """Take a token away. 撤销令牌。"""
    with PlatformClient(url, token_file) as platform, refusals():
        platform.delete(f"/channels/{channel}/tokens/{digest}")
    typer.echo(f"已撤销 removed {digest}")
