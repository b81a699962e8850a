"""`gridwitness ingest file`: files of passages or positions go into a feed's chain."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import typer
from gridwitness.errors import InvalidInput
from gridwitness.feeds import Feed, PartRow, feed_named
from gridwitness.platform import Platform
from gridwitness.settings import load_settings
from gridwitness.trucks.sightings import Sightings
from gridwitness_ingest.tables.door import take_file
from gridwitness_ingest.tables.pieces import TableOptions
from gridwitness_ingest.tables.reading import DOOR, PieceReader
from sqlalchemy import func, select

from gridwitness_cli.collector import collect_rarely
from gridwitness_cli.import_output import FileProgress
from gridwitness_cli.runtime import attached_platform

_PAUSE = 0.2


@dataclass
class FileSummary:
    """What became of files. `repeated`: pieces that had come before; `letters`: dead letters by code."""

    feed: str
    pieces: int = 0
    repeated: int = 0
    bytes: int = 0
    passages: int = 0
    positions: int = 0
    letters: Counter[str] = field(default_factory=Counter)


def ingest_files(
    feed: str,
    files: Sequence[Path],
    content: str | None,
    columns: Sequence[str],
    encoding: str | None,
    zone: str | None,
    *,
    again: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Keep every file's pieces, and with `wait` read what the feed has waiting. Exit 1: dead letters."""
    settings = load_settings()
    options = TableOptions(content, _told(columns), encoding, zone=zone or settings.time_zone)
    with attached_platform(settings) as platform:
        collect_rarely()
        with platform.transaction() as session:
            known = feed_named(session, feed)
        if known.door != DOOR:
            raise InvalidInput("feed-door", f"Feed {feed} sends through another door: {known.door}.", None)
        summary = FileSummary(feed)
        for file in files:
            _take(platform, known, file, options, summary, again=again)
        if wait:
            _read_all(platform, known, summary)
    _print(summary, waited=wait, as_json=as_json)
    if summary.letters:
        raise typer.Exit(1)


def _told(columns: Sequence[str]) -> Mapping[str, str]:
    told = {}
    for option in columns:
        name, sign, column = option.partition("=")
        if not sign or not name or name in told:
            raise InvalidInput(
                "map-option", f"--map {option!r} is not FIELD=COLUMN, or names a field twice.", None
            )
        told[name] = column
    return told


def _take(
    platform: Platform, feed: Feed, file: Path, options: TableOptions, summary: FileSummary, *, again: bool
) -> None:
    with FileProgress(file) as bar:
        taken = take_file(
            platform.transaction,
            platform.intake,
            platform.clock,
            feed,
            file,
            options,
            again=again,
            on_read=bar.read_to,
        )
        for piece in taken:
            summary.pieces += 1
            summary.bytes += piece.bytes
            summary.repeated += piece.serial is None
            bar.tell(f"{summary.pieces} 块 pieces")


def _read_all(platform: Platform, feed: Feed, summary: FileSummary) -> None:
    """Read beside the workers until nothing of the feed waits; what others read is not counted here."""
    reader = PieceReader(platform.intake, Sightings())
    waiting = select(func.count()).where(PartRow.feed == feed.name, PartRow.pending)
    while True:
        with platform.transaction() as session:
            read = reader.read_next(session)
        if read is not None:
            summary.passages += read.passages
            summary.positions += read.positions
            summary.letters.update(read.letters)
            continue
        with platform.transaction() as session:
            if not session.scalar(waiting):
                return
        time.sleep(_PAUSE)


def _print(summary: FileSummary, *, waited: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(summary), ensure_ascii=False))
        return
    typer.echo(
        f"数据源 feed {summary.feed}: {summary.pieces} 块 pieces, {summary.bytes} 字节 bytes"
        f" ({summary.repeated} 块此前已收 had come before)"
    )
    if waited:
        typer.echo(f"过车 passages {summary.passages} · 轨迹点 positions {summary.positions}")
    for code, count in sorted(summary.letters.items()):
        typer.echo(f"死信 dead letters {code}: {count}")
