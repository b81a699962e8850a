"""`gridwitness feed register`: an officer signs what a feed is; again, for what it has become."""

from __future__ import annotations

from typing import Annotated

import typer
from gridwitness.errors import GridWitnessError
from gridwitness.feeds.kinds import ASSURANCES, DATUMS, DOORS, REGISTERED

from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.officer_key import open_key
from gridwitness_cli.device.options import AgencyCode, KeyFile, PassphraseFile, TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, Refused, refusals
from gridwitness_cli.device.signing import sign_at
from gridwitness_cli.device.subject_place import SubjectPlace

Name = Annotated[str, typer.Argument(help="Of the feed. 数据源名称")]


def register(
    feed: Name,
    url: Url,
    token_file: TokenFile,
    key: KeyFile,
    agency: AgencyCode,
    door: Annotated[str, typer.Option(help=f"One of {', '.join(DOORS)}. 接入方式")],
    title: Annotated[str, typer.Option(help="What people call it. 名称")],
    assurance: Annotated[str, typer.Option(help=f"One of {', '.join(ASSURANCES)}. 可信等级")] = "network",
    datum: Annotated[str, typer.Option(help=f"One of {', '.join(DATUMS)}. 坐标系")] = "WGS84",
    closed: Annotated[bool, typer.Option("--closed", help="It sends nothing any more. 停用")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Register a feed, or change it, under an officer's signature. 登记或变更数据源。"""
    fields = {
        "feed": feed,
        "door": door,
        "assurance": assurance,
        "datum": datum,
        "title": title,
        "state": "closed" if closed else "open",
    }
    signing = open_key(key, passphrase_file)
    with PlatformClient(url, token_file) as platform, refusals():
        place = _place(platform, feed, agency)
        record = sign_at(place, signing, agency, REGISTERED, fields, device_now())
        platform.submit(record.presentation, {})
    typer.echo(f"{feed}  {record.claims.sub}  {fields['state']}")


def _place(platform: PlatformClient, feed: str, agency: str) -> SubjectPlace:
    """Where the feed's next record goes; its batches stand in the same subject."""
    try:
        known = platform.get(f"/feeds/{feed}")
    except GridWitnessError as error:
        if isinstance(error, Refused) and error.code == "feed-unknown":
            return platform.new_subject(agency)
        raise
    return platform.subject(str(known["sub"]))
