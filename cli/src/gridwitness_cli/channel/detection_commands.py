"""`gridwitness channel detection`: what machines claim, looked at by people."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals

app = typer.Typer(help="Detections 识别线索: none becomes an event unseen.", no_args_is_help=True)

Detection = Annotated[str, typer.Argument(help="Its subject, as `list` shows it. 线索")]
_COLUMNS = {
    "sub": "线索 detection",
    "device": "设备 device",
    "matter": "事项 matter",
    "confidence": "置信度 %",
    "captured_at": "时间 captured",
    "state": "状态 state",
}


@app.command("list")
def list_(
    url: Url,
    token_file: TokenFile,
    state: Annotated[str, typer.Option(help="queued, confirmed or dismissed. 状态")] = "queued",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before. 续页")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")] = False,
) -> None:
    """Detections, oldest first. 线索列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        page = platform.get("/detections", state=state, limit=limit, cursor=cursor)
    if as_json:
        typer.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    rows = [[item[name] for name in _COLUMNS] for item in page["items"]]
    Console(highlight=False).print(table([*_COLUMNS.values()], rows))
    if page["next"]:
        typer.echo(f"--cursor {page['next']}")


@app.command("confirm")
def confirm(
    detection: Detection,
    url: Url,
    token_file: TokenFile,
    matter: Annotated[str | None, typer.Option(help="Where the machine was wrong. 事项")] = None,
    grid: Annotated[str | None, typer.Option(help="Where the place says too little. 网格")] = None,
    note: Annotated[str | None, typer.Option(help="What you saw. 说明")] = None,
) -> None:
    """It is so: report it as an event on your word. 确认并上报。"""
    with PlatformClient(url, token_file) as platform, refusals():
        made = platform.post(
            f"/detections/{detection}/confirm", {"matter": matter, "grid": grid, "note": note}
        )
    typer.echo(f"{made['state']}  {made['event']}")


@app.command("dismiss")
def dismiss(
    detection: Detection,
    url: Url,
    token_file: TokenFile,
    reason: Annotated[str, typer.Option(help="Why nothing comes of it. 理由")],
) -> None:
    """It is nothing. 排除。"""
    with PlatformClient(url, token_file) as platform, refusals():
        made = platform.post(f"/detections/{detection}/dismiss", {"reason": reason})
    typer.echo(made["state"])
