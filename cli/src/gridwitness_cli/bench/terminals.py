"""JT/T 808 positions a second over a thousand open connections, beside an echo of the very same frames."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from gridwitness.local_port import free_port
from gridwitness.platform import Platform
from gridwitness_evidence import SigningKey
from gridwitness_ingest.jt808.authentication import Authentication
from gridwitness_ingest.jt808.location import Position
from gridwitness_ingest.jt808.sending import Terminal

from gridwitness_cli.bench.echo_server import PROGRAM
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.officers import confirmed_key
from gridwitness_cli.bench.processes import own_environment, serving
from gridwitness_cli.bench.stage import AGENCY, SECOND, SERVERS, Stage
from gridwitness_cli.bench.terminal_load import Burst, exchange
from gridwitness_cli.simulate.arrivals import Record
from gridwitness_cli.simulate.entering import Registrar

FEED = "bench-terminals"
_BURST = 20
"""Positions that a terminal sends before it waits for their acknowledgements: it was out of reach."""


def terminal_rows(stage: Stage, connections: int, positions: int, repeats: int) -> Iterator[Measurement]:
    """Every connection sends `positions` positions, in bursts; each is stored before it is acknowledged."""
    numbers = [f"0139{number:08d}" for number in range(connections)]
    _register(stage.platform, numbers)
    authentication = Authentication(stage.platform.settings.keys_dir)
    rates, echoes = [], []
    for turn in range(repeats):
        entrances, bursts = _frames(numbers, authentication, positions, turn)
        count = connections * positions
        echoes.append(count / _against_echo(stage, entrances, bursts))
        rates.append(count / _against_door(stage, entrances, bursts))
    yield Measurement(
        f"JT/T 808 positions, {connections:,} connections, acknowledged once stored",
        statistics.median(rates),
        "positions/s",
        "echo of the same frames",
        statistics.median(echoes),
    )


def _against_door(stage: Stage, entrances: Sequence[Burst], bursts: Sequence[Sequence[Burst]]) -> float:
    port, health = free_port(), free_port()
    environment = own_environment(
        stage.home,
        GRIDWITNESS_JT808_PORT=str(port),
        GRIDWITNESS_JT808_FEED=FEED,
        GRIDWITNESS_INGEST_METRICS_PORT=str(health),
    )
    command = ["-m", "gridwitness_cli", "ingest", "serve"]
    with serving(command, environment, f"http://127.0.0.1:{health}/healthz", stage.home / SERVERS):
        return exchange(port, entrances, bursts)


def _against_echo(stage: Stage, entrances: Sequence[Burst], bursts: Sequence[Sequence[Burst]]) -> float:
    port, health = free_port(), free_port()
    environment = own_environment(stage.home)
    command = ["-c", PROGRAM, str(port), str(health)]
    with serving(command, environment, f"http://127.0.0.1:{health}/", stage.home / SERVERS):
        return exchange(port, entrances, bursts)


def _register(platform: Platform, numbers: Sequence[str]) -> None:
    registrar = Registrar(platform, AGENCY)
    fields = {
        "feed": FEED,
        "door": "jt808",
        "assurance": "network",
        "datum": "WGS84",
        "title": "性能测试车载终端",
        "state": "open",
    }
    registrar.enter_signed("feed.registered.v1", fields, _officer_key(platform))
    since = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    registrar.enter(
        [
            Record(
                "terminal.bound.v1",
                {"terminal": number, "plate": f"浙A{number[-5:]}", "valid_from": since, "valid_to": None},
            )
            for number in numbers
        ]
    )


def _officer_key(platform: Platform) -> SigningKey:
    with platform.transaction() as session:
        account = platform.accounts.create(
            session,
            agency=AGENCY,
            username="bench-feeds",
            display_name=None,
            password=secrets.token_urlsafe(15),
            roles=["officer"],
            by=None,
        )
    return confirmed_key(platform, AGENCY, SECOND, str(account.id))


def _frames(
    numbers: Sequence[str], authentication: Authentication, positions: int, turn: int
) -> tuple[list[Burst], list[list[Burst]]]:
    """An entrance and the bursts of each terminal; no two positions of a terminal are the same."""
    begin = int(time.time()) - 86_400 + turn * positions
    entrances, bursts = [], []
    for number in numbers:
        terminal = Terminal(number)
        entrances.append(Burst(terminal.authenticate(authentication.code(number)), 1))
        frames = [
            terminal.location(
                Position(
                    fixed_at=begin + second,
                    lat_e6=30_280_000 + second,
                    lon_e6=120_150_000,
                    speed_dkmh=420,
                    direction=90,
                    alarms=0,
                    status=0x303,
                    mileage_hm=10_000 + second,
                    cover=0,
                    lift=0,
                    load=100,
                    weight_kg=15_000,
                )
            )
            for second in range(positions)
        ]
        bursts.append(
            [
                Burst(b"".join(frames[at : at + _BURST]), len(frames[at : at + _BURST]))
                for at in range(0, positions, _BURST)
            ]
        )
    return entrances, bursts
