"""The commands of `gridwitness channel`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.channel.detection_commands import app as detection
from gridwitness_cli.channel.token_commands import Channel
from gridwitness_cli.channel.token_commands import app as token
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals

app = typer.Typer(
    help="Channels 受理渠道: ways in for events, who sends through them, what machines claim.",
    no_args_is_help=True,
)
app.add_typer(token, name="token")
app.add_typer(detection, name="detection")

CATEGORIES = (
    "grid_worker", "public_app", "wechat", "sanitation", "hotline", "web", "video", "iot", "import",
    "open311", "department",
)  # fmt: skip
_COLUMNS = {
    "channel": "渠道 channel",
    "category": "类别 category",
    "state": "状态 state",
    "title": "名称 title",
}


@app.command("register")
def register(
    channel: Channel,
    url: Url,
    token_file: TokenFile,
    category: Annotated[str, typer.Option(help=f"One of {', '.join(CATEGORIES)}. 类别")],
    title: Annotated[str, typer.Option(help="What people call it. 名称")],
    public: Annotated[bool, typer.Option("--public", help="Open to everybody. 对公众开放")] = False,
    hourly: Annotated[int, typer.Option(help="Most public reports an hour. 每小时上限")] = 600,
    matter: Annotated[
        list[str] | None, typer.Option(help="Beginning of offered numbers; repeated. 可上报事项")
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="It takes nothing any more. 停用")] = False,
) -> None:
    """Register a channel, or change it, as its agency's administrator or duty chief. 登记或变更渠道。"""
    body = {
        "category": category,
        "title": title,
        "settings": {"public": public, "hourly": hourly, "matters": matter or []},
        "state": "closed" if closed else "open",
    }
    with PlatformClient(url, token_file) as platform, refusals():
        made = platform.put(f"/channels/{channel}", body)
    typer.echo(f"{channel}  {made['sub']}  {made['state']}")


@app.command("list")
def list_(
    url: Url,
    token_file: TokenFile,
    as_json: Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")] = False,
) -> None:
    """The agency's channels. 渠道列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        found = platform.get("/channels", limit=500)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [[str(item[name]) for name in _COLUMNS] for item in found["items"]]
    Console(highlight=False).print(table([*_COLUMNS.values()], rows))
