"""`gridwitness truck register`: a file of a register becomes records signed by the agency."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from gridwitness_cli.truck.register_columns import REGISTERS


def register(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(REGISTERS)}. 登记种类")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV or NDJSON, also .gz. 文件")],
    agency: Annotated[
        str | None, typer.Option(help="Who signs; needed where there are several. 机关")
    ] = None,
    bad_rows: Annotated[
        Path | None, typer.Option(help="Where bad rows go; default FILE.bad.ndjson. 问题行文件")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Summary as JSON. 以 JSON 输出")] = False,
) -> None:
    """Take over a register; can be repeated without doubling. 导入登记信息，可重复执行。

    Runs where the platform is. Exit code 0: every row was taken or known already; 1: some rows were bad; 2:
    unusable input or options.
    """
    # By name: a reviewer's device, which has the other commands, loads neither platform nor chain.
    run = import_module("gridwitness_cli.truck.register_files").register_files
    if not run(kind, files, agency, bad_rows, as_json=as_json):
        raise typer.Exit(1)
