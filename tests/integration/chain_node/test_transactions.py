"""A transaction takes effect once, however often its bytes are sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from gridwitness_chain import (
    Account,
    ChainError,
    Engine,
    MalformedAnswer,
    NotApproved,
    NotMined,
    Receipt,
    Reverted,
    SignedTransaction,
    TransactionReplaced,
    Transactions,
    Unreachable,
    approve,
    settle,
)
from support.engines import FIRST, SECOND, AgencyChain, agency_chain

SOMEONE = "0x" + "77" * 20


@pytest.fixture
def transactions(engine: Engine) -> Iterator[Transactions]:
    yield Transactions(engine)


def test_the_same_bytes_sent_again_are_one_transaction(transactions: Transactions) -> None:
    account = Account.random()
    for _ in range(3):
        signed = transactions.prepare(account, SOMEONE, b"")
        for _ in range(3):
            transactions.send(signed)
        receipt = transactions.wait(signed.hash)
        transactions.send(signed)
        assert transactions.wait(signed.hash) == receipt and receipt.succeeded
        assert transactions.nonce(account.address) == signed.nonce + 1


def test_bytes_sent_by_many_at_once_and_past_our_checks_take_effect_once(transactions: Transactions) -> None:
    account, engine = Account.random(), transactions.engine
    signed = transactions.prepare(account, SOMEONE, b"")

    def send_raw() -> None:
        try:
            engine.rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex())
        except Exception:
            refused.append(1)

    refused: list[int] = []
    threads = [threading.Thread(target=send_raw) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    transactions.wait(signed.hash)
    send_raw()
    assert refused and transactions.nonce(account.address) == signed.nonce + 1


def test_a_nonce_used_by_another_is_told_apart(transactions: Transactions) -> None:
    account = Account.random()
    first = transactions.prepare(account, SOMEONE, b"")
    second = transactions.prepare(account, account.address, b"")
    assert first.nonce == second.nonce and first.hash != second.hash
    transactions.send(first)
    assert transactions.wait(first.hash).succeeded
    with pytest.raises(TransactionReplaced):
        transactions.send(second)
    assert transactions.receipt(second.hash) is None


def test_one_account_used_by_many_threads(transactions: Transactions) -> None:
    account = Account.random()
    start = transactions.prepare(account, SOMEONE, b"").nonce
    receipts: list[Receipt] = []
    threads = [
        threading.Thread(target=lambda: receipts.append(transactions.execute(account, SOMEONE, b"")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt.transaction for receipt in receipts}) == 8
    assert transactions.nonce(account.address) == start + 8


def test_what_was_never_sent_is_not_mined(transactions: Transactions) -> None:
    signed = transactions.prepare(Account.random(), SOMEONE, b"")
    with pytest.raises(NotMined):
        transactions.wait(signed.hash, timeout=0.1)
    transactions.send(signed)
    assert transactions.wait(signed.hash).succeeded


def test_a_batch_is_sent_once_however_often(transactions: Transactions) -> None:
    """Also where a run before sent some of it; bytes read again are what was signed."""
    account = Account.random()
    signed = transactions.prepare_batch(account, SOMEONE, [bytes([number]) for number in range(10)])
    assert [one.nonce for one in signed] == list(range(signed[0].nonce, signed[0].nonce + 10))
    assert [SignedTransaction.read(one.raw) for one in signed] == signed
    for one in signed[:4]:
        transactions.send(one)
    for _ in range(3):
        settled = settle(transactions, signed)
        receipts = [settled[one.hash] for one in signed]
        assert all(receipt is not None and receipt.succeeded for receipt in receipts)
        assert transactions.nonce(account.address) == signed[0].nonce + 10


def test_what_of_a_batch_another_took_the_place_of(transactions: Transactions) -> None:
    account = Account.random()
    first = transactions.prepare_batch(account, SOMEONE, [b"", b"\1", b"\2"])
    second = transactions.prepare_batch(account, SOMEONE, [b"\3", b"\4"])
    assert all(settle(transactions, second).values())
    settled = settle(transactions, first)
    assert [settled[one.hash] is None for one in first] == [True, True, False]


def test_a_batch_that_cannot_be_mined_yet(transactions: Transactions) -> None:
    account = Account.random()
    before, *after = transactions.prepare_batch(account, SOMEONE, [b"", b"\1", b"\2"])
    with pytest.raises(ChainError):
        settle(transactions, after, timeout=0.3)
    settled = settle(transactions, [before, *after])
    assert all(receipt is not None for receipt in settled.values())
    with pytest.raises(MalformedAnswer):
        SignedTransaction.read(b"\xc0")
    with pytest.raises(MalformedAnswer):
        SignedTransaction.read(b"")


def test_a_node_that_is_gone_is_unreachable(transactions: Transactions) -> None:
    signed = transactions.prepare(Account.random(), SOMEONE, b"")
    assert isinstance(signed, SignedTransaction)
    away = Transactions(transactions.engine)
    away.engine = type(transactions.engine)(transactions.engine.home.folder.parent / "gone")
    away.engine.start()
    away.engine.stop()
    with pytest.raises(Unreachable):
        away.send(signed)


def test_governance_takes_two_of_two(chain: AgencyChain) -> None:
    members = chain.contracts.members
    registrar = Account.random().address
    call = members.grant_role(FIRST, "REGISTRAR", registrar)
    with pytest.raises(NotApproved, match="1 of 2"):
        approve(members, members, [chain.admins[FIRST]], call)
    assert not members.has_role(FIRST, "REGISTRAR", registrar)
    with pytest.raises(Reverted, match="MembersAlreadyApproved"):
        approve(members, members, [chain.admins[FIRST]], call)
    assert approve(members, members, [chain.admins[SECOND]], call).succeeded
    assert members.has_role(FIRST, "REGISTRAR", registrar)
    chain.decide(members.revoke_role(FIRST, "REGISTRAR", registrar))
    assert not members.has_role(FIRST, "REGISTRAR", registrar)


def test_one_agency_decides_alone_and_its_keys_count_from_registration(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    alone = agency_chain(engine, tmp_path_factory.mktemp("alone"), [FIRST])
    members, thumbprint = alone.contracts.members, bytes(range(32))
    assert alone.open_log() and members.threshold() == 1
    members.submit(alone.admins[FIRST], members.register_key(FIRST, thumbprint, 2, 0, 2**40))
    state = members.key_of(FIRST, thumbprint)
    assert state.counts_from == state.registered_at > 0
    newcomer = Account.random()
    alone.decide(members.admit_agency(SECOND, newcomer.address))
    assert members.agencies() == (FIRST, SECOND) and members.threshold() == 2
    # A confirmation that came later takes nothing away from what the key signed before it.
    members.submit(newcomer, members.confirm_key(FIRST, thumbprint, SECOND))
    confirmed = members.key_of(FIRST, thumbprint)
    assert confirmed.confirmed_by == SECOND and confirmed.counts_from == state.registered_at
