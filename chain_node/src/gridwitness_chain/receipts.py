"""Transaction receipts as the trie holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from trie import HexaryTrie

from .encoding import decode_rlp, from_hex
from .errors import ProofMismatch


@dataclass(frozen=True)
class ReceiptLog:
    """One log of a receipt: contract (20 bytes), topics (32 bytes each), data."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


def receipt_key(index: int) -> bytes:
    """Trie key of the transaction at `index` in its block."""
    key: bytes = rlp.encode(index)
    return key


def receipt_value(receipt: Mapping[str, Any]) -> bytes:
    """Trie value of a raw RPC receipt: EIP-2718 type byte (none for legacy) and the RLP list."""
    try:
        logs = [
            [
                from_hex(log["address"], "receipt"),
                [from_hex(topic, "receipt") for topic in log["topics"]],
                from_hex(log["data"], "receipt"),
            ]
            for log in receipt["logs"]
        ]
        status, used = int(receipt["status"], 16), int(receipt["cumulativeGasUsed"], 16)
        kind = int(receipt.get("type") or "0x0", 16)
        body: bytes = rlp.encode([status, used, from_hex(receipt["logsBloom"], "receipt"), logs])
    except (KeyError, TypeError, ValueError) as problem:
        raise ProofMismatch("receipt", f"the node's receipt is incomplete: {problem}") from problem
    return (bytes([kind]) if kind else b"") + body


def decode_receipt(value: bytes) -> tuple[bool, tuple[ReceiptLog, ...]]:
    """(succeeded, logs) of a trie value. Raises `ProofMismatch` for anything but one canonical receipt."""
    # EIP-2718: a first byte up to 0x7f is the type, a list starts at 0xc0.
    body = value[1:] if value[:1] and value[0] <= 0x7F else value
    try:
        status, _, _, logs = decode_rlp(body, "receipt")
        found = tuple(ReceiptLog(address, tuple(topics), data) for address, topics, data in logs)
    except (ValueError, TypeError) as problem:
        raise ProofMismatch("receipt", f"no canonical receipt: {problem}") from problem
    for log in found:
        words = all(isinstance(topic, bytes) and len(topic) == 32 for topic in log.topics)
        if (
            not isinstance(log.address, bytes)
            or len(log.address) != 20
            or not words
            or not isinstance(log.data, bytes)
        ):
            raise ProofMismatch("receipt", "a log has the wrong shape")
    return status == b"\x01", found


def receipts_trie(values: Sequence[bytes]) -> HexaryTrie:
    """The block's receipts trie from the values of all its transactions, in order."""
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie[receipt_key(index)] = value
    return trie


def proof_nodes(trie: HexaryTrie, index: int) -> list[bytes]:
    """RLP nodes from the root to the receipt, nodes that their parent embeds left out."""
    nodes = [rlp.encode(node) for node in trie.get_proof(receipt_key(index))]
    return [node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32]
