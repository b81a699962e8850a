"""Running replays one after the other, each on its own stand."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from gridwitness.durable_file import replace_file
from gridwitness.settings import load_settings
from rich.console import Console

from gridwitness_cli.replay.city_files import CityFile, read_city_file
from gridwitness_cli.replay.counting import counted_figures
from gridwitness_cli.replay.playing import Played, Player
from gridwitness_cli.replay.register import register_city
from gridwitness_cli.replay.stand import open_stand
from gridwitness_cli.replay.straight import straight_figures
from gridwitness_cli.replay.telling import Outcome, oddities, tell

FOLDER = "replay"
_BEFORE = timedelta(hours=12)
"""How long before its first request a city's registers are entered."""
_SAY_SECONDS = 15
_PLAIN_WIDTH = 120
"""Columns where nobody's terminal says how many."""


def run(files: Sequence[Path], rows: int | None, out: Path | None) -> int:
    """Play every file; 1 where a counting differs. Raises InvalidInput for a file that can't be read."""
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    cities = [read_city_file(path, rows) for path in files]
    folder = load_settings().home / FOLDER
    outcomes = []
    for city in cities:
        console.print(f"\n[bold]{city.path.name}[/]: {len(city.requests):,} requests of {city.layout.city}")
        console.print(oddities(city.requests), markup=False)
        outcomes.append(_replayed(console, city, folder / city.path.name.partition(".")[0], rows))
        tell(console, outcomes[-1])
    path = out or folder / "result.json"
    content = json.dumps([one.to_json() for one in outcomes], ensure_ascii=False, indent=1)
    replace_file(path, content.encode() + b"\n", mode=0o644)
    console.print(f"written to {path}")
    return 1 if any(one.differing for one in outcomes) else 0


def _replayed(console: Console, city: CityFile, home: Path, rows: int | None) -> Outcome:
    said = [time.monotonic()]

    def say(moment: datetime, played: Played) -> None:
        if time.monotonic() - said[0] > _SAY_SECONDS:
            said[0] = time.monotonic()
            local = moment.astimezone(city.layout.zone)
            console.print(f"  {local:%Y-%m-%d %H:%M} · {played.events:,} events, {played.steps:,} steps")

    first = min(request.created for request in city.requests)
    with open_stand(home, city.layout, first - _BEFORE) as stand:
        register_city(stand, city)
        began = time.monotonic()
        played = Player(stand, city, say).play()
        seconds = time.monotonic() - began
        counted = counted_figures(stand.platform, stand.agency, played.refused)
    return Outcome(
        city.path.name, city.layout.city, tuple(city.layout.bodies), played,
        straight_figures(city.path, rows), counted, seconds,
    )  # fmt: skip
