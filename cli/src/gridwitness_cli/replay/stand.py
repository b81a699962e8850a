"""A throw-away deployment of one city: database and chain of its own, on a simulated clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gridwitness.clock import SimulatedClock
from gridwitness.errors import Misconfigured
from gridwitness.platform import Platform
from gridwitness.postgres import EmbeddedPostgres
from gridwitness.settings import load_settings
from gridwitness_chain import EngineHome, Ganache

from gridwitness_cli.provisioning import provision
from gridwitness_cli.replay.layouts import Layout
from gridwitness_cli.runtime import running_parts

_MARK = ".gridwitness-replay"
_SERVICE_KEY_YEARS = 30
"""New York's requests reach over fifteen years: longer than the key of a real agency would be in force."""


@dataclass(frozen=True)
class Stand:
    """Running parts of a city's platform."""

    home: Path
    platform: Platform
    clock: SimulatedClock
    agency: str


@contextmanager
def open_stand(home: Path, layout: Layout, begin: datetime) -> Iterator[Stand]:
    """Build it in `home`, made afresh, at simulated time `begin`; its parts are stopped at the end.

    The home stays for looking at. Raises Misconfigured `replay-home` where it is somebody else's.
    """
    _clear(home)
    settings = load_settings(
        home=home, profile="embedded", database_url=None, rpc_url=None, demo_mode=False,
        agency_code=layout.agency, agency_name=layout.city, simulated_clock=True,
        time_zone=layout.zone.key, service_key_years=_SERVICE_KEY_YEARS, database_port=None, chain_port=None,
    )  # fmt: skip
    clock = SimulatedClock(settings.clock_file)
    clock.set_to(begin)
    with running_parts(settings) as parts:
        platform = parts.platform("gridwitness-replay")
        try:
            provision(parts, platform)
            yield Stand(home, platform, clock, layout.agency)
        finally:
            platform.close()


def _clear(home: Path) -> None:
    mark = home / _MARK
    if home.exists() and any(home.iterdir()):
        if not mark.exists():
            raise Misconfigured(
                "replay-home", f"{home} was not made by `gridwitness replay`.", "move it away"
            )
        EmbeddedPostgres(home).stop()
        if EngineHome(home / "chain").settings() is not None:
            Ganache(home / "chain").start().stop()
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)  # the embedded database runs under an account of its own when we are root
    mark.touch()
