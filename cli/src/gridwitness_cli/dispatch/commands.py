"""The commands of `gridwitness dispatch`."""

from __future__ import annotations

import typer

from gridwitness_cli.dispatch import article_commands
from gridwitness_cli.dispatch.model_commands import activate, add, history, retire, rules, show
from gridwitness_cli.dispatch.training_commands import evaluate, train

app = typer.Typer(help="Whose an event is. 智能分拨。", no_args_is_help=True)
for _command in (train, evaluate, add, activate, retire, show, rules, history):
    app.command()(_command)
app.add_typer(article_commands.app, name="articles")
