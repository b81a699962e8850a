"""`gridwitness event import`: rows of outside systems become events, again and again without doubling."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput

from gridwitness_cli.device.local_files import read_local
from gridwitness_cli.device.options import TokenFile, Url
from gridwitness_cli.device.platform_client import PlatformClient, refusals

_AT_ONCE = 500
_NDJSON = "application/x-ndjson"


def import_events(
    file: Annotated[Path, typer.Argument(help="CSV or NDJSON, also .gz. 文件")],
    url: Url,
    token_file: TokenFile,
    channel: Annotated[str, typer.Option(help="Of the agency's channels. 渠道")],
    column_map: Annotated[
        list[str] | None, typer.Option("--map", metavar="NAME=COLUMN", help="Repeated. 字段对应的列")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Summary as JSON. 以 JSON 输出")] = False,
) -> None:
    """Import rows as events; can be repeated without doubling. 批量导入事件，可重复执行。

    Columns: key, description, title, matter, category, urgency, latitude, longitude, address, occurred_at,
    name, phone. Exit code 0: all taken or known; 1: some were refused.
    """
    columns = _columns(column_map or [])
    total: dict[str, Any] = {"taken": 0, "known": 0, "refused": 0, "rows": []}
    rows, first = _rows(file, columns), 0
    with PlatformClient(url, token_file) as platform, refusals():
        while part := [*islice(rows, _AT_ONCE)]:
            content = b"\n".join(json.dumps(row, ensure_ascii=False).encode() for row in part)
            answer = platform.post_content(f"/channels/{channel}/import", content, _NDJSON)
            for name in ("taken", "known", "refused"):
                total[name] += answer[name]
            refused = [row for row in answer["rows"] if row["result"] == "refused"]
            total["rows"] += [{**row, "row": row["row"] + first} for row in refused]
            first += len(part)
    _tell(total, as_json)
    if total["refused"]:
        raise typer.Exit(1)


def _tell(total: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(total, ensure_ascii=False, indent=2))
        return
    for row in total["rows"]:
        typer.echo(f"第 {row['row']} 行 row {row['row']}: {row['code']}: {row['detail']}", err=True)
    typer.echo(
        f"已受理 taken {total['taken']} · 已有 known {total['known']} · 未受理 refused {total['refused']}"
    )


def _columns(given: list[str]) -> dict[str, str]:
    """Column of the file → name of ours."""
    found = {}
    for text in given:
        name, sign, column = text.partition("=")
        if not sign or not name or not column:
            raise InvalidInput("option-invalid", f"--map {text!r} is no NAME=COLUMN.", None)
        found[column] = name
    return found


def _rows(file: Path, columns: dict[str, str]) -> Iterator[dict[str, str | None]]:
    """Rows by our names; with a mapping, other columns are left out."""
    for row in _read(file):
        if columns:
            yield {columns[name]: value for name, value in row.items() if name in columns}
        else:
            yield row


def _read(file: Path) -> Iterator[dict[str, str | None]]:
    content = read_local(file)
    name = file.name.removesuffix(".gz")
    try:
        text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInput("file-unusable", f"{file} can't be read: {error}", None) from error
    if name.endswith(".csv"):
        yield from csv.DictReader(io.StringIO(text))
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield _object(line, file, number)


def _object(line: str, file: Path, number: int) -> dict[str, str | None]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InvalidInput("file-unusable", f"{file}, line {number}: {error}", None) from error
    if not isinstance(row, dict):
        raise InvalidInput("file-unusable", f"{file}, line {number} is no object.", None)
    return {name: None if value is None else str(value) for name, value in row.items()}
