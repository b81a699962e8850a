"""`gridwitness anchor`: what was accepted goes on the chain now."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Annotated

import typer
from gridwitness.errors import Unavailable
from gridwitness.worker import Worker

from gridwitness_cli.runtime import attached_platform


def anchor(
    wait: Annotated[
        bool,
        typer.Option("--wait", help="Return once all is anchored and registered."),
    ] = False,
    timeout: Annotated[float, typer.Option(help="Longest wait in seconds.")] = 600.0,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Sequence and anchor now. 立即定序并上链。"""
    deadline = time.monotonic() + timeout
    with attached_platform() as platform:
        running = Worker(platform)
        running.check_standing()
        while True:
            running.round()
            backlogs = running.backlogs()
            if not wait or all(backlog.done for backlog in backlogs):
                break
            if time.monotonic() > deadline:
                raise Unavailable(
                    "anchor-timeout", f"Not everything is anchored after {timeout:g} s: {backlogs}.", None
                )
            time.sleep(0.1)
    result = [asdict(backlog) for backlog in backlogs]
    if as_json:
        typer.echo(json.dumps({"logs": result}))
        return
    for row in result:
        typer.echo("{log}: accepted {accepted}, sequenced {sequenced}, anchored {anchored}".format(**row))
        if row["milestones"] or row["refused"]:
            typer.echo("  milestones waiting {milestones}, refused by the contract {refused}".format(**row))
