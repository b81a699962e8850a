"""The commands of `gridwitness feed`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals
from gridwitness_cli.feed.credential_commands import app as secret
from gridwitness_cli.feed.letter_commands import drop, letters, replay
from gridwitness_cli.feed.register_command import register

app = typer.Typer(
    help="Feeds 数据源: where outside data come from, who may send, and what could not be read.",
    no_args_is_help=True,
)
app.command("register")(register)
app.command("letters")(letters)
app.command("replay")(replay)
app.command("drop")(drop)
app.add_typer(secret, name="secret")

_COLUMNS = {
    "feed": "名称 feed",
    "door": "接入 door",
    "assurance": "可信 assurance",
    "datum": "坐标 datum",
    "state": "状态 state",
    "title": "标题 title",
}


@app.command("list")
def list_(
    url: Url,
    token_file: TokenFile,
    as_json: Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")] = False,
) -> None:
    """The agency's feeds. 数据源列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        found = platform.get("/feeds", limit=500)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [[str(item[name]) for name in _COLUMNS] for item in found["items"]]
    Console(highlight=False).print(table([*_COLUMNS.values()], rows))
