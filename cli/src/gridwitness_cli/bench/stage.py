"""The throw-away deployment that is measured: real database, real chain, the API in processes of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridwitness.errors import Misconfigured
from gridwitness.platform import Platform
from gridwitness.postgres import EmbeddedPostgres
from gridwitness.provision import admit
from gridwitness.settings import load_settings
from gridwitness.worker import Worker
from gridwitness_chain import EngineHome, Ganache
from gridwitness_chain.process import free_port
from gridwitness_evidence import SigningKey

from gridwitness_cli.bench.officers import presentations, register_officers
from gridwitness_cli.bench.processes import end_servers, own_environment, serving
from gridwitness_cli.provisioning import provision
from gridwitness_cli.runtime import Parts, running_parts

AGENCY = "330100CG"
SECOND = "330100GA"
API_PROCESSES = min(4, os.cpu_count() or 1)
"""One for each core: a Python process accepts on one core at a time."""
SERVERS = "servers"
"""Folder with a note for each server process."""
_MARK = ".gridwitness-bench"


@dataclass(frozen=True, slots=True)
class Stage:
    """A deployment with two agencies, ten confirmed officer keys, and its API."""

    home: Path
    parts: Parts
    platform: Platform
    worker: Worker
    keys: list[SigningKey]
    token: str
    ports: tuple[int, ...]
    """Of the API processes, which share the database."""
    processes: tuple[int, ...]
    """API, database and chain; this process does the worker's part."""

    @property
    def url(self) -> str:
        """Of the first API process."""
        return f"http://127.0.0.1:{self.ports[0]}"

    def signed(self, count: int) -> list[str]:
        """Fresh statements, ready to be sent."""
        return presentations(self.platform, AGENCY, self.keys, count)

    def anchor_all(self) -> None:
        """Worker rounds until everything accepted is anchored and final."""
        while self.worker.round():
            pass


@contextmanager
def staged(home: Path) -> Iterator[Stage]:
    """Build the deployment in `home`, which is emptied first, and take all of it down again."""
    _clear(home)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        # No setting of another deployment may reach this one: its database would be filled.
        settings = load_settings(
            home=home,
            profile="embedded",
            database_url=None,
            rpc_url=None,
            demo_mode=True,
            agency_code=AGENCY,
            simulated_clock=False,
            database_port=None,
            chain_port=None,
        )
        parts = stack.enter_context(running_parts(settings))
        platform = parts.platform("gridwitness-bench")
        stack.callback(platform.close)
        provision(parts, platform)
        admit(platform, SECOND, "第二机关")
        worker = Worker(platform)
        keys, token = register_officers(platform, AGENCY, SECOND)
        served = [stack.enter_context(_api(home)) for _ in range(API_PROCESSES)]
        ports, apis = zip(*served, strict=True)
        stage = Stage(home, parts, platform, worker, keys, token, ports, (*apis, *_pids(home, parts)))
        stage.anchor_all()
        yield stage


@contextmanager
def _api(home: Path) -> Iterator[tuple[int, int]]:
    """One API process; its port and process id."""
    port = free_port()
    command = ["-m", "gridwitness_cli", "serve", "--port", str(port)]
    environment = own_environment(home, GRIDWITNESS_DEMO_MODE="true")
    with serving(command, environment, f"http://127.0.0.1:{port}/readyz", home / SERVERS) as pid:
        yield port, pid


def _clear(home: Path) -> None:
    """Empty the folder, ending what an earlier run that was killed has left running in it."""
    mark = home / _MARK
    if home.exists() and any(home.iterdir()):
        if not mark.exists():
            raise Misconfigured("bench-home", f"{home} was not made by `gridwitness bench`.", "move it away")
        end_servers(home / SERVERS)
        EmbeddedPostgres(home).stop()
        if EngineHome(home / "chain").settings() is not None:
            Ganache(home / "chain").start().stop()
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    # The embedded database runs under an account of its own when we are root.
    home.chmod(0o755)
    mark.touch()


def _pids(home: Path, parts: Parts) -> list[int]:
    database = EmbeddedPostgres(home).status().pid
    chain = parts.ganache.process_id if parts.ganache else None
    return [pid for pid in (database, chain) if pid is not None]
