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
    datum: Annotated[
        str, typer.Option(help="Datum of places in gat1400 bodies: WGS84, CGCS2000, GCJ02, BD09. 坐标系")
    ] = "WGS84",
) -> None:
    """Frames or bodies as NDJSON: input (from 0), items, error. Exit 1: some could not be read. 解码报文。"""
    _called("decode_command", "decode")(form, files, datum)


@app.command("file")
def file(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="A registered feed whose door is file. 数据源")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="CSV, NDJSON (also .gz) or Parquet. 文件")
    ],
    content: Annotated[
        str | None, typer.Option(help="passages or positions; else by the headings. 过车 / 轨迹")
    ] = None,
    column_map: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Repeated. 字段对应的列")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="utf-8 or gb18030; else found out. 编码")] = None,
    zone: Annotated[
        str | None, typer.Option(help="Of times without offset (IANA); else the deployment's. 时区")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also pieces that came before. 重复接收")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Read them here, too. 等待解析完成")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Summary as JSON. 以 JSON 输出")] = False,
) -> None:
    """Keep files of passages or positions in a feed's chain; `ingest worker` reads them. 接收过车与轨迹文件。

    A file that was cut short may be handed in again: what came before is not kept twice.
    Exit 1 (with --wait): some records became dead letters.
    """
    options = (content, column_map or [], encoding, zone)
    _called("file_command", "ingest_files")(feed, files, *options, again=again, wait=wait, as_json=as_json)


@app.command("worker")
def worker(
    once: Annotated[bool, typer.Option("--once", help="End when nothing waits. 处理完即退出")] = False,
) -> None:
    """Read kept pieces of files until SIGTERM; several may run. 解析已接收的文件。"""
    _called("worker_command", "read_pieces")(once=once)
