"""Proofs that the platform collects on real engines, read by the verifier alone; and the verifier's RPC."""

from __future__ import annotations

import dataclasses
import secrets

import pytest
from gridwitness_chain import Purpose, key_state_proof, receipt_proof
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.header import parse_header
from gridwitness_verifier.hexadecimal import quantity
from gridwitness_verifier.keccak import keccak256
from gridwitness_verifier.key_state import judge_key, key_slots, verify_key_state
from gridwitness_verifier.qbft import verify_seals
from gridwitness_verifier.receipt_proof import EVENT_TOPIC, verify_receipt_proof
from gridwitness_verifier.report import Result
from gridwitness_verifier.rpc import Rpc
from support.engines import ENGINES, FIRST, SECOND, agency_chain, leaf, node

FAR = 2**40


def raw(text):
    return bytes.fromhex(text.removeprefix("0x"))


@pytest.fixture(scope="module", params=ENGINES)
def chain(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    with ENGINES[request.param](folder / "chain") as engine:
        yield agency_chain(engine, folder)


@pytest.fixture(scope="module")
def log(chain):
    opened = chain.open_log()
    chain.append(opened, 0, 1, leaf(0))
    return opened


@pytest.fixture(scope="module")
def anchor(chain, log):
    """The transaction that anchored two leaves."""
    return chain.append(log, 1, 2, node(leaf(0), leaf(1)), [leaf(1)])


def event_of(chain, log, anchor):
    address = chain.contracts.record_log.address
    proof = receipt_proof(chain.engine, address, anchor.transaction, log, 2)
    return verify_receipt_proof(
        proof, record_log_address=raw(address), log_id=log, chain_id=chain.deployment.chain_id
    )


def test_the_anchor_is_read_as_the_platform_meant_it(chain, log, anchor):
    event = event_of(chain, log, anchor)
    block = chain.engine.rpc.block(event.number)
    assert (event.old_size, event.new_size, event.root) == (1, 2, node(leaf(0), leaf(1)))
    assert (event.block_hash, event.time) == (raw(block["hash"]), int(block["timestamp"], 16))
    with pytest.raises(VerificationError):
        verify_seals(event.header_rlp, [b"\x01" * 20])


@pytest.mark.parametrize("purpose", [Purpose.OFFICER, Purpose.SERVICE, Purpose.FEED, Purpose.LOG])
def test_the_life_of_a_key_is_read_as_the_contract_keeps_it(chain, purpose):
    members, admins, thumbprint = chain.contracts.members, chain.admins, secrets.token_bytes(32)
    steps = [
        (None, None),
        (FIRST, members.register_key(FIRST, thumbprint, purpose, 5, FAR)),
        (SECOND, members.confirm_key(FIRST, thumbprint, SECOND)),
        (FIRST, members.shrink_window(FIRST, thumbprint, 6, FAR - 1)),
        (FIRST, members.revoke_key(FIRST, thumbprint)),
    ]
    codes = []
    for agency, call in steps:
        number = (
            chain.engine.block_number() if call is None else members.submit(admins[agency], call).block_number
        )
        slot = chain.deployment.keys_slot
        proof = key_state_proof(chain.engine, members.address, FIRST, thumbprint, slot, number)
        header = parse_header(raw(proof["header"]))
        state = verify_key_state(
            proof,
            members_address=raw(members.address),
            code_hash=raw(chain.deployment.trust()["members"]["code_hash"]),
            keys_slot=slot,
            agency=FIRST,
            thumbprint=thumbprint,
            block_hash=header.block_hash,
        )
        kept = members.key_of(FIRST, thumbprint, number)
        assert dataclasses.astuple(state)[1:] == dataclasses.astuple(kept)[1:]
        codes.append(judge_key(state, header.time).code)
    assert codes == ["key-unknown", "key-unconfirmed", "", "", "key-revoked"]
    assert state.purpose == purpose.name.lower()
    assert state.confirmed_by == SECOND
    assert judge_key(state, state.revoked_at - 1).result in (Result.PROVED, Result.FAILED)


def test_the_node_is_read_without_trusting_it(chain, log, anchor):
    event = event_of(chain, log, anchor)
    record_log, members = raw(chain.contracts.record_log.address), raw(chain.contracts.members.address)
    with Rpc(chain.engine.url) as rpc:
        assert rpc.chain_id() == chain.deployment.chain_id
        assert rpc.genesis_hash() == raw(chain.deployment.genesis_hash)
        assert keccak256(rpc.code(members)) == raw(chain.deployment.members.code_hash)
        assert rpc.block_header(event.number) == event.header_rlp
        numbers = list(range(rpc.block_number() + 1))
        assert [parse_header(header).number for header in rpc.block_headers(numbers)] == numbers
        events = list(rpc.logs(record_log, [EVENT_TOPIC, log], 0, rpc.block_number()))
        assert [quantity(found["blockNumber"]) for found in events][-1] == event.number
        answer = rpc.storage_proof(
            members, key_slots(FIRST, b"\x01" * 32, chain.deployment.keys_slot), event.number
        )
        state = verify_key_state(
            {
                "contract": f"0x{members.hex()}",
                "header": f"0x{event.header_rlp.hex()}",
                "account_proof": answer["accountProof"],
                "storage_proof": [item["proof"] for item in answer["storageProof"]],
            },
            members_address=members,
            keys_slot=chain.deployment.keys_slot,
            agency=FIRST,
            thumbprint=b"\x01" * 32,
            block_hash=event.block_hash,
        )
    assert state.purpose is None
