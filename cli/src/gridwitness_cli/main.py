"""`gridwitness`: the composition root. Here commands are named and errors get exit codes."""

from __future__ import annotations

import sys

import typer
from gridwitness.errors import GridWitnessError, Unavailable

from gridwitness_cli import agencies, import_command, operate, recover_command, specification, submit

app = typer.Typer(
    name="gridwitness",
    help="GridWitness 网格见证: supervision of city enforcement that nobody has to take on trust.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (operate.up, operate.serve, operate.worker, operate.migrate, operate.anchor, operate.doctor):
    app.command()(command)
app.command("import")(import_command.import_files)
app.command("recover")(recover_command.recover)
app.command("openapi")(specification.openapi)
app.add_typer(submit.app, name="submit")
app.add_typer(agencies.app, name="agency")


def main() -> None:
    """Run; a platform error is one line on stderr. Exit code 2: unusable input; 3: a part is away."""
    try:
        app()
    except GridWitnessError as error:
        print(f"gridwitness: {error} [{error.code}]", file=sys.stderr)
        sys.exit(3 if isinstance(error, Unavailable) else 2)
