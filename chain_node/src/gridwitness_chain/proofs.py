"""Chain proofs (format.md §7): collected from raw RPC fields and checked before anyone gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak

from .agency import AgencyRefused, agency_code, agency_word
from .encoding import decode_rlp, from_hex, to_hex, word
from .engine import Engine
from .errors import ProofMismatch
from .event_proof import Emission, Proof, address_bytes, check_event_proof, event_proof, trie_nodes
from .headers import STATE_ROOT, decode_header, header_rlp
from .members import KeyState
from .trie_proof import value_at

TREE_HEAD_TOPIC = keccak(text="TreeHeadAnchored(bytes32,uint64,uint64,bytes32)")
TREE_HEAD_ANCHORED = Emission("TreeHeadAnchored", TREE_HEAD_TOPIC, topics=3, data_bytes=64)


@dataclass(frozen=True)
class AnchoredHead:
    """What a receipt proof shows; `block_time` in Unix seconds, `block_hash` `0x…`."""

    log_id: bytes
    old_size: int
    size: int
    root: bytes
    block_number: int
    block_hash: str
    block_time: int


def receipt_proof(engine: Engine, contract: str, transaction: str, log_id: bytes, size: int) -> Proof:
    """Proof that `contract` accepted the head of `size` in this (final) transaction. Raises
    `ProofMismatch`.
    """
    proof = event_proof(engine, contract, TREE_HEAD_ANCHORED, (log_id, word(size)), transaction)
    check_receipt_proof(proof, chain_id=engine.chain_id, contract=contract)
    return proof


def check_receipt_proof(proof: Mapping[str, Any], *, chain_id: int, contract: str) -> AnchoredHead:
    """The head the proof shows for this contract. Raises `ProofMismatch` naming the step.

    Whether the block is on the chain is the caller's question: compare `block_hash` with a node or with
    seals.
    """
    shown = check_event_proof(proof, TREE_HEAD_ANCHORED, chain_id=chain_id, contract=contract)
    old_size, size = int.from_bytes(shown.data[:32], "big"), int.from_bytes(shown.topics[2], "big")
    if not old_size < size < 2**64:
        raise ProofMismatch("event", "the sizes are not those of a growing log")
    return AnchoredHead(
        shown.topics[1],
        old_size,
        size,
        shown.data[32:],
        shown.block_number,
        shown.block_hash,
        shown.block_time,
    )


def key_state_proof(
    engine: Engine, contract: str, agency: str, thumbprint: bytes, keys_slot: int, block: int
) -> Proof:
    """Proof of one signing key's state in `Members` at a block. Raises `ProofMismatch`."""
    header = header_rlp(engine.rpc.block(block))
    slots = _slots(agency, thumbprint, keys_slot)
    answered = engine.rpc.call("eth_getProof", contract, [to_hex(word(slot)) for slot in slots], hex(block))
    try:
        by_slot = {int(entry["key"], 16): list(entry["proof"]) for entry in answered["storageProof"]}
        proof: Proof = {
            "contract": contract.lower(),
            "header": to_hex(header),
            "account_proof": list(answered["accountProof"]),
            "storage_proof": [by_slot[slot] for slot in slots],
        }
    except (KeyError, TypeError, ValueError) as problem:
        raise ProofMismatch("state", f"eth_getProof answered without {problem}") from problem
    check_key_state(proof, contract=contract, agency=agency, thumbprint=thumbprint, keys_slot=keys_slot)
    return proof


def check_key_state(
    proof: Mapping[str, Any], *, contract: str, agency: str, thumbprint: bytes, keys_slot: int
) -> KeyState:
    """The key's state at the proof's block (all zero = not registered). Raises `ProofMismatch`."""
    if address_bytes(proof.get("contract")) != address_bytes(contract):
        raise ProofMismatch("contract", "the proof is about another contract")
    items = decode_header(from_hex(proof.get("header"), "header"))
    account = value_at(
        items[STATE_ROOT], keccak(address_bytes(contract)), trie_nodes(proof.get("account_proof"))
    )
    if account is None:
        raise ProofMismatch("account", "there is no such contract in the state")
    storage = _storage_root(account)
    given = proof.get("storage_proof")
    if not isinstance(given, list) or len(given) != 3:
        raise ProofMismatch("storage", "not three proofs")
    slots = _slots(agency, thumbprint, keys_slot)
    first, second, third = (
        _slot_value(value_at(storage, keccak(word(slot)), trie_nodes(nodes)))
        for slot, nodes in zip(slots, given, strict=True)
    )
    return _key_state(first, second, third)


def _key_state(first: int, second: int, third: int) -> KeyState:
    """Unpack the three slots, from the least significant bit (format.md §7)."""
    mask = 2**64 - 1
    purpose, registered, confirmed, not_before = (
        first & 0xFF,
        first >> 8 & mask,
        first >> 72 & mask,
        first >> 136 & mask,
    )
    not_after, revoked, compromised, agencies = (second >> shift & mask for shift in (0, 64, 128, 192))
    if first >> 200:
        raise ProofMismatch("storage", "bits behind the packed fields")
    try:
        confirmer = agency_code(word(third))
    except AgencyRefused as problem:
        raise ProofMismatch("storage", problem.message) from problem
    return KeyState(
        purpose, registered, confirmed, not_before, not_after, revoked, compromised, agencies, confirmer
    )


def _slots(agency: str, thumbprint: bytes, keys_slot: int) -> list[int]:
    if len(thumbprint) != 32:
        raise ProofMismatch("storage", "a thumbprint has 32 bytes")
    base = int.from_bytes(keccak(thumbprint + keccak(agency_word(agency) + word(keys_slot))), "big")
    return [(base + offset) % 2**256 for offset in range(3)]


def _storage_root(account: bytes) -> bytes:
    try:
        _, _, storage, _ = decode_rlp(account, "account")
    except (ValueError, TypeError) as problem:
        raise ProofMismatch("account", f"no account: {problem}") from problem
    if not isinstance(storage, bytes) or len(storage) != 32:
        raise ProofMismatch("account", "its storage root is no hash")
    return storage


def _slot_value(value: bytes | None) -> int:
    if value is None:
        return 0
    number = decode_rlp(value, "storage")
    if not isinstance(number, bytes) or not 0 < len(number) <= 32 or number[0] == 0:
        raise ProofMismatch("storage", "a value is no number")
    return int.from_bytes(number, "big")
