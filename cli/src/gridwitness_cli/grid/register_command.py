"""`gridwitness grid register | demo-register`: files of a register become records signed by the agency."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

REGISTERS = ("unit", "grid", "address", "matter")
Agency = Annotated[str | None, typer.Option(help="Who signs; needed where there are several. 机关")]
AsJson = Annotated[bool, typer.Option("--json", help="Summary as JSON. 以 JSON 输出")]


def register(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(REGISTERS)}. 登记种类")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="CSV or NDJSON, also .gz; grids also GeoJSON. 文件")
    ],
    agency: Agency = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="FIELD=VALUE for what rows leave out, as level=2; repeated. 缺省值"),
    ] = None,
    datum: Annotated[
        str, typer.Option(help="Of GeoJSON outlines: WGS84, GCJ02, BD09, CGCS2000. 坐标系")
    ] = "WGS84",
    bad_rows: Annotated[
        Path | None, typer.Option(help="Where bad rows go; default FILE.bad.ndjson. 问题行文件")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take over a register; can be repeated without doubling. 导入登记信息，可重复执行。

    Units before the grids they answer for, parents before what lies below. Matters are proposed and wait for
    a decision. Runs where the platform is. Exit code 0: every row was taken or known already; 1: some rows
    were bad; 2: unusable input or options.
    """
    # By name: a device, which has the other commands, loads neither platform nor chain.
    module = import_module("gridwitness_cli.grid.register_files")
    if not module.register_files(kind, files, agency, given or (), datum, bad_rows, as_json=as_json):
        raise typer.Exit(1)


def demo_register(
    agency: Agency = None,
    since: Annotated[
        str, typer.Option(help="From when it holds, as 2026-01-01T00:00:00Z. 生效时间")
    ] = "2026-01-01T00:00:00Z",
    matters: Annotated[bool, typer.Option(help="Propose the example list too. 示例清单")] = True,
    as_json: AsJson = False,
) -> None:
    """Register the example district: five levels, units, addresses, and a list to decide on. 登记示例区。"""
    import_module("gridwitness_cli.grid.register_files").register_example_district(
        agency, since, matters=matters, as_json=as_json
    )
