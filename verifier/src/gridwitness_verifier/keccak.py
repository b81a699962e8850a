"""Keccak-256 as Ethereum uses it (the padding from before SHA-3)."""

from __future__ import annotations

from eth_hash.auto import keccak


def keccak256(data: bytes) -> bytes:
    """32 bytes."""
    return bytes(keccak(data))
