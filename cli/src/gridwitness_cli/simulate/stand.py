"""A throw-away deployment for simulations: database, chain, doors, detectors as real processes, one clock."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gridwitness.clock import SimulatedClock
from gridwitness.detector import Detector
from gridwitness.errors import Misconfigured
from gridwitness.feeds import registered_feed
from gridwitness.local_port import free_port
from gridwitness.platform import Platform
from gridwitness.postgres import EmbeddedPostgres
from gridwitness.provision import admit
from gridwitness.settings import load_settings
from gridwitness_chain import EngineHome, Ganache

from gridwitness_cli.bench.officers import confirmed_key
from gridwitness_cli.bench.processes import end_servers, own_environment, serving
from gridwitness_cli.provisioning import provision
from gridwitness_cli.runtime import running_parts
from gridwitness_cli.simulate.entering import Registrar

AGENCY, SECOND = "330100CG", "330100GA"
TERMINALS, CHECKPOINTS = "terminals", "checkpoints"
"""The two feeds."""
ACCOUNT = "simulator"
_SERVERS, _MARK = "servers", ".gridwitness-simulate"


@dataclass(frozen=True)
class Stand:
    """Running doors on `jt808_port` and `gat1400_port`; `secret`: of the Digest account `ACCOUNT`."""

    home: Path
    platform: Platform
    clock: SimulatedClock
    registrar: Registrar
    jt808_port: int
    gat1400_port: int
    secret: str

    def detect(self) -> int:
        """Look at all that can be looked at now; gives how many records were filed."""
        return Detector(self.platform).drain().records


@contextmanager
def open_stand(home: Path, begin: datetime, *, detectors: int = 1) -> Iterator[Stand]:
    """Build it in `home`, made afresh, at simulated time `begin`; take its processes down at the end.

    The home stays for looking at. Raises Misconfigured `simulate-home` where it is somebody else's.
    """
    _clear(home)
    with ExitStack() as stack:
        settings = load_settings(
            home=home, profile="embedded", database_url=None, rpc_url=None, demo_mode=False,
            agency_code=AGENCY, simulated_clock=True, database_port=None, chain_port=None,
            jt808_port=free_port(), gat1400_port=free_port(), ingest_metrics_port=free_port(),
            jt808_feed=TERMINALS, ingest_certificate=None, ingest_client_ca=None,
        )  # fmt: skip
        clock = SimulatedClock(settings.clock_file)
        clock.set_to(begin)
        parts = stack.enter_context(running_parts(settings))
        platform = parts.platform("gridwitness-simulate")
        stack.callback(platform.close)
        provision(parts, platform)
        admit(platform, SECOND, "第二机关")
        registrar = Registrar(platform, AGENCY)
        secret = secrets.token_urlsafe(24)
        _register_feeds(platform, registrar, secret)
        assert settings.jt808_port is not None and settings.gat1400_port is not None
        environment = own_environment(
            home,
            GRIDWITNESS_SIMULATED_CLOCK="true",
            GRIDWITNESS_AGENCY_CODE=AGENCY,
            GRIDWITNESS_JT808_PORT=str(settings.jt808_port),
            GRIDWITNESS_JT808_FEED=TERMINALS,
            GRIDWITNESS_GAT1400_PORT=str(settings.gat1400_port),
            GRIDWITNESS_INGEST_METRICS_PORT=str(settings.ingest_metrics_port),
        )
        health = f"http://127.0.0.1:{settings.ingest_metrics_port}/healthz"
        stack.enter_context(
            serving(["-m", "gridwitness_cli", "ingest", "serve"], environment, health, home / _SERVERS)
        )
        for _ in range(detectors):
            stack.enter_context(
                serving(["-m", "gridwitness_cli", "detector"], environment, health, home / _SERVERS)
            )
        yield Stand(home, platform, clock, registrar, settings.jt808_port, settings.gat1400_port, secret)


def _register_feeds(platform: Platform, registrar: Registrar, secret: str) -> None:
    with platform.transaction() as session:
        account = platform.accounts.create(
            session,
            agency=AGENCY,
            username="feeds",
            display_name=None,
            password=secrets.token_urlsafe(15),
            roles=["administrator", "officer"],
            by=None,
        )
    key = confirmed_key(platform, AGENCY, SECOND, str(account.id))
    for name, door, title in (
        (TERMINALS, "jt808", "模拟车载终端"),
        (CHECKPOINTS, "gat1400", "模拟卡口"),
    ):
        fields = {
            "feed": name, "door": door, "assurance": "network", "datum": "WGS84", "title": title,
            "state": "open",
        }  # fmt: skip
        registrar.enter_signed("feed.registered.v1", fields, key)
    with platform.transaction() as session:
        feed = registered_feed(session, CHECKPOINTS)
        platform.credentials.set_secret(session, feed, ACCOUNT, secret, None)


def _clear(home: Path) -> None:
    mark = home / _MARK
    if home.exists() and any(home.iterdir()):
        if not mark.exists():
            raise Misconfigured(
                "simulate-home", f"{home} was not made by `gridwitness simulate`.", "move it away"
            )
        end_servers(home / _SERVERS)
        EmbeddedPostgres(home).stop()
        if EngineHome(home / "chain").settings() is not None:
            Ganache(home / "chain").start().stop()
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)  # the embedded database runs under an account of its own when we are root
    mark.touch()
