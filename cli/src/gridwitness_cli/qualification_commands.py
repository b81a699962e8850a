"""`gridwitness qualification`: who is qualified to enforce and to review, kept by administrators."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput
from gridwitness.records import rfc3339
from rich.console import Console

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient
from gridwitness_cli.device.typed_option import given_time

app = typer.Typer(
    help="Qualifications of accounts, by an administrator: enforcement 行政执法资格, legal 法律职业资格.",
    no_args_is_help=True,
)

Account = Annotated[str, typer.Argument(help="User name or account id. 账号")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")]
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@app.command("add")
def add(
    account: Account,
    url: Url,
    token_file: TokenFile,
    certificate: Annotated[str, typer.Option(help="Number of the certificate. 证件号")],
    kind: Annotated[str, typer.Option(help="enforcement or legal. 资格种类")] = "enforcement",
    valid_from: Annotated[
        str | None, typer.Option("--from", help="With offset; default now. 有效期起")
    ] = None,
    valid_to: Annotated[str | None, typer.Option("--to", help="With offset. 有效期止")] = None,
    as_json: AsJson = False,
) -> None:
    """Note a certificate an account holds. 登记资格。"""
    body: dict[str, Any] = {
        "kind": kind,
        "certificate": certificate,
        "valid_from": rfc3339(device_now()) if valid_from is None else given_time(valid_from),
        "valid_to": None if valid_to is None else given_time(valid_to),
    }
    with PlatformClient(url, token_file) as platform:
        held = platform.post(f"/accounts/{_account(platform, account)}/qualifications", body)
    if as_json:
        typer.echo(json.dumps(held, ensure_ascii=False, indent=2))
    else:
        until = held["valid_to"] or "…"
        typer.echo(f"{held['id']}  {held['kind']} {held['certificate']}  {held['valid_from']} – {until}")


@app.command("list")
def list_(account: Account, url: Url, token_file: TokenFile, as_json: AsJson = False) -> None:
    """What an account holds or held. 资格列表。"""
    with PlatformClient(url, token_file) as platform:
        found = platform.get(f"/accounts/{_account(platform, account)}/qualifications")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    names = ("id", "kind", "certificate", "valid_from", "valid_to")
    columns = ("id", "种类 kind", "证件 certificate", "自 from", "至 to")
    Console(highlight=False).print(table(columns, [[row[name] for name in names] for row in found["items"]]))


@app.command("end")
def end(
    account: Account,
    qualification: Annotated[str, typer.Argument(help="Its id, from `list`. 资格编号")],
    url: Url,
    token_file: TokenFile,
) -> None:
    """End a qualification now; that it was held stays on record. 终止资格。"""
    if not _ID.fullmatch(qualification):
        raise InvalidInput("qualification-form", f"{qualification[:80]!r} is no id.", "see `list`")
    with PlatformClient(url, token_file) as platform:
        platform.delete(f"/accounts/{_account(platform, account)}/qualifications/{qualification}")
    typer.echo(f"已终止 ended {qualification}")


def _account(platform: PlatformClient, named: str) -> str:
    """The account's id. Raises InvalidInput `account-unknown` for a name that takes part in no case."""
    if _ID.fullmatch(named):
        return named
    roster = platform.get("/officers")["items"]
    for person in roster:
        if person["username"] == named:
            return str(person["account"])
    raise InvalidInput(
        "account-unknown",
        f"{named[:80]!r} is nobody of this agency who takes part in cases.",
        f"one of {', '.join(str(person['username']) for person in roster)}, or an account id",
    )
