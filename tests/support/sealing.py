"""Synthetic block headers and QBFT seals with test keys: as much of a chain as a verifier can tell apart.

Written from the public QBFT rules; uses nothing of the verifier, so that both have to agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import rlp
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey

BFT_MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
EMPTY_TRIE = keccak(rlp.encode(b""))
VANITY = b"\x00" * 32


def validator_keys(count: int) -> list[PrivateKey]:
    """`count` fixed keys, ordered by address as extraData wants it."""
    keys = [PrivateKey(keccak(b"validator %d" % number)) for number in range(count)]
    return sorted(keys, key=address_of)


def address_of(key: PrivateKey) -> bytes:
    """The 20-byte address of a key."""
    return key.public_key.to_canonical_address()


def number_bytes(number: int) -> bytes:
    """Minimal big-endian bytes, as RLP wants numbers."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


@dataclass
class BlockSpec:
    """A header to be made. `validators` empty = a chain without seals (Ganache)."""

    number: int = 12
    time: int = 1_772_415_120
    state_root: bytes = EMPTY_TRIE
    receipts_root: bytes = EMPTY_TRIE
    difficulty: int = 1
    mix_hash: bytes = BFT_MIX_HASH
    round: int = 0
    validators: list[PrivateKey] = field(default_factory=list)
    sealers: list[PrivateKey] | None = None
    named: list[bytes] | None = None
    coinbase: bytes | None = None
    vote: list = field(default_factory=list)

    def items(self, content: bytes) -> list[bytes]:
        """The 16 items of a London header around this extraData."""
        coinbase = self.coinbase
        if coinbase is None:
            coinbase = address_of(self.validators[0]) if self.validators else b"\x00" * 20
        return [
            keccak(b"parent of %d" % self.number),
            keccak(rlp.encode([])),
            coinbase,
            self.state_root,
            EMPTY_TRIE,
            self.receipts_root,
            b"\x00" * 256,
            number_bytes(self.difficulty),
            number_bytes(self.number),
            number_bytes(30_000_000),
            number_bytes(21_000),
            number_bytes(self.time),
            content,
            self.mix_hash,
            b"\x00" * 8,
            number_bytes(7),
        ]

    def extra_data(self, round_bytes: bytes, seals: list[bytes]) -> bytes:
        """QBFT extraData with this round and these seals."""
        named = [address_of(key) for key in self.validators] if self.named is None else self.named
        return rlp.encode([VANITY, named, self.vote, round_bytes, seals])

    def encode(self, *, change: dict[int, bytes] | None = None) -> bytes:
        """RLP of the header, sealed by `sealers` (default: all); `change` replaces items after sealing."""
        if not self.validators:
            items = self.items(b"")
            items[13] = self.mix_hash if self.mix_hash != BFT_MIX_HASH else keccak(b"mix")
        else:
            sealed = self.items(self.extra_data(number_bytes(self.round), []))
            digest = keccak(rlp.encode(sealed))
            sealers = self.validators if self.sealers is None else self.sealers
            seals = [seal(key, digest) for key in sealers]
            items = self.items(self.extra_data(number_bytes(self.round), seals))
        for position, value in (change or {}).items():
            items[position] = value
        return rlp.encode(items)

    def chain_hash(self) -> bytes:
        """The block hash the next block names as its parent."""
        if not self.validators:
            return keccak(self.encode())
        return keccak(rlp.encode(self.items(self.extra_data(b"", []))))


def seal(key: PrivateKey, digest: bytes) -> bytes:
    """A 65-byte commit seal: r, s, recovery id 0 or 1."""
    return key.sign_msg_hash(digest).to_bytes()
