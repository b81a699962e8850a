"""`gridwitness event`: where its commands get their names."""

from __future__ import annotations

import typer

from gridwitness_cli.case.commands import device
from gridwitness_cli.channel import import_command
from gridwitness_cli.event import draft_commands, reading_commands, report_command, step_command

app = typer.Typer(
    help="Events 事件: reported, taken from stage to stage, seen with clocks and history.",
    no_args_is_help=True,
)
app.callback()(device)
app.command("list")(reading_commands.list_events)
app.command("todo")(reading_commands.todo)
app.command("show")(reading_commands.show)
app.command("next")(reading_commands.next_steps)
app.command("file")(reading_commands.event_file)
app.command("report")(report_command.report)
app.command("step")(step_command.step)
app.command("fetch")(draft_commands.fetch)
app.command("send")(draft_commands.send)
app.command("import")(import_command.import_events)
