"""`gridwitness`: the composition root. Here commands are named and errors get exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from gridwitness.errors import GridWitnessError, Unavailable

COMMANDS = {
    "up": "operate:up",
    "serve": "operate:serve",
    "worker": "worker_command:worker",
    "detector": "detector_command:detector",
    "duty": "duty_command:duty",
    "detect": "detect_command:detect",
    "migrate": "operate:migrate",
    "anchor": "anchor_command:anchor",
    "doctor": "doctor_command:doctor",
    "import": "import_command:import_files",
    "ingest": "ingest:app",
    "submit": "submit:app",
    "case": "case:app",
    "feed": "feed:app",
    "channel": "channel:app",
    "event": "event:app",
    "webhook": "webhook:app",
    "truck": "truck:app",
    "grid": "grid:app",
    "agency": "agencies:app",
    "calendar": "calendar_commands:app",
    "qualification": "qualification_commands:app",
    "recover": "recover_command:recover",
    "simulate": "simulate:app",
    "replay": "replay.commands:replay",
    "openapi": "specification:openapi",
    "permissions": "specification:permissions",
    "archive": "archive:app",
    "hotspot": "hotspot:app",
    "performance": "performance:app",
    "dispatch": "dispatch:app",
    "demo": "demo.command:demo",
    "bench": "bench.command:bench",
}
"""Command → module:name below this package; a `typer.Typer` has commands of its own."""


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command line for these arguments; only the command called is imported, else all are.

    An officer's `submit` need not wait for the whole platform to load.
    """
    app = typer.Typer(
        name="gridwitness",
        help="GridWitness 网格见证: supervision of city enforcement that nobody has to take on trust.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @app.callback()
    def _commands() -> None:
        """Keeps a single command from becoming the program itself."""

    called = arguments[0] if arguments and arguments[0] in COMMANDS else None
    for name in COMMANDS if called is None else (called,):
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(f"gridwitness_cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def main() -> None:
    """Run; a platform error is one line on stderr. Exit code 2: unusable input; 3: a part is away."""
    try:
        build(sys.argv[1:])()
    except GridWitnessError as error:
        print(f"gridwitness: {error} [{error.code}]", file=sys.stderr)
        sys.exit(3 if isinstance(error, Unavailable) else 2)
