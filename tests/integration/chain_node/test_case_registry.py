"""The binding of `CaseRegistry`, and proofs of its milestones, on both engines."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest
from gridwitness_chain import (
    Account,
    CaseRegistry,
    ProofMismatch,
    ReachedIn,
    Reverted,
    case_id,
    check_milestone_proof,
    check_receipt_proof,
    milestone_proof,
    milestone_proofs,
    settle,
)
from support.engines import FIRST, SECOND, AgencyChain, leaf

PROCEDURE = hashlib.sha256(b"procedure").digest()
EDGES = 1 << 1 | 1 << 10  # start to inquiry, inquiry to review
SUB = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def recorder(chain: AgencyChain) -> Account:
    account, registry = Account.random(), chain.contracts.case_registry
    chain.decide(registry.approve_procedure(PROCEDURE, EDGES))
    chain.decide(registry.appoint_recorder(FIRST, account.address))
    return account


@pytest.fixture(scope="module")
def reached(chain: AgencyChain, recorder: Account) -> list[ReachedIn]:
    """Two milestones of one case and the first of another, sent as one batch."""
    registry, transactions = chain.contracts.case_registry, chain.contracts.transactions
    other = case_id("f" * 32)
    calls = [
        registry.open(FIRST, case_id(SUB), PROCEDURE, 2026, 1, 2, leaf(1)),
        registry.open(FIRST, other, PROCEDURE, 2026, 2, 0, leaf(2)),
        registry.advance(FIRST, case_id(SUB), 1, "inquiry", 5, leaf(3)),
    ]
    signed = transactions.prepare_batch(recorder, registry.address, [call.data for call in calls])
    assert all(receipt and receipt.succeeded for receipt in settle(transactions, signed).values())
    places = [(case_id(SUB), 0), (other, 0), (case_id(SUB), 1)]
    return [ReachedIn(one.hash, FIRST, *place) for one, place in zip(signed, places, strict=True)]


def shown(chain: AgencyChain, proof: dict[str, Any]) -> Any:
    registry = chain.contracts.case_registry
    return check_milestone_proof(proof, chain_id=chain.deployment.chain_id, contract=registry.address)


def test_what_the_contract_tells(chain: AgencyChain, recorder: Account, reached: list[ReachedIn]) -> None:
    registry = chain.contracts.case_registry
    state = registry.case_of(FIRST, case_id(SUB))
    assert state is not None and (state.procedure, state.head, state.seq) == (PROCEDURE, leaf(3), 5)
    assert (state.index, state.number, state.year, state.milestone) == (1, 1, 2026, "inquiry")
    assert registry.case_of(SECOND, case_id(SUB)) is None
    assert (registry.count_of(FIRST, 2026), registry.count_of(FIRST, 2027)) == (2, 0)
    assert (registry.edges_of(PROCEDURE), registry.edges_of(leaf(9))) == (EDGES, 0)
    assert (registry.recorder_of(FIRST), registry.recorder_of(SECOND)) == (recorder.address, None)
    assert registry.is_seen(FIRST, leaf(2)) and not registry.is_seen(SECOND, leaf(2))
    start = chain.deployment.block
    events = list(registry.milestones(start))
    assert [(event.case_id, event.agency, event.index, event.milestone) for event in events] == [
        (case_id(SUB), FIRST, 0, "start"),
        (case_id("f" * 32), FIRST, 0, "start"),
        (case_id(SUB), FIRST, 1, "inquiry"),
    ]
    assert [event.transaction for event in events] == [one.transaction for one in reached]
    assert [event.index for event in registry.milestones(start, case_id=case_id(SUB))] == [0, 1]
    assert [(case.procedure, case.year, case.number) for case in registry.cases(start)] == [
        (PROCEDURE, 2026, 1),
        (PROCEDURE, 2026, 2),
    ]
    assert [(found.procedure, found.edges) for found in registry.procedures(start)] == [(PROCEDURE, EDGES)]
    assert [(found.agency, found.recorder) for found in registry.recorders(start)] == [
        (FIRST, recorder.address)
    ]


def test_refusals_come_with_their_values(
    chain: AgencyChain, recorder: Account, reached: list[ReachedIn]
) -> None:
    registry = chain.contracts.case_registry
    out_of_order = registry.advance(FIRST, case_id(SUB), 2, "decision", 6, leaf(7))
    with pytest.raises(Reverted) as refused:
        registry.submit(recorder, out_of_order)
    assert refused.value.error == "CaseRegistryEdgeRefused"
    assert (refused.value.arguments["from"], refused.value.arguments["to"]) == (2, 4)
    with pytest.raises(ValueError):
        registry.advance(FIRST, case_id(SUB), 2, "verdict", 6, leaf(7))


def test_milestones_are_proved_and_every_change_is_refused(
    chain: AgencyChain, reached: list[ReachedIn]
) -> None:
    registry = chain.contracts.case_registry
    proofs = milestone_proofs(chain.engine, registry.address, reached)
    assert [milestone_proof(chain.engine, registry.address, one) for one in reached] == proofs
    for one, proof in zip(reached, proofs, strict=True):
        found = shown(chain, json.loads(json.dumps(proof)))
        assert (found.case_id, found.agency, found.index) == (one.case_id, FIRST, one.index)
        block = chain.engine.rpc.block(found.block_number)
        assert (found.block_hash, found.block_time) == (block["hash"], int(block["timestamp"], 16))
    assert (found.milestone, found.seq, found.head) == ("inquiry", 5, leaf(3))
    opening = proofs[0]
    for name, value in {
        "chain_id": 1,
        "contract": chain.contracts.members.address,
        "header": proofs[2]["header"] if proofs[2]["header"] != opening["header"] else "0xc0",
        "receipt": proofs[2]["receipt"],
        "transaction_index": 77,
        "log_index": 0,  # CaseOpened
        "receipt_proof": [],
    }.items():
        changed = copy.deepcopy(opening)
        changed[name] = value
        with pytest.raises(ProofMismatch):
            shown(chain, changed)
    with pytest.raises(ProofMismatch):  # nor is it a tree head
        check_receipt_proof(opening, chain_id=chain.deployment.chain_id, contract=registry.address)


@pytest.mark.parametrize("change", [{"index": 7}, {"agency": SECOND}, {"case_id": bytes(32)}])
def test_a_transaction_that_did_something_else_proves_nothing(
    chain: AgencyChain, reached: list[ReachedIn], change: dict[str, Any]
) -> None:
    registry: CaseRegistry = chain.contracts.case_registry
    given = {name: getattr(reached[0], name) for name in ("transaction", "agency", "case_id", "index")}
    with pytest.raises(ProofMismatch):
        milestone_proof(chain.engine, registry.address, ReachedIn(**{**given, **change}))
    with pytest.raises(ProofMismatch):
        milestone_proof(
            chain.engine, registry.address, ReachedIn(**{**given, "transaction": "0x" + 64 * "7"})
        )
