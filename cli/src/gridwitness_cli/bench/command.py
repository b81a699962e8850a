"""`gridwitness bench`."""

from __future__ import annotations

import json
import signal
import sys
from typing import Annotated

import typer
from gridwitness.settings import load_settings
from rich.console import Console

from gridwitness_cli.bench.measurement import as_table
from gridwitness_cli.bench.run import RESULTS, run_bench
from gridwitness_cli.bench.sizes import DEFAULT, FULL, QUICK
from gridwitness_cli.collector import collect_rarely

_FILE_WIDTH = 190
_progress = Console(stderr=True, highlight=False)


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: about a minute, rough.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Up to a million records: an hour or two.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of the table.")] = False,
) -> None:
    """Measure speed and cost on a throw-away deployment; writes bench/results.json. 测速与成本。"""
    if quick and full:
        raise typer.BadParameter("choose --quick or --full, not both")
    folder = load_settings().home / "bench"
    sizes = QUICK if quick else FULL if full else DEFAULT
    # Ended from outside, we still take down what we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    collect_rarely()  # as the commands it measures do
    rows = run_bench(folder, sizes, lambda what: _progress.print(f"· {what}"))
    if as_json:
        typer.echo(json.dumps([row.to_value() for row in rows], ensure_ascii=False, indent=2))
    else:
        _table_console().print(as_table(rows, "gridwitness bench"))
    _progress.print(f"written 已写入: {folder / RESULTS}")


def _table_console() -> Console:
    """Standard output; wide where it is a file, so that no cell is folded there."""
    console = Console()
    return console if console.is_terminal else Console(width=_FILE_WIDTH)
