"""Receipt proofs: an event of a contract is in a block (docs/format.md section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import rlp_strict
from .claims import is_integer
from .errors import VerificationError
from .header import Header, parse_header
from .hexadecimal import parse_hex
from .keccak import keccak256
from .rlp_strict import Item
from .trie import MAXIMUM_NODES, verify_proof

EVENT_TOPIC = keccak256(b"TreeHeadAnchored(bytes32,uint64,uint64,bytes32)")
_MEMBERS = frozenset(
    ["chain_id", "contract", "header", "transaction_index", "receipt", "receipt_proof", "log_index"]
)


@dataclass(frozen=True, slots=True)
class AnchorEvent:
    """A tree head the contract accepted: in which block (number, Unix time, hash), sizes, root (32 bytes)."""

    block_hash: bytes
    number: int
    time: int
    old_size: int
    new_size: int
    root: bytes
    state_root: bytes
    header_rlp: bytes


@dataclass(frozen=True, slots=True)
class ProvedEvent:
    """Topics (32 bytes each) and data of one event of a contract; `index` = its place in `logs`.

    `logs` are all events of its receipt as they stand in it, those of other contracts too.
    """

    header: Header
    header_rlp: bytes
    index: int
    topics: tuple[bytes, ...]
    data: bytes
    logs: tuple[Item, ...]


def verify_receipt_proof(
    proof: Any, *, record_log_address: bytes, log_id: bytes, chain_id: int | None = None
) -> AnchorEvent:
    """The `TreeHeadAnchored` event that `proof` (the JSON object of section 7) shows.

    `record_log_address` is 20 bytes and `log_id` SHA-256 of the log's origin, both from the trust file, as is
    `chain_id`. That the block itself is on the chain is not shown here (seals: `qbft.verify_seals`).
    Raises VerificationError: `anchor-form`, `anchor-chain`, `anchor-contract`, `anchor-receipt`,
    `anchor-status`, `anchor-event`, `header-form`, `rlp`, `trie`, `hex`.
    """
    event = prove_event(proof, address=record_log_address, name="RecordLog", chain_id=chain_id)
    if len(event.topics) != 3 or event.topics[0] != EVENT_TOPIC:
        raise VerificationError("anchor-event", "not a TreeHeadAnchored event")
    if event.topics[1] != log_id:
        raise VerificationError("anchor-log", "the event is of another log")
    old_size, new_size, root = _sizes_and_root(event.topics[2], event.data)
    header = event.header
    return AnchorEvent(
        header.block_hash,
        header.number,
        header.time,
        old_size,
        new_size,
        root,
        header.state_root,
        event.header_rlp,
    )


def prove_event(proof: Any, *, address: bytes, name: str, chain_id: int | None = None) -> ProvedEvent:
    """Any event of the contract `name` at `address` (20 bytes) that a receipt proof shows.

    Raises VerificationError as `verify_receipt_proof` does.
    """
    # 1. form
    if not isinstance(proof, dict) or not proof.keys() >= _MEMBERS:
        raise VerificationError("anchor-form", f"a receipt proof has {', '.join(sorted(_MEMBERS))}")
    # 2. chain and contract are those of the trust file
    if not is_integer(proof["chain_id"], 0) or chain_id not in (None, proof["chain_id"]):
        raise VerificationError("anchor-chain", f"the proof is not of chain {chain_id}")
    if parse_hex(proof["contract"], name="contract") != address:
        raise VerificationError("anchor-contract", f"the event is not of {name} 0x{address.hex()}")
    # 3. the receipt is in the block
    header_rlp = parse_hex(proof["header"], name="header")
    header = parse_header(header_rlp)
    receipt = _prove_receipt(proof, header.receipts_root)
    # 4. the event is in the receipt
    logs, index = _logs(receipt), proof["log_index"]
    if not is_integer(index, 0, len(logs) - 1):
        raise VerificationError("anchor-event", "log_index names no event of the receipt")
    found, topics, data = read_log(logs[index])
    if found != address:
        raise VerificationError("anchor-contract", "the event was made by another contract")
    return ProvedEvent(header, header_rlp, index, topics, data, tuple(logs))


def read_log(log: Item) -> tuple[bytes, tuple[bytes, ...], bytes]:
    """Address, topics and data of an event of a receipt; raises VerificationError `anchor-event`."""
    if not isinstance(log, list) or len(log) != 3:
        raise VerificationError("anchor-event", "an event is address, topics and data")
    address, topics, data = log
    if not isinstance(address, bytes) or not isinstance(data, bytes) or not isinstance(topics, list):
        raise VerificationError("anchor-event", "an event is address, topics and data")
    words = tuple(topic for topic in topics if isinstance(topic, bytes) and len(topic) == 32)
    if len(words) != len(topics):
        raise VerificationError("anchor-event", "a topic is 32 bytes")
    return address, words, data


def parse_nodes(value: Any, name: str) -> list[bytes]:
    """Trie nodes from an array of hex text; raises VerificationError."""
    if not isinstance(value, list) or len(value) > MAXIMUM_NODES:
        raise VerificationError("trie", f"{name} is not an array of at most {MAXIMUM_NODES} nodes")
    return [parse_hex(node, name=name) for node in value]


def _prove_receipt(proof: dict[str, Any], receipts_root: bytes) -> bytes:
    index = proof["transaction_index"]
    if not is_integer(index, 0, 2**32):
        raise VerificationError("anchor-form", "transaction_index is not a small number")
    receipt = parse_hex(proof["receipt"], name="receipt")
    key = rlp_strict.encode(rlp_strict.from_integer(index))
    value = verify_proof(receipts_root, key, parse_nodes(proof["receipt_proof"], "receipt_proof"))
    if value is None or value != receipt:
        raise VerificationError("anchor-receipt", f"transaction {index} of the block has another receipt")
    return receipt


def _sizes_and_root(topic: bytes, data: bytes) -> tuple[int, int, bytes]:
    """Old size, new size and root: the topic is the new size, the data `oldSize ‖ root`."""
    if len(data) != 64:
        raise VerificationError("anchor-event", "data of the event does not have its form")
    old_size, new_size = _size(data[:32]), _size(topic)
    if old_size >= new_size:
        raise VerificationError("anchor-event", f"a log that grows from {old_size} to {new_size}")
    return old_size, new_size, data[32:]


def _logs(receipt: bytes) -> list[Item]:
    """The events of a receipt: `[type byte] rlp([status, gas, bloom, logs])` (EIP-2718, EIP-658)."""
    typed = bool(receipt) and receipt[0] < 0x80
    content = rlp_strict.decode_list(receipt[1:] if typed else receipt)
    if len(content) != 4 or not isinstance(content[3], list):
        raise VerificationError("anchor-event", "a receipt is status, gas, bloom and logs")
    if content[0] != b"\x01":
        raise VerificationError("anchor-status", "the transaction failed")
    return content[3]


def _size(word: bytes) -> int:
    size = int.from_bytes(word, "big")
    if size >= 2**64:
        raise VerificationError("anchor-event", "a size beyond 64 bits")
    return size
