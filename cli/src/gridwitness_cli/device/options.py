"""Options that several commands of the device share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Url = Annotated[str, typer.Option(help="The platform, as https://host or http://127.0.0.1:8000. 平台地址")]
TokenFile = Annotated[Path, typer.Option(help="Holds the token of `submit login`. 登录令牌文件")]
KeyFile = Annotated[Path, typer.Option("--key", help="The signing key, from `submit key new`. 签名密钥文件")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="The key's passphrase; else GRIDWITNESS_PASSPHRASE, else asked for. 密钥口令文件"),
]
AgencyCode = Annotated[str, typer.Option("--agency", help="Code of the signer's agency. 机关代码")]
