"""`gridwitness openapi`, `gridwitness permissions`: generated pages, printed or compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from gridwitness.errors import Misconfigured
from gridwitness.events.loop_document import bundled_loop, read_loop
from gridwitness_api import openapi_document
from gridwitness_api.permissions import permissions_document

Check = Annotated[Path | None, typer.Option(help="Compare with this file and fail where it differs.")]
Out = Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.")]


def openapi(check: Check = None, out: Out = None) -> None:
    """Print, write or check the OpenAPI document. 接口描述。"""
    _give("openapi", openapi_document(), check, out)


def permissions(check: Check = None, out: Out = None) -> None:
    """Print, write or check who may do what: docs/permissions.md. 权限矩阵。"""
    _give("permissions", permissions_document(read_loop(bundled_loop())), check, out)


def _give(name: str, document: str, check: Path | None, out: Path | None) -> None:
    if check is not None:
        if not check.exists() or check.read_text(encoding="utf-8") != document:
            raise Misconfigured(
                f"{name}-drift", f"{check} is not what the code describes.", f"run `gridwitness {name} --out`"
            )
        return
    if out is not None:
        out.write_text(document, encoding="utf-8")
        return
    typer.echo(document)
