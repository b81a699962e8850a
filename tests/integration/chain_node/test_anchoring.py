"""A tree head is anchored and proved; every change of the proof is refused."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import rlp
from gridwitness_chain import (
    Account,
    ChainError,
    ProofMismatch,
    Purpose,
    Reverted,
    check_key_state,
    check_receipt_proof,
    key_state_proof,
    receipt_proof,
)
from support.engines import FIRST, SECOND, AgencyChain, leaf, node

FAR = 2**40


@pytest.fixture(scope="module")
def log(chain: AgencyChain) -> bytes:
    return chain.open_log()


@pytest.fixture(scope="module")
def anchored(chain: AgencyChain, log: bytes) -> tuple[str, bytes]:
    """(transaction, root) of the head of size 1, then size 2."""
    chain.append(log, 0, 1, leaf(0))
    root = node(leaf(0), leaf(1))
    return chain.append(log, 1, 2, root, [leaf(1)]).transaction, root


def shown(chain: AgencyChain, proof: dict[str, Any]) -> Any:
    return check_receipt_proof(
        proof, chain_id=chain.deployment.chain_id, contract=chain.contracts.record_log.address
    )


def test_the_contract_and_the_proof_show_the_head(
    chain: AgencyChain, log: bytes, anchored: tuple[str, bytes]
) -> None:
    transaction, root = anchored
    record_log = chain.contracts.record_log
    proof = receipt_proof(chain.engine, record_log.address, transaction, log, 2)
    head = shown(chain, proof)
    block = chain.engine.rpc.block(head.block_number)
    assert (head.log_id, head.old_size, head.size, head.root) == (log, 1, 2, root)
    assert (head.block_hash, head.block_time) == (block["hash"], int(block["timestamp"], 16))
    state = record_log.log_of(log)
    assert state is not None and (state.size, state.root, state.agency) == (2, root, FIRST)
    assert state.anchorer == chain.anchorer.address and state.maximum_merge_delay == 3600
    assert state.successor is None and not state.closed


def test_events_are_read_in_order_whatever_the_chunk(
    chain: AgencyChain, log: bytes, anchored: tuple[str, bytes]
) -> None:
    record_log, start = chain.contracts.record_log, chain.deployment.block
    heads = list(record_log.heads(start, log_id=log))
    assert [(head.old_size, head.new_size) for head in heads][:2] == [(0, 1), (1, 2)]
    assert heads[1].transaction == anchored[0]
    assert [event.block_number for event in record_log.events(start, name="TreeHeadAnchored", chunk=1)] == [
        head.block_number for head in record_log.heads(start)
    ]
    assert list(record_log.heads(start, log_id=bytes(32))) == []
    opened = next(found for found in record_log.opened(start) if found.log_id == log)
    assert (opened.origin, opened.agency, opened.predecessor) == (chain.origin(), FIRST, None)


def test_one_binding_serves_many_threads(chain: AgencyChain, log: bytes, anchored: tuple[str, bytes]) -> None:
    record_log, start = chain.contracts.record_log, chain.deployment.block

    def work(number: int) -> tuple[object, object, bytes]:
        heads = [head.new_size for head in record_log.heads(start, log_id=log)]
        state = record_log.log_of(log if number % 2 else bytes(32))
        call = record_log.append(log, number, number + 1, bytes(32), [number.to_bytes(32, "big")])
        return heads, state, call.data

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(work, range(64)))
    assert together == [work(number) for number in range(64)]
    assert len({data for _, _, data in together}) == 64


def test_another_head_of_the_transaction_has_no_proof(
    chain: AgencyChain, log: bytes, anchored: tuple[str, bytes]
) -> None:
    address = chain.contracts.record_log.address
    for wanted, size in ((log, 3), (log, 1), (secrets.token_bytes(32), 2)):
        with pytest.raises(ProofMismatch):
            receipt_proof(chain.engine, address, anchored[0], wanted, size)
    with pytest.raises(ProofMismatch):
        receipt_proof(chain.engine, address, "0x" + "12" * 32, log, 2)


def flipped(text: str, place: int) -> str:
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


def receipt_changes(proof: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("receipt", *(f"receipt_proof.{at}" for at in range(len(proof["receipt_proof"])))):
        field, _, at = name.partition(".")
        text = proof[field][int(at)] if at else proof[field]
        for place in range(2, len(text), 37):
            changed = copy.deepcopy(proof)
            if at:
                changed[field][int(at)] = flipped(text, place)
            else:
                changed[field] = flipped(text, place)
            yield changed
    for name, values in {
        "chain_id": (1, None, str(proof["chain_id"])),
        "contract": ("0x" + "11" * 20, "0x11", None, proof["contract"][2:]),
        "transaction_index": (1, -1, True, "0", None),
        "log_index": (1, -1, False, "0", None),
        "receipt": ("0x", "", None, proof["receipt"] + "00"),
        "receipt_proof": ([], None, [*proof["receipt_proof"], "0x80"], [1]),
        "header": ("0x", None, proof["header"] + "00", "0xc0"),
    }.items():
        for value in values:
            yield {**proof, name: value}
    for name in proof:
        yield {key: value for key, value in proof.items() if key != name}


def test_every_change_of_a_receipt_proof_is_refused(
    chain: AgencyChain, log: bytes, anchored: tuple[str, bytes]
) -> None:
    address = chain.contracts.record_log.address
    proof = receipt_proof(chain.engine, address, anchored[0], log, 2)
    honest = shown(chain, proof)
    changes = list(receipt_changes(proof))
    assert len(changes) > 60
    for changed in changes:
        with pytest.raises(ProofMismatch):
            shown(chain, changed)
    # A changed header is another block: the check says which, and no node has it.
    items = rlp.decode(bytes.fromhex(proof["header"][2:]))
    for place in range(len(items)):
        other = [*items[:place], items[place] + b"\1", *items[place + 1 :]]
        try:
            found = shown(chain, {**proof, "header": "0x" + rlp.encode(other).hex()})
        except ProofMismatch:
            continue
        assert found.block_hash != honest.block_hash


def test_key_states_are_proved_through_their_life(chain: AgencyChain) -> None:
    members, admins = chain.contracts.members, chain.admins
    thumbprint = secrets.token_bytes(32)
    steps = [
        (FIRST, members.register_key(FIRST, thumbprint, Purpose.OFFICER, 5, FAR)),
        (SECOND, members.confirm_key(FIRST, thumbprint, SECOND)),
        (FIRST, members.shrink_window(FIRST, thumbprint, 6, FAR - 1)),
        (FIRST, members.revoke_key(FIRST, thumbprint)),
    ]
    blocks = [chain.engine.block_number()]
    for agency, call in steps:
        blocks.append(members.submit(admins[agency], call).block_number)
    # Old state is proved as well, so the proofs may be fetched after later blocks.
    states = []
    for block in blocks:
        proof = key_state_proof(
            chain.engine, members.address, FIRST, thumbprint, chain.deployment.keys_slot, block
        )
        assert len(proof["storage_proof"]) == 3
        state = checked(chain, proof, thumbprint)
        assert state == members.key_of(FIRST, thumbprint, block=block)
        states.append(state)
    absent, registered, confirmed, shrunk, revoked = states
    assert not absent.registered and absent.counts_from is None
    assert registered.counts_from is None and registered.registered_agencies == 2
    assert confirmed.counts_from == confirmed.confirmed_at and confirmed.confirmed_by == SECOND
    assert (shrunk.not_before, shrunk.not_after) == (6, FAR - 1)
    assert revoked.revoked_at == revoked.compromised_since > 0
    names = [
        event.name for event in members.key_events(blocks[0]) if event.values["thumbprint"] == thumbprint
    ]
    assert names == ["KeyRegistered", "KeyConfirmed", "KeyWindowShrunk", "KeyRevoked"]


def checked(chain: AgencyChain, proof: dict[str, Any], thumbprint: bytes, agency: str = FIRST) -> Any:
    return check_key_state(
        proof,
        contract=chain.contracts.members.address,
        agency=agency,
        thumbprint=thumbprint,
        keys_slot=chain.deployment.keys_slot,
    )


def test_every_change_of_a_key_state_proof_is_refused(chain: AgencyChain) -> None:
    members = chain.contracts.members
    thumbprint = secrets.token_bytes(32)
    registering = members.register_key(FIRST, thumbprint, Purpose.LOG, 0, FAR)
    block = members.submit(chain.admins[FIRST], registering).block_number
    proof = key_state_proof(
        chain.engine, members.address, FIRST, thumbprint, chain.deployment.keys_slot, block
    )
    assert checked(chain, proof, thumbprint).purpose == Purpose.LOG
    for path in [("account_proof",), *(("storage_proof", at) for at in range(3))]:
        nodes = proof[path[0]] if len(path) == 1 else proof["storage_proof"][path[1]]
        for at, text in enumerate(nodes):
            for place in range(2, len(text), 53):
                changed = copy.deepcopy(proof)
                target = changed[path[0]] if len(path) == 1 else changed["storage_proof"][path[1]]
                target[at] = flipped(text, place)
                with pytest.raises(ProofMismatch):
                    checked(chain, changed, thumbprint)
    storage = proof["storage_proof"]
    for change in (
        {"storage_proof": storage[:2]},
        {"storage_proof": [storage[1], storage[0], storage[2]]},
        {"storage_proof": [[], [], []]},
        {"storage_proof": None},
        {"account_proof": []},
        {"account_proof": proof["account_proof"][::-1]},
        {"contract": chain.contracts.record_log.address},
        {"header": "0x"},
    ):
        with pytest.raises(ProofMismatch):
            checked(chain, {**proof, **change}, thumbprint)
    for other in (secrets.token_bytes(32), thumbprint[::-1]):
        with pytest.raises(ProofMismatch):
            checked(chain, proof, other)
    with pytest.raises(ProofMismatch):
        checked(chain, proof, thumbprint, SECOND)


def test_refusals_come_decoded(chain: AgencyChain, log: bytes, anchored: tuple[str, bytes]) -> None:
    record_log, members = chain.contracts.record_log, chain.contracts.members
    with pytest.raises(Reverted) as caught:
        chain.append(log, 1, 3, secrets.token_bytes(32))
    assert caught.value.error == "RecordLogSizeMismatch"
    assert caught.value.arguments == {"logId": log, "size": 2, "oldSize": 1}
    with pytest.raises(Reverted) as caught:
        chain.append(log, 2, 3, secrets.token_bytes(32), [leaf(7)])
    assert caught.value.error == "RecordLogInconsistent" and "0x" in str(caught.value)
    stranger = Account.random()
    with pytest.raises(Reverted) as caught:
        record_log.submit(stranger, record_log.append(log, 2, 3, bytes(32), []))
    assert caught.value.arguments["account"] == stranger.address
    with pytest.raises(Reverted, match="MembersNotARegistrar"):
        members.submit(stranger, members.register_key(FIRST, bytes(range(32)), 1, 0, FAR))
    with pytest.raises(ChainError, match="do not fit"):
        record_log.append(log, -1, 2, bytes(32), [])


def test_a_failure_mined_after_a_passed_check_is_explained(
    chain: AgencyChain, log: bytes, anchored: tuple[str, bytes]
) -> None:
    record_log, transactions = chain.contracts.record_log, chain.contracts.transactions
    call = record_log.append(log, 7, 8, bytes(32), [])
    receipt = transactions.execute(chain.anchorer, record_log.address, call.data)
    assert not receipt.succeeded
    with pytest.raises(Reverted, match="RecordLogSizeMismatch"):
        record_log.explain(call, chain.anchorer.address, receipt)
    with pytest.raises(ProofMismatch):
        receipt_proof(chain.engine, record_log.address, receipt.transaction, log, 8)
