"""A delivery log in the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from gridwitness_cli.case.case_tables import table

AsJson = Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")]
_COLUMNS = {
    "id": "编号 id",
    "movements": "条数 movements",
    "state": "状态 state",
    "tries": "次数 tries",
    "status": "应答 status",
    "answer": "回执 answer",
}
_SHOWN = 60


def tell_deliveries(page: dict[str, Any], as_json: bool) -> None:
    """As a table, or as the platform answered."""
    if as_json:
        typer.echo(json.dumps(page, ensure_ascii=False, indent=2))
        return
    rows = [[_cell(item[name]) for name in _COLUMNS] for item in page["items"]]
    Console(highlight=False).print(table([*_COLUMNS.values()], rows))


def _cell(value: Any) -> str | None:
    return None if value is None else str(value)[:_SHOWN]
