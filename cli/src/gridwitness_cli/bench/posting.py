"""Single `POST /api/v1/records` under concurrent clients, beside a bare insert of the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median, quantiles

from gridwitness.database import create_engine_for
from gridwitness_chain.process import free_port

from gridwitness_cli.bench import bare_server
from gridwitness_cli.bench.http_load import Load, post_all
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.processes import own_environment, serving
from gridwitness_cli.bench.scratch_database import scratch_database
from gridwitness_cli.bench.stage import SERVERS, Stage

_ROUNDS = 4


def posting_rows(stage: Stage, count: int, clients: int) -> list[Measurement]:
    """`count` statements to each, in rounds that take turns. The worker rests meanwhile."""
    ours: list[Load] = []
    beside: list[Load] = []
    own_headers = {"Content-Type": bare_server.MEDIA_TYPE, "Authorization": f"Bearer {stage.token}"}
    bare_headers = {"Content-Type": bare_server.MEDIA_TYPE}
    with _bare_service(stage) as bare_port:
        # One round each before the clock runs: connections, caches, compiled statements.
        _post(stage, stage.ports[0], "/api/v1/records", own_headers, clients, clients)
        _post(stage, bare_port, "/", bare_headers, clients, clients)
        for _ in range(_ROUNDS):
            share = max(clients, count // _ROUNDS)
            ours.append(_post(stage, stage.ports[0], "/api/v1/records", own_headers, share, clients))
            beside.append(_post(stage, bare_port, "/", bare_headers, share, clients))
    stage.anchor_all()
    what = "bare FastAPI insert, one signature checked"
    return [
        Measurement(
            f"POST /api/v1/records, {clients} clients / 单条提交",
            median(load.rate for load in ours),
            "requests/s",
            what,
            median(load.rate for load in beside),
        ),
        Measurement(
            f"POST /api/v1/records, {clients} clients, p99 / 单条提交延迟",
            _p99(ours) * 1000,
            "ms",
            what,
            _p99(beside) * 1000,
        ),
    ]


def _post(stage: Stage, port: int, path: str, headers: dict[str, str], count: int, clients: int) -> Load:
    bodies = [presentation.encode() for presentation in stage.signed(count)]
    return post_all(port, path, bodies, headers, clients)[0]


def _p99(loads: Sequence[Load]) -> float:
    """Over the requests of all rounds."""
    return quantiles([latency for load in loads for latency in load.latencies], n=100)[98]


@contextmanager
def _bare_service(stage: Stage) -> Iterator[int]:
    keys = stage.home / "bench-keys.json"
    keys.write_text(json.dumps([key.jwk for key in stage.keys]))
    port = free_port()
    with scratch_database(stage) as url:
        engine = create_engine_for(url)
        with engine.begin() as connection:
            connection.execute(bare_server.TABLE)
        engine.dispose()
        settings = {bare_server.URL: url, bare_server.KEYS: str(keys), bare_server.PORT: str(port)}
        environment = own_environment(stage.home, **settings)
        health = f"http://127.0.0.1:{port}/healthz"
        with serving(["-c", bare_server.PROGRAM], environment, health, stage.home / SERVERS):
            yield port
