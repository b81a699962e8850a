"""Provisioning interrupted anywhere and run again: one deployment, found whole, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gridwitness.case_registry import ensure_procedure_approved
from gridwitness.errors import Conflict, InvalidInput, Misconfigured
from gridwitness.members import AgencyRow
from gridwitness.provision import admit, found, record_manifests, write_trust
from gridwitness_chain import Account, Contract
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


@pytest.mark.parametrize(
    "calls",
    [pytest.param(n, marks=() if n % 5 == 1 else pytest.mark.thorough) for n in range(1, 17)],
)
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


def test_provisioning_takes_sixteen_calls(bare: RunningPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The range above covers every one of them."""
    with monkeypatch.context() as patch:
        ending_after(patch, 17)
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


def test_recorders_of_a_deployment_made_without(bare: RunningPlatform) -> None:
    """Appointed at the next start; never again once the agencies replaced them; a new account is."""
    provision(bare.platform)
    chain, keystore = bare.platform.chain, bare.platform.keystore
    registry = chain.contracts.case_registry
    ours = {agency: keystore.account("recorder", agency).address for agency in (CITY, POLICE)}
    assert {agency: registry.recorder_of(agency) for agency in ours} == ours
    chain.decide([CITY, POLICE], registry, registry.appoint_recorder(CITY, None))
    other = Account.random().address
    chain.decide([CITY, POLICE], registry, registry.appoint_recorder(POLICE, other))
    found(bare.platform, CITY, NAMES[CITY])
    assert registry.recorder_of(CITY) is None and registry.recorder_of(POLICE) == other
    (bare.settings.keys_dir / "recorder" / f"{CITY}.json").unlink()
    platform = bare.reopened()
    found(platform, CITY, NAMES[CITY])
    fresh = platform.keystore.account("recorder", CITY).address
    assert registry.recorder_of(CITY) == fresh != ours[CITY]
    platform.close()


def test_a_procedure_is_approved_once_and_with_one_graph(bare: RunningPlatform) -> None:
    provision(bare.platform)
    version, edges = "5e" * 32, 0x0202
    ensure_procedure_approved(bare.platform, version, edges)
    registry, engine = bare.platform.chain.contracts.case_registry, bare.engine
    assert registry.edges_of(bytes.fromhex(version)) == edges
    height = engine.block_number()
    ensure_procedure_approved(bare.platform, version, edges)
    assert engine.block_number() == height
    with pytest.raises(Misconfigured) as refusal:
        ensure_procedure_approved(bare.platform, version, 0x0206)
    assert refusal.value.code == "procedure-edges-differ"
    # Where another agency's registrar is elsewhere, ours approves and the start goes on.
    (bare.settings.keys_dir / "registrar" / f"{POLICE}.json").unlink()
    platform = bare.reopened()
    for _ in range(2):
        ensure_procedure_approved(platform, "5f" * 32, edges)
    assert registry.edges_of(bytes.fromhex("5f" * 32)) == 0
    platform.close()


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
