"""`gridwitness truck`: where its commands get their names."""

from __future__ import annotations

import typer

from gridwitness_cli.case.commands import device
from gridwitness_cli.truck import anomaly_commands, passage_command, register_command, review_command

app = typer.Typer(
    help="Muck trucks 渣土车: registers, anomalies and their review, a vehicle's passages for a case.",
    no_args_is_help=True,
)
app.callback()(device)
app.command("register")(register_command.register)
app.command("anomalies")(anomaly_commands.anomalies)
app.command("anomaly")(anomaly_commands.anomaly)
app.command("review")(review_command.review)
app.command("passages")(passage_command.passages)
