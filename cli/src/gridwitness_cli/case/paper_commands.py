"""`gridwitness case document | file`: documents issued of a step, and the case file for auditors."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput

from gridwitness_cli.case.case_reference import subject_of
from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson, Named
from gridwitness_cli.device.local_files import write_local
from gridwitness_cli.device.platform_client import PlatformClient, Refused

Out = Annotated[Path, typer.Option(help="Where it goes, mode 0600: it names people. 输出文件")]


def document(
    context: typer.Context,
    case: Named,
    out: Out,
    statement: Annotated[
        str | None, typer.Argument(help="The step's record; default: the newest with a document. 记录编号")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Issue the document of a step (again: the same one) and download the PDF. 制发文书并下载。"""
    with told(as_json), device_of(context).connect() as platform:
        sub = subject_of(platform, case)
        statement = statement or _newest(platform.get(f"/cases/{sub}"))
        issued = platform.post(f"/cases/{sub}/documents", {"statement": statement})
        if issued["file"] is None:
            raise InvalidInput("document-erased", "The document was issued, and erased since.", None)
        write_local(out, platform.download(f"/files/{issued['file']['sha256']}"))
    if as_json:
        typer.echo(json.dumps(issued | {"out": str(out)}, ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{out}  {issued['document']}  SHA-256 {issued['file']['sha256']}")


def case_file(
    context: typer.Context,
    case: Named,
    out: Out,
    personal: Annotated[
        bool, typer.Option("--personal", help="With personal data; the reading is recorded. 含个人信息，留痕")
    ] = False,
    wait: Annotated[int, typer.Option(min=0, help="Seconds until all is anchored. 等待上链秒数")] = 0,
    as_json: AsJson = False,
) -> None:
    """Download the case file; `gridwitness-verify bundle` checks it offline. 下载案卷证据包。"""
    end = time.monotonic() + wait
    with told(as_json), device_of(context).connect() as platform:
        sub = subject_of(platform, case)
        content = _waited(platform, sub, personal, end)
        write_local(out, content)
    if as_json:
        typer.echo(json.dumps({"sub": sub, "out": str(out), "bytes": len(content)}))
    else:
        typer.echo(f"{out}")


def _waited(platform: PlatformClient, sub: str, personal: bool, end: float) -> bytes:
    while True:
        try:
            return platform.download(f"/cases/{sub}/file", personal="true" if personal else None)
        except Refused as refused:
            if refused.code != "not-anchored-yet" or time.monotonic() >= end:
                raise
            time.sleep(1)


def _newest(view: dict[str, Any]) -> str:
    for step in reversed(view["steps"]):
        if step["document"] is not None:
            return str(step["jti"])
    raise InvalidInput("document-none", "No step of the case has a document.", "see `case timeline`")
