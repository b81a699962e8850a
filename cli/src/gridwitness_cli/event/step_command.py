"""`gridwitness event step`: one step of an event, on the account's word or signed on the device."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from gridwitness.records import rfc3339

from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson, At
from gridwitness_cli.device.attachments import describe_files
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.platform_client import PlatformClient
from gridwitness_cli.device.typed_option import given_time
from gridwitness_cli.event.event_signing import details_of, fields_of, sign_step
from gridwitness_cli.event.reading_commands import Named


def step(
    context: typer.Context,
    event: Named,
    name: Annotated[str, typer.Argument(metavar="STEP", help="Of `event next`. 环节")],
    details: Annotated[
        list[str] | None,
        typer.Option("--detail", "-d", metavar="NAME=VALUE", help="Of the step; repeated. 要素"),
    ] = None,
    note: Annotated[str | None, typer.Option(help="说明")] = None,
    files: Annotated[list[Path] | None, typer.Option("--file", help="A file; repeated. 附件")] = None,
    unit: Annotated[str | None, typer.Option(help="For which of your units. 代表单位")] = None,
    at: At = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign with your own key on this device. 用本人密钥签名")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take a step; what the loop does not allow now is refused, with what it allows. 办理环节。

    Without --sign the platform signs on the word of the account that is logged in.
    """
    device = device_of(context)
    described, places = describe_files(files or [])
    with told(as_json), device.connect() as platform:
        head = platform.get(f"/events/{event}")
        loop = platform.get("/events/loop")
        said = {
            "details": details_of(name, loop["content"], details or []),
            "note": note,
            "unit": unit,
            "files": described,
        }
        when = None if at is None else given_time(at)
        if sign:
            moment = when or max(rfc3339(device_now()), str(head["moved_at"]))
            fields = fields_of(head["loop"], name, moment, head["round"], **said)
            sign_step(device, platform, head["sub"], fields, places)
        else:
            _upload(platform, places)
            body = {"step": name, "round": head["round"], "occurred_at": when, **said}
            platform.post(f"/events/{head['sub']}/steps", body)
        after = platform.get(f"/events/{head['sub']}")
    if as_json:
        typer.echo(json.dumps(after, ensure_ascii=False, indent=2))
        return
    typer.echo(f"已办理 done: {name} · {after['number']} · {after['zh']} {after['state']}")


def _upload(platform: PlatformClient, places: dict[str, str]) -> None:
    for sha256, path in places.items():
        platform.put_file(sha256, Path(path))
