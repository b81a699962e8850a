"""Block headers as RLP, rebuilt from what an RPC returns and believed only if they hash to the block's
hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import rlp
from eth_utils import keccak

from .encoding import decode_rlp, from_hex
from .errors import ProofMismatch

STATE_ROOT = 3
RECEIPTS_ROOT = 5
NUMBER = 8
TIME = 11
EXTRA_DATA = 12

# (RPC name, is a number); Yellow Paper order, then EIP-1559, 4895, 4844 (two), 4788 and 7685.
_FIELDS: tuple[tuple[str, bool], ...] = (
    ("parentHash", False),
    ("sha3Uncles", False),
    ("miner", False),
    ("stateRoot", False),
    ("transactionsRoot", False),
    ("receiptsRoot", False),
    ("logsBloom", False),
    ("difficulty", True),
    ("number", True),
    ("gasLimit", True),
    ("gasUsed", True),
    ("timestamp", True),
    ("extraData", False),
    ("mixHash", False),
    ("nonce", False),
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)
_BASE_FIELDS = 15


def header_rlp(block: Mapping[str, Any]) -> bytes:
    """Header RLP of a block from `eth_getBlockBy…`, seals included. Raises `ProofMismatch` if it is not that
    block.
    """
    items: list[bytes] = []
    for position, (name, is_number) in enumerate(_FIELDS):
        value = block.get(name)
        if value is None:
            if position < _BASE_FIELDS:
                raise ProofMismatch("header", f"the node gave no {name}")
            break
        items.append(_number(value) if is_number else from_hex(value, "header"))
    encoded: bytes = rlp.encode(items)
    expected = str(block.get("hash")).lower()
    if block_hash(encoded) != expected:
        raise ProofMismatch("header", f"the fields hash to {block_hash(encoded)}, the node says {expected}")
    return encoded


def block_hash(header: bytes) -> str:
    """The on-chain hash, `0x…`; in a QBFT header round and seals do not count (format.md §8)."""
    items = decode_header(header)
    extra = _qbft_extra(items[EXTRA_DATA])
    # Genesis (number 0) is hashed as it stands, seals or not.
    if extra is not None and items[NUMBER] != b"":
        items[EXTRA_DATA] = rlp.encode([extra[0], extra[1], extra[2], b"", []])
        return "0x" + keccak(rlp.encode(items)).hex()
    return "0x" + keccak(header).hex()


def decode_header(header: bytes) -> list[bytes]:
    """The header's items. Raises `ProofMismatch` unless they are 15 to 21 byte strings in canonical RLP."""
    items = decode_rlp(header, "header")
    if not isinstance(items, list) or not _BASE_FIELDS <= len(items) <= len(_FIELDS):
        raise ProofMismatch("header", "not a list of 15 to 21 items")
    if not all(isinstance(item, bytes) for item in items):
        raise ProofMismatch("header", "an item is not a byte string")
    for position in (STATE_ROOT, RECEIPTS_ROOT):
        if len(items[position]) != 32:
            raise ProofMismatch("header", f"item {position} is no hash")
    return items


def block_number(header: bytes) -> int:
    return int.from_bytes(decode_header(header)[NUMBER], "big")


def block_time(header: bytes) -> int:
    """Unix seconds."""
    return int.from_bytes(decode_header(header)[TIME], "big")


def _qbft_extra(extra: bytes) -> Sequence[Any] | None:
    """Its five items when the extra data is QBFT's: vanity, validators, vote, round, seals."""
    try:
        items = decode_rlp(extra, "header")
    except ProofMismatch:
        return None
    if not isinstance(items, list) or len(items) != 5:
        return None
    vanity, validators, vote, turn, seals = items
    shaped = (
        isinstance(vanity, bytes)
        and len(vanity) == 32
        and isinstance(validators, list)
        and isinstance(vote, list)
        and isinstance(turn, bytes)
        and isinstance(seals, list)
    )
    return items if shaped else None


def _number(value: Any) -> bytes:
    number = int(str(value), 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
