"""`gridwitness feed letters | replay | drop`: what could not be read."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals
from gridwitness_cli.feed.register_command import Name

Code = Annotated[str | None, typer.Option(help="Only this reason, as device-unknown. 原因")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")]
_COLUMNS = {
    "id": "编号 id",
    "serial": "报文 serial",
    "item": "对象 item",
    "code": "原因 code",
    "detail": "说明 detail",
    "state": "状态 state",
    "tries": "次数 tries",
}


def letters(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    state: Annotated[str, typer.Option(help="open, replayed or dropped. 状态")] = "open",
    code: Code = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before. 续页")] = None,
    as_json: AsJson = False,
) -> None:
    """List dead letters. 死信列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        page = platform.get(f"/feeds/{feed}/letters", state=state, code=code, limit=limit, cursor=cursor)
    if as_json:
        typer.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    rows = [[_shown(item[name]) for name in _COLUMNS] for item in page["items"]]
    Console(highlight=False).print(table([*_COLUMNS.values()], rows))
    if page["next"]:
        typer.echo(f"--cursor {page['next']}")


def replay(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    letter: Annotated[
        list[int] | None, typer.Option(help="Only this one; repeated. Default: all open ones. 死信编号")
    ] = None,
    code: Code = None,
) -> None:
    """Read dead letters again, after a fix. 重放死信。"""
    with PlatformClient(url, token_file) as platform, refusals():
        if letter:
            done = [platform.post(f"/feeds/{feed}/letters/{one}/replay", {})["state"] for one in letter]
            settled, still_open = done.count("replayed"), done.count("open")
        else:
            settled, still_open = _replay_all(platform, feed, code)
    typer.echo(f"已重放 replayed {settled}，仍待处理 still open {still_open}")


def drop(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    letter: Annotated[list[int], typer.Option(help="This one; repeated. 死信编号")],
) -> None:
    """Give dead letters up; they stay, as dropped. 丢弃死信。"""
    with PlatformClient(url, token_file) as platform, refusals():
        for one in letter:
            platform.post(f"/feeds/{feed}/letters/{one}/drop", {})
    typer.echo(f"已丢弃 dropped {len(letter)}")


def _replay_all(platform: PlatformClient, feed: str, code: str | None) -> tuple[int, int]:
    """A bounded number at a time, each in a transaction of its own; a letter is looked at once."""
    settled = still_open = after = 0
    while True:
        done = platform.post(f"/feeds/{feed}/letters/replay", {"code": code, "after": after})
        if done["last"] == 0:
            return settled, still_open
        settled += done["settled"]
        still_open += done["still_open"]
        after = done["last"]


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
