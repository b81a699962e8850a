"""Ethereum block headers: the fields the verifier needs, and the two hashes of a QBFT header."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import rlp_strict
from .errors import VerificationError
from .keccak import keccak256
from .rlp_strict import Item

MAXIMUM_HEADER = 2**18
BFT_MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
MAXIMUM_VALIDATORS = 256

_EXTRA_DATA = 12
# Fixed byte lengths of the items that have one; the others are numbers or extraData.
_LENGTHS = {0: 32, 1: 32, 2: 20, 3: 32, 4: 32, 5: 32, 6: 256, 13: 32, 14: 8}
_NUMBERS = (7, 8, 9, 10, 11)


@dataclass(frozen=True, slots=True)
class ExtraData:
    """QBFT extraData: `[vanity, validators, vote, round, seals]`; addresses 20 bytes, seals 65 bytes."""

    vanity: bytes
    validators: tuple[bytes, ...]
    vote: Item
    round: int
    seals: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """A block header; `block_hash` is the one the chain uses (QBFT: without round and seals)."""

    block_hash: bytes
    number: int
    time: int
    parent_hash: bytes
    coinbase: bytes
    state_root: bytes
    receipts_root: bytes
    difficulty: int
    mix_hash: bytes
    qbft: ExtraData | None
    items: tuple[Item, ...]


def parse_header(header_rlp: bytes) -> Header:
    """Parse a header with its seals, as stored. Raises VerificationError `header-form` or `rlp`."""
    if len(header_rlp) > MAXIMUM_HEADER:
        raise VerificationError("header-form", f"a block header of {len(header_rlp)} bytes")
    items = rlp_strict.decode_list(header_rlp)
    if not 15 <= len(items) <= 32 or not all(isinstance(item, bytes) for item in items):
        raise VerificationError("header-form", "a block header has 15 or more items, all bytes")
    for position, length in _LENGTHS.items():
        if len(items[position]) != length:
            raise VerificationError("header-form", f"header item {position} does not have {length} bytes")
    difficulty, number, _, _, time = (rlp_strict.to_integer(items[position]) for position in _NUMBERS)
    if number >= 2**63 or time >= 2**63:
        raise VerificationError("header-form", "a block number or time beyond 2^63")
    header = Header(
        block_hash=keccak256(header_rlp),
        number=number,
        time=time,
        parent_hash=_bytes(items[0]),
        coinbase=_bytes(items[2]),
        state_root=_bytes(items[3]),
        receipts_root=_bytes(items[5]),
        difficulty=difficulty,
        mix_hash=_bytes(items[13]),
        qbft=None,
        items=tuple(items),
    )
    if header.mix_hash != BFT_MIX_HASH or number == 0:
        return header
    qbft = _extra_data(_bytes(items[_EXTRA_DATA]))
    return header if qbft is None else replace(header, qbft=qbft, block_hash=_chain_hash(header, qbft))


def seal_hash(header: Header, extra: ExtraData) -> bytes:
    """What QBFT validators sign: the header with `[vanity, validators, vote, round, []]`."""
    return _hash_with(header, extra, rlp_strict.from_integer(extra.round))


def _chain_hash(header: Header, extra: ExtraData) -> bytes:
    # Round 0 is put in place of the real round, so that nodes with other rounds agree on the hash.
    return _hash_with(header, extra, b"")


def _hash_with(header: Header, extra: ExtraData, round_bytes: bytes) -> bytes:
    content: list[Item] = [extra.vanity, list(extra.validators), extra.vote, round_bytes, []]
    items = list(header.items)
    items[_EXTRA_DATA] = rlp_strict.encode(content)
    return keccak256(rlp_strict.encode(items))


def _extra_data(data: bytes) -> ExtraData | None:
    """QBFT extraData, or None when it has another form (IBFT 2.0 writes the vote and the round otherwise)."""
    try:
        content = rlp_strict.decode_list(data)
        if len(content) != 5:
            return None
        vanity, validators, vote, round_item, seals = content
        if not isinstance(vanity, bytes) or len(vanity) != 32 or not isinstance(vote, list):
            return None
        return ExtraData(
            vanity,
            _fixed(validators, 20),
            vote,
            rlp_strict.to_integer(round_item, maximum_bytes=4),
            _fixed(seals, 65),
        )
    except VerificationError:
        return None


def _fixed(items: Item, length: int) -> tuple[bytes, ...]:
    if not isinstance(items, list) or len(items) > MAXIMUM_VALIDATORS:
        raise VerificationError("header-form", "not a list, or one too long")
    values = tuple(_bytes(item) for item in items)
    if any(len(value) != length for value in values):
        raise VerificationError("header-form", f"an item that is not {length} bytes")
    return values


def _bytes(item: Item) -> bytes:
    if not isinstance(item, bytes):
        raise VerificationError("header-form", "a list where bytes have to be")
    return item
