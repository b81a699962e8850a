"""`gridwitness submit login | head | evidence`: what the device fetches from the platform."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from gridwitness.errors import InvalidInput

from gridwitness_cli.device.local_files import read_local, write_json, write_local
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, Refused, refusals
from gridwitness_cli.device.subject_place import checked_subject


def login(
    url: Url,
    username: Annotated[str, typer.Option(help="User name. 用户名")],
    token_file: Annotated[Path, typer.Option(help="Where the token goes, mode 0600. 令牌文件")],
    password_file: Annotated[
        Path | None, typer.Option(help="Else the password is asked for. 密码文件")
    ] = None,
) -> None:
    """Log in and keep the token. 登录。"""
    if password_file is None:
        password = typer.prompt("密码 Password", hide_input=True, err=True)
    else:
        password = read_local(password_file).decode("utf-8", "replace").strip("\r\n")
    with refusals(), PlatformClient(url) as platform:
        answer = platform.login(username, password)
    write_local(token_file, str(answer["token"]).encode() + b"\n")
    typer.echo(f"已登录 logged in, until {answer['expires_at']}")


def head(
    url: Url,
    sub: Annotated[str | None, typer.Option(help="The subject; takes --token-file. 主体")] = None,
    agency: Annotated[str | None, typer.Option(help="For a new subject in this agency's log. 机关")] = None,
    token_file: Annotated[Path | None, typer.Option(help="Holds the token of `submit login`.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep it for `submit sign --head`. 输出文件")] = None,
) -> None:
    """Fetch what the next record must name, for signing offline later. 获取主体或日志的最新状态。"""
    if (sub is None) == (agency is None):
        raise InvalidInput("options", "Give either --sub or --agency.", "--agency for a subject to be opened")
    with refusals(), PlatformClient(url, token_file) as platform:
        place = platform.subject(checked_subject(sub)) if sub else platform.new_subject(agency or "")
    if out is not None:
        write_json(out, place.to_json())
    typer.echo(json.dumps(place.to_json(), indent=2))


def evidence(
    jti: Annotated[str, typer.Argument(help="The record, from its receipt. 记录编号")],
    url: Url,
    token_file: TokenFile,
    out: Annotated[Path, typer.Option(help="The bundle file. 证据包文件")],
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait until it is anchored. 等待上链秒数")] = 0,
) -> None:
    """Download the evidence bundle; `gridwitness-verify bundle` checks it offline. 下载证据包。"""
    end = time.monotonic() + wait
    with refusals(), PlatformClient(url, token_file) as platform:
        while True:
            try:
                write_local(out, platform.evidence(jti))
                break
            except Refused as refused:
                if refused.code != "not-anchored-yet" or time.monotonic() >= end:
                    raise
                time.sleep(1)
    typer.echo(f"{out}")
