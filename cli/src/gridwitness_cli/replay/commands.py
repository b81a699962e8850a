"""`gridwitness replay`: service requests of real cities through the whole loop, in simulated time."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer


def replay(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Los Angeles' or New York's requests: .csv, .csv.gz. 文件"),
    ],
    rows: Annotated[int | None, typer.Option(min=1, help="Only the first so many of each. 行数")] = None,
    out: Annotated[
        Path | None, typer.Option(help="JSON of the result; else HOME/replay/result.json. 结果文件")
    ] = None,
) -> None:
    """Report, dispatch, handle and close a city's requests; its figures beside those of the file. 重放。

    Each file gets a deployment of its own below HOME/replay, made afresh, on a simulated clock. Exit code 1:
    a figure differs from the file's.
    """
    raise typer.Exit(import_module("gridwitness_cli.replay.running").run(files, rows, out))
