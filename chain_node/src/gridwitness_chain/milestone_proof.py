"""Proofs of `MilestoneReached` (format.md §7, §17): collected from raw RPC fields, checked before use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak

from .agency import AgencyRefused, agency_code, agency_word
from .case_registry import MILESTONE_REACHED, MILESTONES
from .encoding import word
from .engine import Engine
from .errors import ProofMismatch, RpcRefused
from .event_proof import Emission, Proof, check_event_proof, proof_in_block

MILESTONE_TOPIC = keccak(text="MilestoneReached(bytes32,bytes32,uint32,uint8,uint64,bytes32)")
_KIND = Emission(MILESTONE_REACHED, MILESTONE_TOPIC, topics=3, data_bytes=128)


@dataclass(frozen=True)
class ProvenMilestone:
    """What a milestone's proof shows; `block_time` in Unix seconds, `block_hash` `0x…`."""

    case_id: bytes
    agency: str
    index: int
    milestone: str
    seq: int
    head: bytes
    block_number: int
    block_hash: str
    block_time: int


@dataclass(frozen=True)
class ReachedIn:
    """Where a milestone was reached: `transaction` is `0x…`."""

    transaction: str
    agency: str
    case_id: bytes
    index: int


def milestone_proof(engine: Engine, contract: str, reached: ReachedIn) -> Proof:
    """Proof that `contract` accepted the milestone in this (final) transaction. Raises `ProofMismatch`."""
    return milestone_proofs(engine, contract, [reached])[0]


def milestone_proofs(engine: Engine, contract: str, reached: Sequence[ReachedIn]) -> list[Proof]:
    """As `milestone_proof`, for many, in as few exchanges as for one."""
    receipts = _all(engine, "eth_getTransactionReceipt", [one.transaction for one in reached])
    numbers = sorted({int(receipt["blockNumber"], 16) for receipt in receipts})
    found = _all(engine, "eth_getBlockByNumber", [hex(number) for number in numbers], False)
    blocks = dict(zip(numbers, found, strict=True))
    known = {str(receipt["transactionHash"]).lower(): receipt for receipt in receipts}
    others = [name.lower() for block in found for name in block["transactions"]]
    unknown = [name for name in others if name not in known]
    known |= dict(zip(unknown, _all(engine, "eth_getTransactionReceipt", unknown), strict=True))
    proofs = []
    for one, receipt in zip(reached, receipts, strict=True):
        block = blocks[int(receipt["blockNumber"], 16)]
        in_block = [known[name.lower()] for name in block["transactions"]]
        topics, start = (one.case_id, agency_word(one.agency)), word(one.index)
        proof = proof_in_block(engine, contract, _KIND, topics, block, receipt, in_block, data_start=start)
        check_milestone_proof(proof, chain_id=engine.chain_id, contract=contract)
        proofs.append(proof)
    return proofs


def _all(engine: Engine, method: str, names: Sequence[str], *more: object) -> list[dict[str, Any]]:
    """One object for each name. Raises `ProofMismatch` where the node does not have it."""
    found = engine.rpc.batch([(method, (name, *more)) for name in names])
    for name, answer in zip(names, found, strict=True):
        if isinstance(answer, RpcRefused):
            raise answer
        if not isinstance(answer, dict):
            raise ProofMismatch("receipt", f"the node does not have {name}")
    return found


def check_milestone_proof(proof: Mapping[str, Any], *, chain_id: int, contract: str) -> ProvenMilestone:
    """The milestone the proof shows for this contract. Raises `ProofMismatch` naming the step."""
    shown = check_event_proof(proof, _KIND, chain_id=chain_id, contract=contract)
    index, milestone, seq = (int.from_bytes(shown.data[at : at + 32], "big") for at in (0, 32, 64))
    if index >= 2**32 or seq >= 2**64 or not 1 <= milestone <= len(MILESTONES):
        raise ProofMismatch("event", "index, milestone and seq are not those of a case")
    try:
        agency = agency_code(shown.topics[2])
    except AgencyRefused as problem:
        raise ProofMismatch("event", problem.message) from problem
    if agency is None:
        raise ProofMismatch("event", "the event names no agency")
    return ProvenMilestone(
        shown.topics[1],
        agency,
        index,
        MILESTONES[milestone - 1],
        seq,
        shown.data[96:],
        shown.block_number,
        shown.block_hash,
        shown.block_time,
    )
