"""The trust file, and the machine the verifier runs on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from gridwitness_verifier.main import main as verify
from support.attack import EVERYTHING, TRUST_FILE, VERIFIER, Judge, attack
from support.attack_target import Stage, Target, standing
from support.platform import CITY

pytestmark = pytest.mark.usefixtures("own_pins")


@pytest.fixture
def own_pins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The list of confirmed trust files of a relying party who confirmed none yet."""
    folder = tmp_path / "configuration"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture(scope="module")
def another() -> Iterator[Stage]:
    """A whole other deployment, with its own chain and keys and another history."""
    with standing() as stage:
        yield stage


def pin(trust: Path) -> int:
    """Confirm a trust file by its digest, as the agencies' letter gives it."""
    return verify(["trust", "pin", str(trust), "--sha256", hashlib.sha256(trust.read_bytes()).hexdigest()])


@attack(
    "the trust file swapped for that of a deployment of the attacker's own",
    "以攻击者自建部署的信任文件顶替",
    by=TRUST_FILE,
    found="trust:unconfirmed",
    exit_code=0,
)
def test_trust_swapped(target: Target, another: Stage, judge: Judge) -> None:
    pin(target.trust)
    assert target.audit().report["trust"]["status"] == "confirmed"
    with another.target() as other:
        judge(other.audit())


@attack(
    "the trust file swapped, where a confirmed one is demanded",
    "顶替信任文件，而核查要求已确认者",
    by=TRUST_FILE,
    found="trust:unconfirmed",
    exit_code=3,
)
def test_trust_swapped_and_confirmation_demanded(target: Target, another: Stage, judge: Judge) -> None:
    pin(target.trust)
    assert target.audit("--require-confirmed").exit_code == 0
    with another.target() as other:
        judge(other.audit("--require-confirmed"))


@attack(
    "the deployment cloned on a chain of its own, shown to one who kept the trust file",
    "在自建链上克隆部署，而核查方留有原信任文件",
    by=EVERYTHING,
    found="chain:genesis entries:foreign tree:note-unsigned anchors:anchor-chain receipts:note-unsigned",
    exit_code=1,
    located="log index",
)
def test_another_deployment_under_the_trust_kept(target: Target, another: Stage, judge: Judge) -> None:
    with another.target() as other:
        report = other.audit("--rpc", other.running.rpc_url, trust=target.trust)
        judge(report, entries={"log": CITY, "index": 0})


@attack(
    "the trust file loosened: a tolerance of a month",
    "放宽信任文件的时间容差",
    by=TRUST_FILE,
    found="trust:unconfirmed",
    exit_code=3,
)
def test_trust_loosened(target: Target, judge: Judge, tmp_path: Path) -> None:
    pin(target.trust)
    content = json.loads(target.trust.read_text("utf-8"))
    content["time"]["tolerance"] = 3600
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    judge(target.audit("--require-confirmed", trust=path))


@attack(
    "the verifier's list of confirmed files written by another",
    "他人改写核查机上已确认文件清单",
    by=VERIFIER,
    exit_code=0,
    said="that this machine and its list of confirmed trust files are in nobody else's hands",
)
def test_pins_forged(another: Stage, judge: Judge) -> None:
    with another.target() as other:
        assert pin(other.trust) == 0
        judge(other.audit("--require-confirmed"))
