"""`gridwitness submit key`: the officer's own key, made on the device and offered to the platform."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from gridwitness.errors import InvalidInput
from gridwitness.records import rfc3339
from gridwitness_evidence import EvidenceError, sign_record, uuid7

from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.officer_key import given_passphrase, new_key, open_key
from gridwitness_cli.device.options import KeyFile, PassphraseFile, TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals

app = typer.Typer(help="The officer's signing key. 签名密钥。", no_args_is_help=True)

_SLACK = timedelta(seconds=120)
"""A key is valid from a little before now: the platform's clock may be behind the device's."""


@app.command("new")
def new(
    out: Annotated[Path, typer.Option(help="Where the key goes; it never leaves the device. 密钥文件")],
    alg: Annotated[str, typer.Option(help="ES256 or EdDSA. 算法")] = "ES256",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a signing key, encrypted under a passphrase; prints its kid. 生成密钥。"""
    passphrase = given_passphrase(passphrase_file) or typer.prompt(
        "新口令 New passphrase", hide_input=True, confirmation_prompt=True, err=True
    )
    typer.echo(new_key(out, alg, passphrase).kid)


@app.command("offer")
def offer(
    key_file: KeyFile,
    url: Url,
    token_file: TokenFile,
    agency: Annotated[str | None, typer.Option(help="Default: the account's own. 机关代码")] = None,
    holder: Annotated[
        str | None, typer.Option(help="Account id; default: the one logged in. 持有人账号")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How long it is valid. 有效天数")] = 365,
    replaces: Annotated[
        str | None, typer.Option(metavar="KID", help="The key it follows. 被替换的密钥")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Offer the key, signed by itself; a second agency then confirms it. 申请登记密钥。"""
    key = open_key(key_file, passphrase_file)
    now = device_now()
    with refusals(), PlatformClient(url, token_file) as platform:
        account = platform.me() if agency is None or holder is None else {}
        agency = agency or str(account["agency"])
        place = platform.new_subject(agency)
        fields = {
            "jwk": key.jwk,
            "purpose": "officer",
            "holder": holder or str(account["account"]),
            "not_before": rfc3339(now - _SLACK),
            "not_after": rfc3339(now + timedelta(days=days)),
            "replaces": replaces,
        }
        try:
            record = sign_record(
                key=key, iss=agency, aud=place.origin, jti=uuid7(now), kind="key.offered.v1", src="self",
                sub=secrets.token_hex(16), seq=0, prev=None, iat=int(now.timestamp()), seen=place.seen,
                fields=fields,
            )  # fmt: skip
        except EvidenceError as error:
            raise InvalidInput(error.code, error.message, "check the options") from error
        view = platform.offer_key(record.presentation)
    state = "可用 in force" if view["counts"] else "待第二机关复核 waits for a second agency"
    typer.echo(f"{view['kid']}  {view['not_before']} – {view['not_after']}  {state}")
