"""Proofs of `HotspotPublished` (format.md §7, §22): collected from raw RPC fields, checked before use."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils import keccak

from .agency import AgencyRefused, agency_code, agency_word
from .encoding import word
from .engine import Engine
from .errors import ProofMismatch
from .event_proof import Emission, Proof, check_event_proof, event_proof
from .hotspot_board import FAMILIES, HOTSPOT_PUBLISHED, BoardSnapshot

_SNAPSHOT = "(uint8,uint64,uint64,uint8,bytes32,bytes32,bytes32,bytes32)"
HOTSPOT_TOPIC = keccak(text=f"HotspotPublished(bytes32,uint32,{_SNAPSHOT},bytes32,bytes)")
_KIND = Emission(HOTSPOT_PUBLISHED, HOTSPOT_TOPIC, topics=3, data_bytes=None)


@dataclass(frozen=True)
class ProvenSnapshot:
    """What a snapshot's proof shows; `block_time` in Unix seconds, `block_hash` `0x…`."""

    agency: str
    number: int
    snapshot: BoardSnapshot
    result: bytes
    cells: bytes
    block_number: int
    block_hash: str
    block_time: int


def board_proof(engine: Engine, contract: str, agency: str, number: int, transaction: str) -> Proof:
    """Proof that `contract` accepted the snapshot in this (final) transaction. Raises `ProofMismatch`."""
    topics = (agency_word(agency), word(number))
    proof = event_proof(engine, contract, _KIND, topics, transaction)
    check_board_proof(proof, chain_id=engine.chain_id, contract=contract)
    return proof


def check_board_proof(proof: Mapping[str, Any], *, chain_id: int, contract: str) -> ProvenSnapshot:
    """The snapshot the proof shows for this contract. Raises `ProofMismatch` naming the step."""
    shown = check_event_proof(proof, _KIND, chain_id=chain_id, contract=contract)
    try:
        given, result, cells = decode([_SNAPSHOT, "bytes32", "bytes"], shown.data)
        agency = agency_code(shown.topics[1])
        snapshot = BoardSnapshot(FAMILIES[given[0]], *given[1:])
    except (DecodingError, AgencyRefused, IndexError) as problem:
        raise ProofMismatch("event", f"the event is no snapshot: {problem}") from problem
    number = int.from_bytes(shown.topics[2], "big")
    if agency is None or number >= 2**32 or hashlib.sha256(cells).digest() != result:
        raise ProofMismatch("event", "agency, number and result are not those of a snapshot")
    place = (shown.block_number, shown.block_hash, shown.block_time)
    return ProvenSnapshot(agency, number, snapshot, result, cells, *place)
