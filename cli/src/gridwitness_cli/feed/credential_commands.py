"""`gridwitness feed secret`: who may send for a feed, by an administrator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.local_files import read_local
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals
from gridwitness_cli.feed.register_command import Name

app = typer.Typer(
    help="Who may send for a feed, by an administrator: Digest accounts, tokens, certificates, device keys.",
    no_args_is_help=True,
)


@app.command("account")
def account(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    username: Annotated[str, typer.Option(help="Of the device or platform that registers. 用户名")],
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password; else it is asked for. 密码文件")
    ] = None,
) -> None:
    """Set the password of a Digest account (GA/T 1400). 设置 Digest 账号密码。"""
    if password_file is None:
        password = typer.prompt("密码 Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = read_local(password_file).decode("utf-8", "replace").strip("\r\n")
    body = {"kind": "digest", "name": username, "password": password}
    with PlatformClient(url, token_file) as platform, refusals():
        platform.post(f"/feeds/{feed}/credentials", body)
        realm = platform.get(f"/feeds/{feed}/credentials")["realm"]
    typer.echo(f"{username}  realm {realm}")


@app.command("token")
def token(feed: Name, url: Url, token_file: TokenFile) -> None:
    """Make a token that sends for a feed; it is shown this once. 生成令牌（仅显示一次）。"""
    with PlatformClient(url, token_file) as platform, refusals():
        made = platform.post(f"/feeds/{feed}/credentials", {"kind": "token", "name": None})
    typer.echo(made["token"])


@app.command("certificate")
def certificate(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    fingerprint: Annotated[str, typer.Option(help="SHA-256 of the certificate (DER), hex. 证书指纹")],
) -> None:
    """Let the holder of a client certificate send for a feed. 登记客户端证书。"""
    _set(feed, url, token_file, "certificate", fingerprint)


@app.command("key")
def key(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    kid: Annotated[str, typer.Option(help="Thumbprint of a registered key of purpose feed. 密钥指纹")],
) -> None:
    """Let a device's key sign a feed's messages. 登记设备签名密钥。"""
    _set(feed, url, token_file, "key", kid)


@app.command("list")
def list_(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    as_json: Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")] = False,
) -> None:
    """Who may send, without secrets. 凭据列表。"""
    with PlatformClient(url, token_file) as platform, refusals():
        found = platform.get(f"/feeds/{feed}/credentials")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [[item["kind"], item["name"], item["set_at"], item["set_by"] or ""] for item in found["items"]]
    Console(highlight=False).print(table(["种类 kind", "名称 name", "设于 set at", "设置人 by"], rows))


@app.command("remove")
def remove(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    kind: Annotated[str, typer.Option(help="digest, token, certificate or key. 种类")],
    name: Annotated[str, typer.Option(help="As `list` shows it. 名称")],
) -> None:
    """Take a credential away. 撤销凭据。"""
    with PlatformClient(url, token_file) as platform, refusals():
        platform.delete(f"/feeds/{feed}/credentials/{kind}/{name}")
    typer.echo(f"已撤销 removed {kind} {name}")


def _set(feed: str, url: str, token_file: Path, kind: str, name: str) -> None:
    with PlatformClient(url, token_file) as platform, refusals():
        platform.post(f"/feeds/{feed}/credentials", {"kind": kind, "name": name})
    typer.echo(f"{kind} {name}")
