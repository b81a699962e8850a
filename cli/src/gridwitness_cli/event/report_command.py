"""`gridwitness event report`: an event, with photos; without network it is signed on the device and kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput
from gridwitness.records import rfc3339

from gridwitness_cli.case.device_folder import DeviceFolder, device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson, At
from gridwitness_cli.device.attachments import describe_files
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.typed_option import given_time
from gridwitness_cli.event.event_signing import draft_report, fields_of, hand_in, take_along

_DECIMALS = 6


def report(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="What it is. 标题")],
    channel: Annotated[str, typer.Option(help="Of `gridwitness channel list`. 渠道")],
    description: Annotated[str | None, typer.Option(help="描述")] = None,
    matter: Annotated[str | None, typer.Option(help="Of the list. 事项")] = None,
    category: Annotated[str, typer.Option(help="event 事件, component 部件")] = "event",
    urgency: Annotated[str, typer.Option(help="normal, urgent, emergency. 紧急程度")] = "normal",
    grid: Annotated[str | None, typer.Option(help="Else found by the place. 网格")] = None,
    place: Annotated[str | None, typer.Option(help="LAT,LON in degrees WGS 84. 坐标")] = None,
    address: Annotated[str | None, typer.Option(help="地址")] = None,
    key: Annotated[str | None, typer.Option(help="The channel's own number. 渠道单号")] = None,
    files: Annotated[list[Path] | None, typer.Option("--file", help="A photo; repeated. 照片")] = None,
    at: At = None,
    draft: Annotated[bool, typer.Option("--draft", help="Only sign and keep it. 离线草稿")] = False,
    as_json: AsJson = False,
) -> None:
    """Report an event, signed on this device. 上报事件，在本人设备上签名。

    With --draft no network is needed (after `event fetch`); `event send` hands it in later.
    """
    latitude, longitude = _degrees(place)
    said = {
        "channel": channel,
        "channel_key": key,
        "category": category,
        "matter": matter,
        "grid": grid,
        "urgency": urgency,
    }
    described, places = describe_files(files or [])
    fields = fields_of(
        *("", "report", rfc3339(device_now()) if at is None else given_time(at), 1),
        details={name: value for name, value in said.items() if value is not None},
        title=title,
        description=description,
        latitude=latitude,
        longitude=longitude,
        address=address,
        files=described,
    )
    device = device_of(context)
    with told(as_json):
        answer = _kept(device, fields, places) if draft else _sent(device, fields, places)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    elif draft:
        typer.echo(f"已离线签名 signed offline · {answer['sub']} · 联网后 later: gridwitness event send")
    else:
        typer.echo(f"已上报 reported · {answer['sub']} · 记录 record {answer['jti']}")


def _kept(device: DeviceFolder, fields: dict[str, Any], places: dict[str, str]) -> dict[str, Any]:
    record, path = draft_report(device, fields, places)
    return {"jti": record.claims.jti, "sub": record.claims.sub, "state": "draft", "draft": str(path)}


def _sent(device: DeviceFolder, fields: dict[str, Any], places: dict[str, str]) -> dict[str, Any]:
    with device.connect() as platform:
        take_along(platform, device)
        _, path = draft_report(device, fields, places)
        record, answer = hand_in(device, platform, path)
    return {
        "jti": record.claims.jti,
        "sub": record.claims.sub,
        "state": "accepted",
        "receipt": answer["receipt"],
    }


def _degrees(place: str | None) -> tuple[str | None, str | None]:
    if place is None:
        return None, None
    try:
        north, east = (float(part) for part in place.split(","))
    except ValueError:
        raise InvalidInput("event-place", f"{place!r} is no place.", "as 30.295,120.155") from None
    return f"{north:.{_DECIMALS}f}", f"{east:.{_DECIMALS}f}"
