"""The commands of `gridwitness archive`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.durable_file import replace_file
from gridwitness.errors import InvalidInput
from gridwitness.feeds import FeedRow, registered_feed
from gridwitness.platform import Platform
from gridwitness.trucks.archive.archiving import Written
from gridwitness.trucks.archive.proof import prove_row
from gridwitness.trucks.rows import CONTENTS
from sqlalchemy import select

from gridwitness_cli.archive import expiry_commands
from gridwitness_cli.runtime import attached_platform

app = typer.Typer(help="The archive of passages and positions. 过车与轨迹归档。", no_args_is_help=True)
app.command("expire")(expiry_commands.expire)
app.command("approve")(expiry_commands.approve)
app.command("expiries")(expiry_commands.expiries)

Feed = Annotated[str | None, typer.Option(help="One feed; else all. 数据源")]


@app.command("run")
def run(
    feed: Feed = None,
    as_json: Annotated[bool, typer.Option("--json", help="One part a line. 以 JSON 输出")] = False,
) -> None:
    """Archive the days that have ended; safe to repeat, and beside another run. 归档已结束的日期。"""
    with attached_platform() as platform:
        for written in archive_due(platform, feed):
            if as_json:
                typer.echo(
                    json.dumps({"part": str(written.name), "rows": written.rows, "size": written.size})
                )
            else:
                typer.echo(f"{written.name}: {written.rows} 行 rows, {written.size} 字节 bytes")


@app.command("prove")
def prove(
    out: Annotated[Path, typer.Argument(metavar="OUT.json", help="Where the proof goes. 证明文件")],
    feed: Annotated[str, typer.Option(help="Its feed. 数据源")],
    serial: Annotated[int, typer.Option(help="Its message. 报文序号")],
    item: Annotated[int, typer.Option(help="Its place in the message. 报文内序号")],
    content: Annotated[str, typer.Option(help="passages or positions. 过车 / 轨迹")] = "passages",
) -> None:
    """Prove one archived row without the others; `gridwitness-verify bundle` checks it. 单条过车证明。"""
    if content not in CONTENTS:
        raise InvalidInput("content-unknown", f"{content!r} is neither passages nor positions.", None)
    with attached_platform() as platform:
        proof = proof_of(platform, feed, serial, item, content)
    replace_file(out, json.dumps(proof, ensure_ascii=False, indent=1).encode() + b"\n", mode=0o644)
    typer.echo(f"{out}: {proof['index']} / {proof['size']}")


def archive_due(platform: Platform, feed: str | None) -> list[Written]:
    """Archive what is due of one feed, or of all. Raises NotFound `feed-unknown`."""
    with platform.transaction() as session:
        names = (
            [feed] if feed is not None else [*session.scalars(select(FeedRow.feed).order_by(FeedRow.feed))]
        )
        feeds = [registered_feed(session, name) for name in names]
    return [written for known in feeds for written in platform.archive.run(platform.transaction, known)]


def proof_of(platform: Platform, feed: str, serial: int, item: int, content: str) -> dict[str, Any]:
    """The proof of one archived row. Raises what `prove_row` raises."""
    with platform.transaction() as session:
        return prove_row(session, platform.bundles, platform.archive.folder, feed, serial, item, content)
