"""`gridwitness doctor`: prints what `doctor.examine` found."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from gridwitness.settings import load_settings

from gridwitness_cli.doctor import examine


def doctor(
    part: Annotated[
        list[str] | None,
        typer.Option(help="Only these count for the exit code, repeated. 仅看这些部分"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Tell the state of every part and where it is. 检查各部分状态。"""
    report = examine(load_settings(), frozenset(part or ()))
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for state in report["parts"]:
            typer.echo(f"{'ok  ' if state['ok'] else 'FAIL'} {state['name']}: {state['detail']}")
    raise typer.Exit(0 if report["ok"] else 1)
