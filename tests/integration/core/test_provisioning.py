"""Provisioning interrupted anywhere and run again: one deployment, found whole, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gridwitness.errors import Conflict, InvalidInput
from gridwitness.members import AgencyRow
from gridwitness.provision import admit, found, record_manifests, write_trust
from gridwitness_chain import Contract
from sqlalchemy import select
from support.platform import CITY, NAMES, POLICE, RunningPlatform, provision, running_platform


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def bare() -> Iterator[RunningPlatform]:
    with running_platform(provisioned=False) as platform:
        yield platform


def ending_after(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """The process ends right after so many contract calls."""
    done = 0
    real = Contract.submit

    def submit(self: Contract, *arguments: Any) -> Any:
        nonlocal done
        answer = real(self, *arguments)
        done += 1
        if done == calls:
            raise Killed
        return answer

    monkeypatch.setattr(Contract, "submit", submit)


@pytest.mark.parametrize("calls", range(1, 9))
def test_interrupted_after_any_contract_call(
    bare: RunningPlatform, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    with monkeypatch.context() as patch:
        ending_after(patch, calls)
        with pytest.raises(Killed):
            provision(bare.platform)
            raise AssertionError(f"provisioning takes fewer than {calls} contract calls")
    bare.platform.close()
    platform = bare.reopened()
    provision(platform)
    with platform.transaction() as session:
        assert set(session.scalars(select(AgencyRow.code))) == {CITY, POLICE}
    platform.close()
    check_works(bare)


def test_provisioning_takes_eight_calls(bare: RunningPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The range above covers every one of them."""
    with monkeypatch.context() as patch:
        ending_after(patch, 9)
        provision(bare.platform)


@pytest.mark.parametrize("step", ["commit", "trust"])
def test_interrupted_at_the_end(bare: RunningPlatform, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    provision(bare.platform, agencies=1)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        if step == "commit":
            patch.setattr("sqlalchemy.orm.Session.commit", _end)
        else:
            patch.setattr("gridwitness.provision.write_trust", _end)
        admit(bare.platform, POLICE, NAMES[POLICE])
    if step == "commit":
        admit(bare.platform, POLICE, NAMES[POLICE])
    write_trust(bare.platform)
    check_works(bare)


def test_everything_again_changes_nothing(bare: RunningPlatform) -> None:
    provision(bare.platform)
    bare.drain()
    before = bare.worker.backlogs()
    found(bare.platform, CITY, NAMES[CITY])
    record_manifests(bare.platform, CITY)
    with pytest.raises(Conflict):
        admit(bare.platform, POLICE, NAMES[POLICE])
    bare.drain()
    assert bare.worker.backlogs() == before


@pytest.mark.parametrize("code", ["../../etc", "330100cg", "SHORT", "330100CG-2"])
def test_codes_that_no_agency_has(bare: RunningPlatform, code: str) -> None:
    provision(bare.platform, agencies=1)
    with pytest.raises(InvalidInput) as refusal:
        admit(bare.platform, code, "?")
    assert refusal.value.code == "agency-code"


def test_one_agency_alone_on_ganache() -> None:
    """Its key counts from registration, as claimed; on the engine of embedded deployments."""
    with running_platform("ganache", agencies=1) as running:
        log = running.log()
        assert log.name == CITY
        report = running.audit()
        report.require_proved()
        assert report.check("vouching")["result"] == "claimed"


def test_two_agencies_on_ganache_by_the_system_clock() -> None:
    with running_platform("ganache", simulated=False) as running:
        check_works(running)


def check_works(running: RunningPlatform) -> None:
    """Officers sign, records are anchored, the verifier proves all of it."""
    running.drain()
    officer = running.officer()
    record = officer.step()
    assert running.accept(record)[0].error is None
    running.drain()
    running.check_bundle(record.claims.jti).require_proved()
    running.audit().require_proved()


def _end(*_: object) -> None:
    raise Killed
