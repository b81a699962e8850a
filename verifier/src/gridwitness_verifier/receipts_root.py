"""The root of a block's receipts from the receipts a node gives (Yellow Paper, appendix D; EIP-2718).

With a header whose `receiptsRoot` it is, no event of the block can be left out, added or altered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import rlp_strict
from .errors import Unavailable, VerificationError
from .hexadecimal import parse_hex, quantity
from .keccak import keccak256
from .rlp_strict import Item
from .trie import EMPTY_ROOT

Path = tuple[int, ...]


def receipts_root(receipts: Sequence[Any]) -> bytes:
    """Root over a block's receipts, in order, as JSON-RPC gives them. Raises Unavailable `rpc-answer`."""
    pairs = []
    for index, receipt in enumerate(receipts):
        key = rlp_strict.encode(rlp_strict.from_integer(index))
        pairs.append((_nibbles(key), _value(receipt)))
    if not pairs:
        return EMPTY_ROOT
    return keccak256(rlp_strict.encode(_node(sorted(pairs))))


def _value(receipt: Any) -> bytes:
    """`[type byte] rlp([status, gas, bloom, logs])`."""
    try:
        kind = quantity(receipt.get("type", "0x0"))
        content: list[Item] = [
            rlp_strict.from_integer(quantity(receipt["status"])),
            rlp_strict.from_integer(quantity(receipt["cumulativeGasUsed"])),
            parse_hex(receipt["logsBloom"], name="logsBloom", length=256),
            [
                [
                    parse_hex(log["address"].lower(), name="address", length=20),
                    [parse_hex(topic, name="topic", length=32) for topic in log["topics"]],
                    parse_hex(log["data"], name="data"),
                ]
                for log in receipt["logs"]
            ],
        ]
    except (AttributeError, KeyError, TypeError, VerificationError) as error:
        raise Unavailable("rpc-answer", "the node gave a receipt without its form") from error
    encoded = rlp_strict.encode(content)
    return encoded if kind == 0 else bytes([kind & 0x7F]) + encoded


def _nibbles(key: bytes) -> Path:
    return tuple(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _node(pairs: Sequence[tuple[Path, bytes]]) -> list[Item]:
    """The node over these keys (sorted, all different, none a beginning of another)."""
    if len(pairs) == 1:
        path, value = pairs[0]
        return [_hex_prefix(path, leaf=True), value]
    first, last = pairs[0][0], pairs[-1][0]
    shared = 0
    while first[shared] == last[shared]:
        shared += 1
    if shared:
        below = _node([(path[shared:], value) for path, value in pairs])
        return [_hex_prefix(first[:shared], leaf=False), _reference(below)]
    branch: list[Item] = []
    for nibble in range(16):
        part = [(path[1:], value) for path, value in pairs if path[0] == nibble]
        branch.append(_reference(_node(part)) if part else b"")
    return [*branch, b""]


def _reference(node: list[Item]) -> Item:
    encoded = rlp_strict.encode(node)
    return node if len(encoded) < 32 else keccak256(encoded)


def _hex_prefix(path: Path, *, leaf: bool) -> bytes:
    flag = 2 * leaf + len(path) % 2
    nibbles = (flag, *path) if len(path) % 2 else (flag, 0, *path)
    return bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))
