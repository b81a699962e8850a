"""Proof that a contract emitted an event (format.md §7): header, receipt, and the trie between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .encoding import from_hex, to_hex
from .engine import Engine
from .errors import ProofMismatch, RpcRefused
from .headers import RECEIPTS_ROOT, block_hash, block_number, block_time, decode_header, header_rlp
from .receipts import decode_receipt, proof_nodes, receipt_key, receipt_value, receipts_trie
from .trie_proof import value_at

Proof = dict[str, Any]


@dataclass(frozen=True)
class Emission:
    """An event of one kind: its first topic, how many topics and bytes of data (None: any) it has."""

    name: str
    topic: bytes
    topics: int
    data_bytes: int | None


@dataclass(frozen=True)
class ProvenEvent:
    """What a proof shows of an event; `block_time` in Unix seconds, `block_hash` `0x…`."""

    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: str
    block_time: int


def event_proof(
    engine: Engine,
    contract: str,
    kind: Emission,
    topics: tuple[bytes, ...],
    transaction: str,
) -> Proof:
    """Proof that this (final) transaction made `contract` emit the event with these indexed arguments.
    Raises `ProofMismatch`.
    """
    receipt = engine.rpc.call("eth_getTransactionReceipt", transaction)
    if receipt is None:
        raise ProofMismatch("receipt", f"{transaction} is not mined")
    block = engine.rpc.block(int(receipt["blockNumber"], 16))
    return proof_in_block(engine, contract, kind, topics, block, receipt, _receipts(engine, block))


def proof_in_block(
    engine: Engine,
    contract: str,
    kind: Emission,
    topics: tuple[bytes, ...],
    block: Mapping[str, Any],
    receipt: Mapping[str, Any],
    receipts: Sequence[Mapping[str, Any]],
    *,
    data_start: bytes = b"",
) -> Proof:
    """As `event_proof`, from the block, the transaction's receipt and all of the block's, as the node gave
    them; `data_start` tells apart events of one transaction that have the same indexed arguments.
    """
    if block["hash"] != receipt["blockHash"]:
        raise ProofMismatch("header", "the block was replaced while it was read")
    header = header_rlp(block)
    values = [receipt_value(raw) for raw in receipts]
    trie = receipts_trie(values)
    if trie.root_hash != decode_header(header)[RECEIPTS_ROOT]:
        raise ProofMismatch("receipts", "the node's receipts do not give the header's receiptsRoot")
    index = int(receipt["transactionIndex"], 16)
    wanted = (kind.topic, *topics)
    proof: Proof = {
        "chain_id": engine.chain_id,
        "contract": contract.lower(),
        "header": to_hex(header),
        "transaction_index": index,
        "receipt": to_hex(values[index]),
        "receipt_proof": [to_hex(node) for node in proof_nodes(trie, index)],
        "log_index": _position(values[index], contract, kind, wanted, data_start),
    }
    shown = check_event_proof(proof, kind, chain_id=engine.chain_id, contract=contract)
    if (shown.topics, shown.block_hash) != (wanted, str(block["hash"]).lower()):
        raise ProofMismatch("receipt", "the proof shows another event")
    return proof


def check_event_proof(
    proof: Mapping[str, Any], kind: Emission, *, chain_id: int, contract: str
) -> ProvenEvent:
    """The event of this kind the proof shows for this contract. Raises `ProofMismatch` naming the step.

    Whether the block is on the chain is the caller's question: compare `block_hash` with a node or with
    seals.
    """
    # 1. It is about this chain and contract.
    if proof.get("chain_id") != chain_id or address_bytes(proof.get("contract")) != address_bytes(contract):
        raise ProofMismatch("contract", "the proof is about another chain or contract")
    # 2. The header gives hash, time and receipts root.
    header = from_hex(proof.get("header"), "header")
    items = decode_header(header)
    # 3. The receipt is in the trie.
    index, position = proof.get("transaction_index"), proof.get("log_index")
    if type(index) is not int or type(position) is not int or index < 0 or position < 0:
        raise ProofMismatch("receipt", "transaction_index and log_index are natural numbers")
    value = from_hex(proof.get("receipt"), "receipt")
    if value_at(items[RECEIPTS_ROOT], receipt_key(index), trie_nodes(proof.get("receipt_proof"))) != value:
        raise ProofMismatch("receipt", "the trie holds another receipt")
    # 4. The transaction succeeded and the log is the event.
    succeeded, logs = decode_receipt(value)
    if not succeeded or position >= len(logs):
        raise ProofMismatch("event", "the transaction failed or has no such log")
    log = logs[position]
    named = log.topics[:1] == (kind.topic,) and len(log.topics) == kind.topics
    if log.address != address_bytes(contract) or not named:
        raise ProofMismatch("event", f"the log is no {kind.name} of the contract")
    if kind.data_bytes is not None and len(log.data) != kind.data_bytes:
        raise ProofMismatch("event", f"the event's data are not {kind.data_bytes} bytes")
    return ProvenEvent(log.topics, log.data, block_number(header), block_hash(header), block_time(header))


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


def _position(
    value: bytes, contract: str, kind: Emission, wanted: tuple[bytes, ...], data_start: bytes
) -> int:
    for position, log in enumerate(decode_receipt(value)[1]):
        named = log.address == address_bytes(contract) and log.topics == wanted
        if named and log.data.startswith(data_start):
            return position
    raise ProofMismatch("event", f"the transaction emitted no such {kind.name}")


def trie_nodes(given: Any) -> list[bytes]:
    """A proof's list of trie nodes."""
    if not isinstance(given, list):
        raise ProofMismatch("trie", "the nodes are not a list")
    return [from_hex(node, "trie") for node in given]


def address_bytes(given: Any) -> bytes:
    """The 20 bytes of an address."""
    found = from_hex(given, "contract")
    if len(found) != 20:
        raise ProofMismatch("contract", "an address has 20 bytes")
    return found
