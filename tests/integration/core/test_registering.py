"""Milestones reach `CaseRegistry` once each, whatever ends the worker; a refused one stops its own case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from gridwitness.cases import registering
from gridwitness.cases.models import TakenUpRow
from gridwitness.cases.outbox import Outbox
from gridwitness.cases.registering import Registrar
from gridwitness.errors import Unavailable
from gridwitness.worker import Worker
from gridwitness_chain import (
    SignedTransaction,
    Transactions,
    Unreachable,
    case_id,
    check_milestone_proof,
)
from sqlalchemy import delete
from support.case_milestones import YEAR, Milestones
from support.platform import CITY, POLICE, RunningPlatform, running_platform
from support.registrar_process import round_with_a_kill

OTHER_VERSION = "6f" * 32


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform("ganache") as platform:
        yield platform


@pytest.fixture(scope="module")
def cases(running: RunningPlatform) -> Milestones:
    milestones = Milestones(running)
    milestones.approve()
    return milestones


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused milestone is looked at with every round, and batches are small."""
    monkeypatch.setattr(Registrar.__init__, "__kwdefaults__", {"batch": 8, "patience_seconds": 0.0})


def fill(cases: Milestones) -> list[str]:
    """More than a batch: cases of one, two and three milestones, mixed."""
    subs = [cases.open() for _ in range(4)]
    for sub in subs[1:]:
        cases.advance(sub, "inquiry")
    cases.advance(subs[2], "review")
    subs.append(cases.open())
    cases.advance(subs[3], "decision")
    return subs


def some_of_them_sent(transactions: Transactions, signed: Sequence[SignedTransaction], **_: Any) -> None:
    for one in signed[:3]:
        transactions.send(one)
    raise Killed


STEPS = {
    "signed, not stored": (Outbox, "sign", True),
    "stored, not sent": (registering, "settle", True),
    "some of them sent": (registering, "settle", some_of_them_sent),
    "sent and final, not stored": (registering, "settle", False),
    "proofs made, not stored": (Registrar, "_store", True),
    "stored": (Registrar, "_store", False),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_ends_anywhere_is_followed_by_one_that_finishes(
    running: RunningPlatform, cases: Milestones, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    owner, name, how = STEPS[step]
    real = getattr(owner, name)

    def ended(*arguments: Any, **named: Any) -> Any:
        if callable(how):
            how(*arguments, **named)
        if how is False:
            real(*arguments, **named)
        raise Killed

    fill(cases)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, ended)
        with pytest.raises(Killed):
            Worker(running.platform).round()
    recorder = running.platform.chain.recorder(CITY)
    running.drain(Worker(running.platform))
    cases.check_whole()
    transactions = running.platform.chain.contracts.transactions
    assert transactions.nonce(recorder.address) == transactions.nonce(recorder.address, "pending")


@pytest.mark.parametrize(
    ("step", "victim"),
    [("some sent", "worker"), ("some sent", "chain"), ("final", "chain")],
)
def test_kill_9_of_worker_and_chain(
    running: RunningPlatform, cases: Milestones, step: str, victim: str
) -> None:
    fill(cases)
    assert round_with_a_kill(running, step, victim) != 0
    running.engine.start()
    running.drain(Worker(running.platform))
    cases.check_whole()


def test_what_is_registered_is_proved_and_stands_in_the_audit(
    running: RunningPlatform, cases: Milestones
) -> None:
    sub = fill(cases)[2]
    running.drain()
    contracts = running.platform.chain.contracts
    registry, engine = contracts.case_registry, contracts.transactions.engine
    for (name, index), row in cases.registered().items():
        shown = check_milestone_proof(row.proof, chain_id=engine.chain_id, contract=registry.address)
        assert (shown.case_id, shown.agency, shown.index) == (case_id(name), CITY, index)
        assert (shown.block_number, shown.block_hash) == (row.block_number, "0x" + row.block_hash.hex())
        assert int(row.block_time.timestamp()) == shown.block_time
    state = cases.state(sub)
    assert state is not None
    assert (state.milestone, state.index, state.year, state.number) == ("review", 2, YEAR, cases.numbers - 2)
    assert registry.count_of(CITY, YEAR) == cases.numbers


def test_a_refused_milestone_stops_its_own_case_only(running: RunningPlatform) -> None:
    """And goes on by itself once the contract takes it."""
    police = Milestones(running, POLICE)
    good = police.open()
    police.advance(good)
    strict = police.open(version=OTHER_VERSION)  # not approved
    police.advance(strict, "closure")
    late = police.open()  # its number follows the refused one's
    police.advance(good, "review")
    running.drain()
    assert police.registered().keys() == {(good, 0), (good, 1), (good, 2)}
    stuck = police.sending()
    assert stuck.keys() == {(strict, 0), (strict, 1), (late, 0)}
    assert "CaseRegistryProcedureUnknown" in str(stuck[strict, 0].error)
    assert "CaseRegistryNumberMismatch" in str(stuck[late, 0].error)
    assert all(row.raw is None and row.nonce is None for row in stuck.values())
    backlog = next(found for found in running.worker.backlogs() if found.log == POLICE)
    assert (backlog.milestones, backlog.refused, backlog.done) == (0, 3, True)
    police.approve(OTHER_VERSION, 1 << 1 | 1 << 9)  # start → inquiry → inquiry: no closure
    running.drain()
    assert police.sending().keys() == {(strict, 1)}
    assert "CaseRegistryEdgeRefused" in str(police.sending()[strict, 1].error)
    assert police.registered().keys() >= {(strict, 0), (late, 0)}


def test_what_the_contract_has_and_the_database_lost_is_adopted(
    running: RunningPlatform, cases: Milestones
) -> None:
    """As after a backup was restored that is older than the last milestones."""
    subs = fill(cases)
    running.drain()
    before = cases.registered()
    with running.platform.transaction() as session:
        for row in before.values():
            if row.sub in subs:
                session.delete(session.merge(row))
        session.execute(delete(TakenUpRow))
    running.drain()
    cases.check_whole()
    after = cases.registered()
    assert {key: row.transaction for key, row in after.items()} == {
        key: row.transaction for key, row in before.items()
    }
    assert after[subs[2], 2].proof == before[subs[2], 2].proof


def test_a_nonce_that_another_used_is_signed_again(
    running: RunningPlatform, cases: Milestones, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts, recorder = running.platform.chain.contracts, running.platform.chain.recorder(CITY)
    fill(cases)
    with monkeypatch.context() as patch:
        patch.setattr(registering, "settle", some_of_them_sent)
        with pytest.raises(Killed):
            running.worker.round()
    contracts.transactions.execute(recorder, recorder.address, b"", gas=30_000)
    running.drain()
    cases.check_whole()


def test_bytes_whose_predecessors_are_lost_are_signed_again(
    running: RunningPlatform, cases: Milestones, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cases)
    with monkeypatch.context() as patch:
        patch.setattr(registering, "settle", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            running.worker.round()
    first = min((row for row in cases.sending().values() if row.nonce), key=lambda row: row.nonce or 0)
    with running.platform.transaction() as session:
        session.delete(session.merge(first))
    running.drain(Worker(running.platform))
    cases.check_whole()


def test_a_chain_that_is_away_is_waited_for(
    running: RunningPlatform, cases: Milestones, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cases)
    with monkeypatch.context() as patch:
        patch.setattr(registering, "settle", lambda *_: (_ for _ in ()).throw(Unreachable("away", None)))
        with pytest.raises(Unavailable):
            running.worker.round()
    assert not all(backlog.done for backlog in running.worker.backlogs())
    running.drain()
    cases.check_whole()


def test_another_milestone_in_its_place_is_named_foreign(running: RunningPlatform, cases: Milestones) -> None:
    """Somebody with the recorder's key was first. The other cases go on, at other nonces."""
    sub, other = cases.open(), cases.open()
    running.drain()
    contracts, recorder = running.platform.chain.contracts, running.platform.chain.recorder(CITY)
    registry = contracts.case_registry
    state = cases.state(sub)
    assert state is not None
    stolen = registry.advance(CITY, case_id(sub), 1, "closure", state.seq + 1, bytes(31) + b"\1")
    registry.submit(recorder, stolen)
    cases.advance(sub)
    cases.advance(other)
    running.drain()
    assert cases.registered().keys() >= {(other, 1)}
    stuck = cases.sending()
    assert stuck.keys() == {(sub, 1)} and str(stuck[sub, 1].error).startswith("foreign-milestone: closure")
    running.drain(Worker(running.platform))
    assert cases.sending().keys() == {(sub, 1)}
