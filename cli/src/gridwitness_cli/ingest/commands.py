"""`gridwitness ingest`: its commands, imported when called: `decode` needs no platform."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Doors for outside data: terminals, checkpoints, files. 外部数据接入：车载终端、卡口、文件。",
    no_args_is_help=True,
)


def _called(module: str, function: str) -> Any:
    return getattr(import_module(f"gridwitness_cli.ingest.{module}"), function)


@app.command("serve")
def serve() -> None:
    """Run the doors that have a port (GRIDWITNESS_GAT1400_PORT, GRIDWITNESS_JT808_PORT). 运行接入服务。"""
    _called("serve_command", "serve")()


@app.command("decode")
def decode(
    form: Annotated[str, typer.Argument(metavar="jt808|gat1400", help="What is read. 协议")],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|-…", help="Hex frames, one a line; or a JSON body a file. - = standard input. 文件"
        ),
    ],
) -> None:
    """Frames or bodies as NDJSON: input (from 0), items, error. Exit 1: some could not be read. 解码报文。"""
    _called("decode_command", "decode")(form, files)
