"""`gridwitness grid staff`: who works for a unit, kept by administrators."""

from __future__ import annotations

import json
from typing import Annotated
from urllib.parse import quote

import typer
from gridwitness.errors import InvalidInput

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson
from gridwitness_cli.grid.reading_commands import print_table


def staff(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(help="Its number. 单位编号")],
    join: Annotated[str | None, typer.Option(help="Id of an account that joins. 加入的账号")] = None,
    leave: Annotated[str | None, typer.Option(help="Id of an account that leaves. 离开的账号")] = None,
    as_json: AsJson = False,
) -> None:
    """A unit's staff; an administrator changes it. 单位人员。"""
    if join is not None and leave is not None:
        raise InvalidInput("staff-options", "One account joins or leaves at a time.", "--join or --leave")
    path = f"/units/{quote(unit, safe='')}/staff"
    with told(as_json), device_of(context).connect() as platform:
        if join is not None:
            platform.post(path, {"account": join})
        if leave is not None:
            platform.delete(f"{path}/{quote(leave, safe='')}")
        found = platform.get(path)["items"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [[row["username"], row["account"], row["since"]] for row in found]
    print_table(table(("账号 user", "编号 account", "自 since"), rows))
