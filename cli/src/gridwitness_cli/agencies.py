"""`gridwitness agency`: members of the deployment, from the operator's side."""

from __future__ import annotations

from typing import Annotated

import typer
from gridwitness.members import AgencyRow
from gridwitness.provision import admit
from sqlalchemy import select

from gridwitness_cli.runtime import attached_platform

app = typer.Typer(help="Agencies of this deployment. 机关管理。", no_args_is_help=True)


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="Agency code, 6 to 18 digits and capital letters.")],
    name: Annotated[str, typer.Option(help="The agency's name.")],
) -> None:
    """Admit an agency: account, log, service key confirmed by another agency. 加入机关。"""
    with attached_platform() as platform:
        admit(platform, code, name)
        typer.echo(f"agency {code} admitted; its log is {platform.chain.deployment.deployment}/{code}")
        typer.echo(f"trust file renewed: {platform.settings.trust_file}")


@app.command("list")
def list_agencies() -> None:
    """Codes and names. 机关列表。"""
    with attached_platform() as platform, platform.transaction() as session:
        for row in session.scalars(select(AgencyRow).order_by(AgencyRow.code)):
            typer.echo(f"{row.code}  {row.name}")
