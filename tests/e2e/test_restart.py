"""What was accepted survives every way of stopping; two deployments do not touch each other."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from gridwitness.local_port import free_port
from support.demo_home import DemoHome, processes_of, run_gridwitness, wait_until_gone

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see processes"),
    pytest.mark.timeout(900),
]


@pytest.fixture
def home() -> Iterator[DemoHome]:
    with DemoHome.new() as new:
        yield new


def _receipt(home: DemoHome, jti: str) -> str:
    with home.client("zhang.wei") as client:
        answer = client.get(f"/api/v1/records/{jti}/receipt")
    assert answer.status_code == 200, answer.text
    receipt: str = answer.json()["receipt"]
    return receipt


def _assert_whole(home: DemoHome) -> None:
    report = home.doctor()
    assert report["ok"], report
    audit = home.audit()
    assert audit.returncode == 0, audit.stdout[-4000:] + audit.stderr


@pytest.mark.thorough  # each part is killed every day in tests/integration/crashes
def test_records_survive_a_stop_and_every_kill(home: DemoHome) -> None:
    home.start()
    answer = home.submit(home.step())
    assert answer.status_code == 201, answer.text
    first = answer.json()
    home.wait_until_anchored(first["jti"])
    second_up = run_gridwitness(home.environment, "up", "--demo", "--port", str(free_port()))
    assert second_up.returncode == 2 and "[already-up]" in second_up.stderr

    # 1. kill -9 of everything, right after a receipt was given.
    second = home.submit(home.step()).json()
    home.kill()
    home.start()
    assert _receipt(home, first["jti"]) == first["receipt"]
    assert _receipt(home, second["jti"]) == second["receipt"]
    home.wait_until_anchored(second["jti"])

    # 2. kill -9 of `up` alone: API and worker follow it, database and chain are adopted by the next start.
    third = home.submit(home.step()).json()
    assert home.process is not None
    os.kill(home.process.pid, signal.SIGKILL)
    home.process.wait()
    wait_until_gone(home.home, program="gridwitness_cli")
    assert processes_of(home.home) != []
    home.start()
    assert _receipt(home, third["jti"]) == third["receipt"]
    home.wait_until_anchored(third["jti"])
    _assert_whole(home)

    # 3. SIGTERM: an orderly end, nothing runs on.
    assert home.stop() == 0
    assert processes_of(home.home) == []


@pytest.mark.thorough
def test_two_deployments_side_by_side(home: DemoHome) -> None:
    with DemoHome.new() as other:
        home.start()
        other.start()
        trusts = [json.loads((one.home / "trust.json").read_text()) for one in (home, other)]
        assert trusts[0]["deployment"] != trusts[1]["deployment"]
        assert trusts[0]["chain"]["genesis_hash"] != trusts[1]["chain"]["genesis_hash"]
        record = home.step()
        assert home.submit(record).status_code == 201
        refused = other.submit(record)
        assert (refused.status_code, refused.json()["code"]) == (422, "foreign-log")
        home.wait_until_anchored(record.claims.jti)
        assert home.stop() == 0
        assert other.doctor()["ok"]
        _assert_whole(other)


def test_a_demo_home_is_refused_for_real_use(home: DemoHome) -> None:
    (home.home / "demo-device").mkdir()
    refused = run_gridwitness(home.environment, "up", "--port", str(home.port))
    assert refused.returncode == 2
    assert "[demo-home]" in refused.stderr
    assert processes_of(home.home) == []
