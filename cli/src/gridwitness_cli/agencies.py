"""`gridwitness agency`: members of the deployment, from the operator's side."""

from __future__ import annotations

from typing import Annotated

import typer
from gridwitness.errors import Conflict
from gridwitness.members import AgencyRow
from gridwitness.members.models import AccountRow
from gridwitness.provision import admit, write_trust
from sqlalchemy import select

from gridwitness_cli.provisioning import first_admin
from gridwitness_cli.runtime import attached_platform

app = typer.Typer(help="Agencies of this deployment. 机关管理。", no_args_is_help=True)


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="Agency code, 6 to 18 digits and capital letters.")],
    name: Annotated[str, typer.Option(help="The agency's name.")],
    admin: Annotated[
        str | None, typer.Option(help="User name of its first administrator (admin.<code>). 首个管理员")
    ] = None,
) -> None:
    """Admit an agency: log, service key confirmed by another agency, first administrator. 加入机关。"""
    username = admin or f"admin.{code.lower()}"
    with attached_platform() as platform:
        with platform.transaction() as session:
            if session.scalar(select(AccountRow.id).where(AccountRow.username == username)) is not None:
                raise Conflict(
                    "username-taken", f"The user name {username!r} is taken.", "choose with --admin"
                )
            # A run that broke off after the admission left an agency without anybody: it is continued.
            agency = session.get(AgencyRow, code)
            anybody = session.scalar(select(AccountRow.id).where(AccountRow.agency == code).limit(1))
            half_added = agency is not None and anybody is None
        if half_added:
            write_trust(platform)
        else:
            admit(platform, code, name)
        with platform.transaction() as session:
            login = first_admin(platform, session, code, username)
        typer.echo(f"First administrator 首个管理员: {login.username} 密码 password: {login.password}")
        origin = f"gridwitness/{platform.chain.deployment.deployment}/{code}"
        typer.echo(f"agency {code} admitted; its log is {origin}")
        typer.echo(f"trust file renewed: {platform.settings.trust_file}")


@app.command("list")
def list_agencies() -> None:
    """Codes and names. 机关列表。"""
    with attached_platform() as platform, platform.transaction() as session:
        for row in session.scalars(select(AgencyRow).order_by(AgencyRow.code)):
            typer.echo(f"{row.code}  {row.name}")
