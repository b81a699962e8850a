"""`gridwitness calendar`: the working days of a year, published on record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.platform import Platform

from gridwitness_cli.device.local_files import read_json_object
from gridwitness_cli.runtime import attached_platform

app = typer.Typer(help="Calendars of working days. 工作日历。", no_args_is_help=True)


@app.callback()
def _commands() -> None:
    """Keeps a single command from becoming the program itself."""


@app.command("publish")
def publish(
    file: Annotated[Path, typer.Argument(help="gridwitness-calendar/1, docs/format.md section 15. 日历文件")],
    agency: Annotated[str | None, typer.Option(help="Who signs; default: the founding agency. 机关")] = None,
) -> None:
    """Publish a year's calendar, new or corrected. 公布年度工作日历。

    The State Council's office announces the next year's each November. A case reads its clocks anew with its
    next step.
    """
    content = read_json_object(file)
    with attached_platform() as platform:
        typer.echo(f"已公布 published {publish_calendar(platform, content, agency)}")


def publish_calendar(platform: Platform, content: dict[str, Any], agency: str | None) -> str:
    """Record a calendar, signed by `agency` (None: the founding one); gives its name.

    Raises InvalidInput `calendar-invalid`, Conflict `rule-unchanged`.
    """
    with platform.transaction() as session:
        signer = agency or platform.settings.agency_code
        return platform.rules.publish_calendar(session, signer, content, by=None)
