"""Database and chain kept by somebody else go away and come back; workers are too many.

`up` helps nobody here: API and worker have to wait on their own, and go on without a restart.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from gridwitness.postgres import DATABASE, OWNER, EmbeddedPostgres
from gridwitness_chain import Ganache
from support.crash_stand import CrashStand, needs_proc
from support.demo_home import start_gridwitness
from support.victims import victim_processes

pytestmark = [needs_proc, pytest.mark.timeout(900)]

BACKLOG = 10_000
_BATCH = 2_500


@pytest.fixture(scope="module")
def home() -> Iterator[CrashStand]:
    with CrashStand.new() as stand:
        yield stand


@pytest.fixture(scope="module")
def chain(home: CrashStand) -> Iterator[Ganache]:
    with Ganache(home.home / "chain") as chain:
        yield chain


@pytest.fixture(scope="module")
def stand(home: CrashStand, chain: Ganache) -> Iterator[CrashStand]:
    stand = home
    with ExitStack() as stack:
        stand.fault_points = False
        postgres = EmbeddedPostgres(stand.home)
        stack.enter_context(postgres.running())
        stand.urls |= {
            "GRIDWITNESS_DATABASE_URL": postgres.urls.owner,
            "GRIDWITNESS_RPC_URL": chain.url,
        }
        stack.callback(stand.stop)
        stand.start()
        stand.device.deliver(stand.device.sign())
        stand.settle()
        yield stand


@pytest.fixture(autouse=True)
def _no_restart(stand: CrashStand) -> Iterator[None]:
    """API and worker are the same processes before and after."""
    before = [victim_processes(stand.home, victim) for victim in ("api", "worker")]
    yield
    assert [victim_processes(stand.home, victim) for victim in ("api", "worker")] == before


@contextmanager
def read_only(stand: CrashStand) -> Iterator[None]:
    """As on a standby: for all sessions, also those that are open."""
    _switch(stand, "on")
    try:
        yield
    finally:
        _switch(stand, "off")


def _switch(stand: CrashStand, value: str) -> None:
    with psycopg.connect(EmbeddedPostgres(stand.home).superuser_conninfo, autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {DATABASE} SET default_transaction_read_only = {value}".encode())
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (DATABASE,)
        )


def test_a_read_only_database(stand: CrashStand) -> None:
    first, second = stand.device.sign(), stand.device.sign()
    stand.device.deliver(first)
    with read_only(stand):
        codes = {stand.device.attempt(second) for _ in range(5)}
        assert codes == {"database-read-only"}, codes
        assert stand.device.client.get(f"/api/v1/records/{first.claims.jti}").status_code == 200
        time.sleep(3 * stand.anchor_interval)  # the worker meets it, too
    stand.device.deliver(second)
    stand.check_whole()


def test_an_unreachable_database(stand: CrashStand) -> None:
    record = stand.device.sign()
    postgres = EmbeddedPostgres(stand.home)
    postgres.stop()
    try:
        codes = {stand.device.attempt(record) for _ in range(5)}
        assert codes == {"database-unavailable"}, codes
        assert stand.device.client.get("/healthz").status_code == 200
        assert stand.device.client.get("/readyz").status_code == 503
        time.sleep(3 * stand.anchor_interval)
    finally:
        postgres.start()
    stand.device.deliver(record)
    stand.check_whole()


def test_a_restored_backup_is_not_served_once_the_chain_is_back(stand: CrashStand, chain: Ganache) -> None:
    """Started while the chain was away, when nobody could tell."""
    url = older_copy(stand)
    stand.kill_part("chain")
    with (stand.home / "restored.log").open("wb") as said:
        other = CrashStand(
            stand.home, urls=stand.urls | {"GRIDWITNESS_DATABASE_URL": url}, fault_points=False
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "gridwitness_cli", "serve", "--port", str(other.port)],
            env=other.environment | {"GRIDWITNESS_DEMO_MODE": "true"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        stand.until(lambda: answers(f"{other.url}/healthz"))
        chain.start()
        process.wait(60)
    finally:
        process.kill()
        process.wait()
        chain.start()
    assert "database-behind" in (stand.home / "restored.log").read_text()
    stand.check_whole()


def older_copy(stand: CrashStand) -> str:
    """The owner's URL of a copy of the database that lacks the newest head, as a backup would."""
    conninfo = EmbeddedPostgres(stand.home).superuser_conninfo
    with psycopg.connect(conninfo, autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS false".encode())
        try:
            superuser.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (DATABASE,)
            )
            superuser.execute(f"CREATE DATABASE restored TEMPLATE {DATABASE} OWNER {OWNER}".encode())
        finally:
            superuser.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS true".encode())
    with psycopg.connect(psycopg.conninfo.make_conninfo(conninfo, dbname="restored")) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "DELETE FROM records.tree_head WHERE (log, size) IN (SELECT log, max(size) FROM records.tree_head"
            " GROUP BY log)"
        )
    return urlsplit(stand.checks.owner_url)._replace(path="/restored").geturl()


def answers(url: str) -> bool:
    """Whether a server is there and well."""
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_workers_started_by_mistake(stand: CrashStand) -> None:
    others = [start_gridwitness(stand.environment, "worker") for _ in range(2)]
    try:
        deadline = time.monotonic() + 60
        while _workers_connected(stand) < 3:
            assert time.monotonic() < deadline, "the workers did not start"
            time.sleep(0.1)
        for _ in range(30):
            first = stand.device.sign()
            stand.device.deliver(first)
            stand.device.deliver(stand.device.sign(after=first))
        stand.check_whole()
        assert [other.poll() for other in others] == [None, None]
    finally:
        for other in others:
            other.terminate()
            other.wait(30)


@pytest.mark.thorough
def test_the_chain_comes_back_to_a_long_backlog(stand: CrashStand, chain: Ganache) -> None:
    stand.kill_part("chain")
    for _ in range(BACKLOG // _BATCH):
        stand.device.deliver_batch([stand.device.sign() for _ in range(_BATCH)])
    waiting = stand.checks.standing()
    assert waiting.accepted - waiting.anchored >= BACKLOG
    chain.start()
    stand.check_whole()


def _workers_connected(stand: CrashStand) -> int:
    with psycopg.connect(stand.checks.owner_url) as owner:
        found = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gridwitness-worker'"
        ).fetchone()
    return int(found[0]) if found else 0
