"""`gridwitness openapi`: the HTTP interface's description, printed or compared with the committed one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from gridwitness.errors import Misconfigured
from gridwitness_api import openapi_document


def openapi(
    check: Annotated[
        Path | None, typer.Option(help="Compare with this file and fail where it differs.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.")] = None,
) -> None:
    """Print, write or check the OpenAPI document. 接口描述。"""
    document = openapi_document()
    if check is not None:
        if not check.exists() or check.read_text(encoding="utf-8") != document:
            raise Misconfigured(
                "openapi-drift", f"{check} is not what the code describes.", "run `gridwitness openapi --out`"
            )
        return
    if out is not None:
        out.write_text(document, encoding="utf-8")
        return
    typer.echo(document)
