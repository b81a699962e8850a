"""Strict RLP and hex: one way to write a value, anything else is a `ProofMismatch`."""

from __future__ import annotations

from typing import Any

import rlp
from rlp.exceptions import RLPException

from .errors import ProofMismatch


def decode_rlp(data: bytes, step: str) -> Any:
    """Byte strings and lists of the canonical RLP in `data`, nothing behind it."""
    try:
        return rlp.decode(data, strict=True)
    except (RLPException, ValueError, TypeError, IndexError, RecursionError) as problem:
        raise ProofMismatch(step, f"no canonical RLP: {problem}") from problem


def from_hex(given: object, step: str) -> bytes:
    """Bytes of a `0x…` string."""
    if not isinstance(given, str) or not given.startswith("0x"):
        raise ProofMismatch(step, "not a 0x string")
    try:
        found = bytes.fromhex(given[2:])
    except ValueError as problem:
        raise ProofMismatch(step, "not hexadecimal") from problem
    if len(given) != 2 + 2 * len(found):
        raise ProofMismatch(step, "white space in hexadecimal")
    return found


def to_hex(data: bytes) -> str:
    return "0x" + data.hex()


def word(number: int) -> bytes:
    """32 bytes, big-endian."""
    return number.to_bytes(32, "big")
