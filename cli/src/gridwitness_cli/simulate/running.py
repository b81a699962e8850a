"""Running a simulation: a stand, what arrives, detection, and what came of it in words and JSON."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
from gridwitness.durable_file import replace_file
from gridwitness.feeds import LetterRow
from gridwitness.settings import load_settings
from gridwitness.trucks.filing import filed
from rich.console import Console
from sqlalchemy import func, select, text

from gridwitness_cli.simulate.arrivals import Arrival, Passage
from gridwitness_cli.simulate.driving import Drive, Driven
from gridwitness_cli.simulate.evaluation import evaluate, table
from gridwitness_cli.simulate.misreads import judged_at, misread_table
from gridwitness_cli.simulate.stand import Stand, open_stand
from gridwitness_cli.simulate.tracks import read_tracks
from gridwitness_cli.simulate.world import ZONE, Settings, World, build

FOLDER = "simulate"
_SETTLING = timedelta(hours=30)
"""After which a last car passes: what rests on an absence (a manifest without receipt) is decided then."""
_STEP = timedelta(minutes=5)
"""What arrives within it is sent together, at its end: so late a live fix may be received, at most."""
_console = Console(highlight=False)


def run_city(
    *, trucks: int, days: int, seed: int, misread: float, detectors: int, misreads: bool, out: Path | None
) -> None:
    """Build the city, drive it, detect, and print a line for each rule."""
    folder = load_settings().home / FOLDER
    _console.print(f"building a city of {trucks} trucks and {days} days (seed {seed})")
    world = build(Settings(trucks=trucks, days=days, seed=seed, misread=misread))
    plates = {
        record.fields["terminal"]: record.fields["plate"]
        for record in world.registers
        if record.kind == "terminal.bound.v1"
    }
    begin = datetime.combine(world.settings.start, datetime.min.time(), ZONE) - timedelta(days=1)
    with open_stand(folder / "home", begin, detectors=detectors) as stand:
        stand.registrar.enter(world.registers)
        _console.print(f"{len(world.registers)} records of registers entered; {world.positions.height:,} "
                       f"positions and {world.passages.height:,} passages go through the doors")  # fmt: skip
        drive = Drive(stand, plates, step=_STEP)
        driven, seconds = _played(drive, chain(world.arrivals(), [_last_car(world)]))
        anomalies = _anomalies(stand)
        letters = _letters(stand)
    scores = evaluate(world.truth, anomalies)
    _console.print(table(scores))
    _told(driven, seconds, letters)
    result: dict[str, Any] = {
        "trucks": trucks, "days": days, "seed": seed, "misread": misread,
        "rules": [{**asdict(one), "precision": one.precision, "recall": one.recall} for one in scores],
        "sent": asdict(driven), "seconds": round(seconds, 1), "letters": letters,
    }  # fmt: skip
    if misreads:
        shares = judged_at(world.settings)
        _console.print(misread_table(shares))
        result["misreads"] = {str(share): [asdict(one) for one in found] for share, found in shares.items()}
    _write(out or folder / "city.json", result)


def run_tracks(*, file: Path, out: Path | None) -> None:
    """Send the tracks, detect, and print what was found of each rule and vehicle."""
    folder = load_settings().home / FOLDER
    tracks = read_tracks(file)
    _console.print(
        f"{tracks.fixes.height:,} fixes of {len(tracks.plates)} vehicles; times moved by {tracks.moved}"
    )
    with open_stand(folder / "home", tracks.begin - timedelta(hours=12)) as stand:
        stand.registrar.enter(tracks.registers)
        drive = Drive(stand, tracks.plates, step=timedelta(minutes=20))
        driven, seconds = _played(drive, tracks.arrivals())
        with stand.platform.transaction() as session:
            stored = session.execute(text("SELECT count(*) FROM trucks.position")).scalar_one()
        anomalies = _anomalies(stand)
        letters = _letters(stand)
    _console.print(f"stored {stored:,} positions")
    found = anomalies.group_by("rule").agg(
        anomalies=pl.len(), vehicles=pl.col("plate").n_unique(),
        serious=(pl.col("level") == "serious").sum(), events=(pl.col("level") == "event").sum(),
    ).sort("rule")  # fmt: skip
    for row in found.iter_rows(named=True):
        _console.print(
            f"{row['rule']:<16}{row['anomalies']:>7}  of {row['vehicles']} vehicles; "
            f"events {row['events']}, serious {row['serious']}"
        )
    _told(driven, seconds, letters)
    result: dict[str, Any] = {
        "fixes": tracks.fixes.height, "stored": stored, "rules": found.to_dicts(),
        "sent": asdict(driven), "seconds": round(seconds, 1), "letters": letters,
    }  # fmt: skip
    _write(out or folder / "tracks.json", result)


def _played(drive: Drive, arrivals: Any) -> tuple[Driven, float]:
    began = time.monotonic()
    told = [began]

    def say(at: datetime) -> None:
        if time.monotonic() - told[0] > 10:
            told[0] = time.monotonic()
            _console.print(
                f"  {at:%m-%d %H:%M} · {drive.done.positions:,} positions, {drive.done.passages:,} passages"
            )

    driven = drive.play(arrivals, say)
    seconds = time.monotonic() - began
    stand = drive.stand
    _console.print("the rest is detected")
    filed_last = stand.detect()
    _console.print(f"{filed_last} records filed at the end")
    return driven, seconds


def _last_car(world: World) -> Arrival:
    """A car that nobody cares about, a day and more after all the rest."""
    times = [world.passages["arrives_at"].max(), world.positions["arrives_at"].max()]
    at = max(time for time in times if isinstance(time, datetime)) + _SETTLING
    checkpoint, device = world.passages.select("checkpoint", "device").row(0)
    car = Passage(checkpoint, device, 1, "鲁A00001", "blue", "K33", "大众", "白", at, 40, 95)
    return Arrival(at, "gat1400", device, car)


def _anomalies(stand: Stand) -> pl.DataFrame:
    """What stands suspected."""
    with stand.platform.transaction() as session:
        rules = session.execute(text("SELECT DISTINCT rule FROM trucks.anomaly")).scalars().all()
        begin, end = session.execute(
            text("SELECT min(occurred_at), max(occurred_at) FROM trucks.anomaly")
        ).one()
        if begin is None:
            return pl.DataFrame(schema={"rule": pl.String, "plate": pl.String, "level": pl.String})
        found = filed(session, [*rules], [], begin, end)
    return found.filter(pl.col("standing") == "suspected")


def _letters(stand: Stand) -> dict[str, int]:
    with stand.platform.transaction() as session:
        rows = session.execute(select(LetterRow.code, func.count()).group_by(LetterRow.code)).all()
    return {code: count for code, count in sorted(rows)}


def _told(driven: Driven, seconds: float, letters: dict[str, int]) -> None:
    rate = (driven.positions + driven.passages) / seconds
    _console.print(
        f"sent {driven.positions:,} positions, {driven.passages:,} passages, {driven.records:,} records "
        f"in {seconds:.0f} s ({rate:,.0f}/s); dead letters {letters}"
    )


def _write(file: Path, result: dict[str, Any]) -> None:
    replace_file(file, json.dumps(result, ensure_ascii=False, indent=2).encode() + b"\n", mode=0o644)
    _console.print(f"written to {file}")
