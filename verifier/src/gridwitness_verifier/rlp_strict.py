"""Recursive length prefix, canonical only (Ethereum Yellow Paper, appendix B)."""

from __future__ import annotations

from typing import TypeAlias

from .errors import VerificationError

Item: TypeAlias = "bytes | list[Item]"

MAXIMUM_BYTES = 2**24
MAXIMUM_DEPTH = 16


def decode(data: bytes) -> Item:
    """The one item these bytes encode; raises VerificationError `rlp` for anything not canonical."""
    if len(data) > MAXIMUM_BYTES:
        raise VerificationError("rlp", f"{len(data)} bytes of RLP; {MAXIMUM_BYTES} are allowed")
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise VerificationError("rlp", f"{len(data) - end} bytes after the item")
    return item


def decode_list(data: bytes) -> list[Item]:
    """As `decode`, for bytes that have to hold a list."""
    item = decode(data)
    if not isinstance(item, list):
        raise VerificationError("rlp", "text where a list has to be")
    return item


def encode(item: Item) -> bytes:
    """Canonical encoding."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _head(0x80, len(item)) + item
    body = b"".join(encode(member) for member in item)
    return _head(0xC0, len(body)) + body


def to_integer(item: Item, maximum_bytes: int = 32) -> int:
    """A big-endian number without leading zeroes; raises VerificationError `rlp`."""
    if not isinstance(item, bytes) or len(item) > maximum_bytes or item[:1] == b"\x00":
        raise VerificationError("rlp", "not a number without leading zeroes")
    return int.from_bytes(item, "big")


def from_integer(number: int) -> bytes:
    """Minimal big-endian bytes; 0 is empty."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _item(data: bytes, start: int, limit: int, depth: int) -> tuple[Item, int]:
    is_list, begin, end = _bounds(data, start, limit)
    if not is_list:
        return data[begin:end], end
    if depth == MAXIMUM_DEPTH:
        raise VerificationError("rlp", f"more than {MAXIMUM_DEPTH} lists inside one another")
    members: list[Item] = []
    position = begin
    while position < end:
        member, position = _item(data, position, end, depth + 1)
        members.append(member)
    return members, end


def _bounds(data: bytes, start: int, limit: int) -> tuple[bool, int, int]:
    """(is a list, first byte of the content, byte after it), never beyond `limit`."""
    if start >= limit:
        raise VerificationError("rlp", "no bytes where an item has to be")
    prefix = data[start]
    if prefix < 0x80:
        return False, start, start + 1
    is_list, offset = (True, 0xC0) if prefix >= 0xC0 else (False, 0x80)
    length, begin = prefix - offset, start + 1
    if length > 55:
        length_bytes = data[begin : begin + length - 55]
        begin += length - 55
        length = int.from_bytes(length_bytes, "big")
        if begin > limit or length_bytes[:1] == b"\x00" or length <= 55:
            raise VerificationError("rlp", f"a length not in its shortest form at byte {start}")
    end = begin + length
    if end > limit:
        raise VerificationError("rlp", f"an item at byte {start} runs over its end")
    if not is_list and length == 1 and data[begin] < 0x80:
        raise VerificationError("rlp", f"a single byte with a prefix at byte {start}")
    return is_list, begin, end


def _head(offset: int, length: int) -> bytes:
    if length <= 55:
        return bytes([offset + length])
    size = from_integer(length)
    return bytes([offset + 55 + len(size)]) + size
