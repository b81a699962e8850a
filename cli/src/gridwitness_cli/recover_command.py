"""`gridwitness recover`: a database behind its contract is refilled from the tiles; what is lost is named."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from gridwitness.errors import Unavailable
from gridwitness.members import AgencyRow
from gridwitness.migration import migrate
from gridwitness.platform import Platform
from gridwitness.provision import write_trust
from gridwitness.records import Log, logs_by_origin, sole_sequencer
from gridwitness.records.recovery import Recovered, Recovery
from gridwitness.settings import load_settings
from sqlalchemy import select

from gridwitness_cli.runtime import running_parts


def recover(
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Go on in a successor log that names what is lost.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Refill entries from the tiles; stop `gridwitness up` first. 从日志瓦片恢复数据库。"""
    settings = load_settings()
    with running_parts(settings) as parts:
        migrate(parts.urls.owner)
        platform = parts.platform("gridwitness-recover")
        try:
            results = [_recover(platform, log, accept_loss) for log in _logs(platform)]
            write_trust(platform)
        finally:
            platform.close()
    if as_json:
        typer.echo(json.dumps([asdict(found) for found in results]))
    else:
        for found in results:
            typer.echo(_sentence(found))
    raise typer.Exit(1 if any(found.lost for found in results) and not accept_loss else 0)


def _recover(platform: Platform, log: Log, accept_loss: bool) -> Recovered:
    with sole_sequencer(platform.engine, log.name) as held:
        if not held:
            raise Unavailable(
                "worker-running", f"A worker is at log {log.name}.", "stop `gridwitness up` first"
            )
        recovery = Recovery(
            platform.sessions,
            log,
            platform.tiles(log.name),
            platform.chain,
            platform.keystore,
            platform.clock,
        )
        found = recovery.run()
        if found.lost is not None and accept_loss:
            with platform.sessions() as session:
                agencies = list(session.scalars(select(AgencyRow.code)))
            recovery.accept_loss(found, platform.acceptance, agencies)
    return found


def _logs(platform: Platform) -> list[Log]:
    with platform.sessions() as session:
        logs = logs_by_origin(session)
        followed = {row.predecessor for row in logs.values()}
        return [log for origin, log in logs.items() if origin not in followed]


def _sentence(found: Recovered) -> str:
    sentence = (
        f"{found.log}: contract {found.contract_size}, database had {found.database_size}, "
        f"{found.refilled} entries refilled, {found.without_disclosures} of them without disclosures"
    )
    return sentence if found.lost is None else f"{sentence}; LOST: entries {found.lost[0]} to {found.lost[1]}"
