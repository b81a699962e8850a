"""`gridwitness submit send`: a draft goes to the platform, its receipt stays on the device."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput
from gridwitness.records import rfc3339
from gridwitness_evidence import Record

from gridwitness_cli.submit.attachments import check_unchanged
from gridwitness_cli.submit.device_clock import device_now
from gridwitness_cli.submit.draft import Draft
from gridwitness_cli.submit.local_files import write_json, write_local
from gridwitness_cli.submit.officer_key import open_key
from gridwitness_cli.submit.options import PassphraseFile, TokenFile, Url
from gridwitness_cli.submit.platform_client import PlatformClient, Refused, refusals
from gridwitness_cli.submit.sign_command import sign_at

_ATTEMPTS = 5
"""Signings at a subject that moves again and again."""


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
    draft = Draft.load(draft_file)
    record = draft.parsed()
    with refusals(), PlatformClient(url, token_file) as platform:
        _send_files(platform, draft, record)
        attempts = 1
        while True:
            try:
                answer = platform.submit(draft.record, draft.provenance)
                break
            except Refused as refused:
                if refused.code != "subject-moved" or key_file is None or attempts == _ATTEMPTS:
                    raise
            attempts += 1
            draft = _signed_again(platform, draft, record, key_file, passphrase_file)
            record = draft.parsed()
            draft.save(draft_file)  # before it is sent, so that a repetition sends the same bytes
    _keep(receipts, answer, draft, record)
    typer.echo(f"{answer['jti']}  主体 subject {record.claims.sub}  seq {record.claims.seq}  已受理 accepted")


def _send_files(platform: PlatformClient, draft: Draft, record: Record) -> None:
    named = {file["sha256"] for value in record.fields.values() for file in _files(value)}
    for sha256 in sorted(named & draft.files.keys()):
        path = Path(draft.files[sha256])
        check_unchanged(sha256, path)
        platform.put_file(sha256, path)


def _files(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict) and isinstance(item.get("sha256"), str)]


def _signed_again(
    platform: PlatformClient, draft: Draft, record: Record, key_file: Path, passphrase_file: Path | None
) -> Draft:
    key = open_key(key_file, passphrase_file)
    claims = record.claims
    if key.kid != record.kid:
        raise InvalidInput(
            "key-other", f"The draft was signed with key {record.kid}, not {key.kid}.", "give that key"
        )
    place = platform.subject(claims.sub)
    again = sign_at(place, key, claims.iss, claims.kind, record.fields, device_now())
    return draft.signed_again(again, rfc3339(datetime.fromtimestamp(claims.iat, UTC)))


def _keep(folder: Path, answer: dict[str, Any], draft: Draft, record: Record) -> None:
    """The folder holds receipts only, for `gridwitness-verify log --receipts`; the rest lies below it."""
    jti = record.claims.jti
    write_local(folder / f"{jti}.receipt", str(answer["receipt"]).encode())
    kept = {
        "jti": jti,
        "log": answer["log"],
        "kind": record.claims.kind,
        "sub": record.claims.sub,
        "seq": record.claims.seq,
        "receipt": answer["receipt"],
        "record": draft.record,
        "provenance": draft.provenance,
    }
    write_json(folder / "records" / f"{jti}.json", kept)
