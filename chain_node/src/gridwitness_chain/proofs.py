"""Chain proofs (format.md §7): collected from raw RPC fields and checked before anyone gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak

from .agency import AgencyRefused, agency_code, agency_word
from .encoding import decode_rlp, from_hex, to_hex, word
from .engine import Engine
from .errors import ProofMismatch, RpcRefused
from .headers import (
    RECEIPTS_ROOT,
    STATE_ROOT,
    block_hash,
    block_number,
    block_time,
    decode_header,
    header_rlp,
)
from .members import KeyState
from .receipts import decode_receipt, proof_nodes, receipt_key, receipt_value, receipts_trie
from .trie_proof import value_at

TREE_HEAD_TOPIC = keccak(text="TreeHeadAnchored(bytes32,uint64,uint64,bytes32)")

Proof = dict[str, Any]


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
    receipt = engine.rpc.call("eth_getTransactionReceipt", transaction)
    if receipt is None:
        raise ProofMismatch("receipt", f"{transaction} is not mined")
    block = engine.rpc.block(int(receipt["blockNumber"], 16))
    if block["hash"] != receipt["blockHash"]:
        raise ProofMismatch("header", "the block was replaced while it was read")
    header = header_rlp(block)
    values = [receipt_value(raw) for raw in _receipts(engine, block)]
    trie = receipts_trie(values)
    if trie.root_hash != decode_header(header)[RECEIPTS_ROOT]:
        raise ProofMismatch("receipts", "the node's receipts do not give the header's receiptsRoot")
    index = int(receipt["transactionIndex"], 16)
    proof: Proof = {
        "chain_id": engine.chain_id,
        "contract": contract.lower(),
        "header": to_hex(header),
        "transaction_index": index,
        "receipt": to_hex(values[index]),
        "receipt_proof": [to_hex(node) for node in proof_nodes(trie, index)],
        "log_index": _position(values[index], contract, log_id, size),
    }
    shown = check_receipt_proof(proof, chain_id=engine.chain_id, contract=contract)
    if (shown.log_id, shown.size, shown.block_hash) != (log_id, size, str(block["hash"]).lower()):
        raise ProofMismatch("receipt", "the proof shows another head")
    return proof


def check_receipt_proof(proof: Mapping[str, Any], *, chain_id: int, contract: str) -> AnchoredHead:
    """The head the proof shows for this contract. Raises `ProofMismatch` naming the step.

    Whether the block is on the chain is the caller's question: compare `block_hash` with a node or with
    seals.
    """
    # 1. It is about this chain and contract.
    if proof.get("chain_id") != chain_id or _address(proof.get("contract")) != _address(contract):
        raise ProofMismatch("contract", "the proof is about another chain or contract")
    # 2. The header gives hash, time and receipts root.
    header = from_hex(proof.get("header"), "header")
    items = decode_header(header)
    # 3. The receipt is in the trie.
    index, position = proof.get("transaction_index"), proof.get("log_index")
    if type(index) is not int or type(position) is not int or index < 0 or position < 0:
        raise ProofMismatch("receipt", "transaction_index and log_index are natural numbers")
    value = from_hex(proof.get("receipt"), "receipt")
    if value_at(items[RECEIPTS_ROOT], receipt_key(index), _nodes(proof.get("receipt_proof"))) != value:
        raise ProofMismatch("receipt", "the trie holds another receipt")
    # 4. The transaction succeeded and the log is the event.
    succeeded, logs = decode_receipt(value)
    if not succeeded or position >= len(logs):
        raise ProofMismatch("event", "the transaction failed or has no such log")
    log = logs[position]
    if log.address != _address(contract) or log.topics[:1] != (TREE_HEAD_TOPIC,) or len(log.topics) != 3:
        raise ProofMismatch("event", "the log is no TreeHeadAnchored of the contract")
    if len(log.data) != 64:
        raise ProofMismatch("event", "the event's data are not 64 bytes")
    old_size, size = int.from_bytes(log.data[:32], "big"), int.from_bytes(log.topics[2], "big")
    if not old_size < size < 2**64:
        raise ProofMismatch("event", "the sizes are not those of a growing log")
    return AnchoredHead(
        log.topics[1],
        old_size,
        size,
        log.data[32:],
        block_number(header),
        block_hash(header),
        block_time(header),
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
    if _address(proof.get("contract")) != _address(contract):
        raise ProofMismatch("contract", "the proof is about another contract")
    items = decode_header(from_hex(proof.get("header"), "header"))
    account = value_at(items[STATE_ROOT], keccak(_address(contract)), _nodes(proof.get("account_proof")))
    if account is None:
        raise ProofMismatch("account", "there is no such contract in the state")
    storage = _storage_root(account)
    given = proof.get("storage_proof")
    if not isinstance(given, list) or len(given) != 3:
        raise ProofMismatch("storage", "not three proofs")
    slots = _slots(agency, thumbprint, keys_slot)
    first, second, third = (
        _slot_value(value_at(storage, keccak(word(slot)), _nodes(nodes)))
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


def _receipts(engine: Engine, block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All receipts of the block, in order; one by one where the node has no `eth_getBlockReceipts`."""
    names = block["transactions"]
    if engine.profile.block_receipts:
        try:
            found = engine.rpc.call("eth_getBlockReceipts", block["number"])
            if isinstance(found, list) and len(found) == len(names):
                return sorted(found, key=lambda raw: int(raw["transactionIndex"], 16))
        except RpcRefused:
            pass  # not every release has it, and one by one always works
    return [engine.rpc.call("eth_getTransactionReceipt", name) for name in names]


def _position(value: bytes, contract: str, log_id: bytes, size: int) -> int:
    wanted = (TREE_HEAD_TOPIC, log_id, word(size))
    for position, log in enumerate(decode_receipt(value)[1]):
        if log.address == _address(contract) and log.topics == wanted:
            return position
    raise ProofMismatch("event", f"the transaction did not anchor size {size} of log {log_id.hex()}")


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


def _nodes(given: Any) -> list[bytes]:
    if not isinstance(given, list):
        raise ProofMismatch("trie", "the nodes are not a list")
    return [from_hex(node, "trie") for node in given]


def _address(given: Any) -> bytes:
    found = from_hex(given, "contract")
    if len(found) != 20:
        raise ProofMismatch("contract", "an address has 20 bytes")
    return found
