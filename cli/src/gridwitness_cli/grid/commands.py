"""`gridwitness grid`: where its commands get their names."""

from __future__ import annotations

import typer

from gridwitness_cli.case.commands import device
from gridwitness_cli.grid import matter_commands, reading_commands, register_command, staff_command

app = typer.Typer(
    help="Territory 网格: grids, units and their staff, addresses, and the responsibility list 权责清单.",
    no_args_is_help=True,
)
app.callback()(device)
app.command("register")(register_command.register)
app.command("demo-register")(register_command.demo_register)
app.command("show")(reading_commands.show)
app.command("locate")(reading_commands.locate)
app.command("match")(reading_commands.match)
app.command("matters")(matter_commands.matters)
app.command("propose")(matter_commands.propose)
app.command("decide")(matter_commands.decide)
app.command("staff")(staff_command.staff)
