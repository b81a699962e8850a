"""`gridwitness submit send`: a draft goes to the platform, its receipt stays on the device."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridwitness_cli.device.officer_key import open_key
from gridwitness_cli.device.options import PassphraseFile, TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals
from gridwitness_cli.device.sending import send_draft


def send(
    draft_file: Annotated[Path, typer.Argument(metavar="DRAFT", help="What `submit sign` wrote. 草稿文件")],
    url: Url,
    token_file: TokenFile,
    receipts: Annotated[Path, typer.Option(help="Folder the receipt is kept in. 回执文件夹")],
    key_file: Annotated[
        Path | None, typer.Option("--key", help="To sign again where the subject has moved. 签名密钥")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Send a draft with its files and keep the receipt; sending it again gives the same one. 提交草稿。"""
    key = None if key_file is None else lambda: open_key(key_file, passphrase_file)
    with refusals(), PlatformClient(url, token_file) as platform:
        record, answer = send_draft(platform, draft_file, receipts, key)
    claims = record.claims
    typer.echo(f"{answer['jti']}  主体 subject {claims.sub}  seq {claims.seq}  已受理 accepted")
