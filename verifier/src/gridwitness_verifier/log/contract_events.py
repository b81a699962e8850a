"""Events of `RecordLog` and `Members` as an RPC gives them, decoded and bounded (an RPC answer is
hostile input).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gridwitness_verifier.claims import AGENCY
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.keccak import keccak256
from gridwitness_verifier.registry_event import RegistryEvent, decode_registry_event

_LOG_OPENED = keccak256(b"LogOpened(bytes32,bytes32,string,address,uint32,bytes32)")
_TREE_HEAD_ANCHORED = keccak256(b"TreeHeadAnchored(bytes32,uint64,uint64,bytes32)")
_LOG_CLOSED = keccak256(b"LogClosed(bytes32,uint64,bytes32,bytes32)")
_KEY_REGISTERED = keccak256(b"KeyRegistered(bytes32,bytes32,uint8,uint64,uint64,bytes32)")
_KEY_CONFIRMED = keccak256(b"KeyConfirmed(bytes32,bytes32,bytes32)")
_KEY_SHRUNK = keccak256(b"KeyWindowShrunk(bytes32,bytes32,uint64,uint64)")
_KEY_REVOKED = keccak256(b"KeyRevoked(bytes32,bytes32,uint64)")
_AGENCY_ADMITTED = keccak256(b"AgencyAdmitted(bytes32,address)")
_AGENCY_REMOVED = keccak256(b"AgencyRemoved(bytes32)")

_MAXIMUM_DATA = 4096


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event stands: block number and hash (32 bytes), its place in the block, its
    transaction (32 bytes).
    """

    block: int
    block_hash: bytes
    index: int
    transaction: bytes


@dataclass(frozen=True, slots=True)
class LogOpened:
    """A log was opened; `log_id` and `predecessor` are 32 bytes, the latter None for an agency's
    first log.
    """

    at: Position
    log_id: bytes
    agency: str
    origin: str
    maximum_merge_delay: int
    predecessor: bytes | None


@dataclass(frozen=True, slots=True)
class TreeHeadAnchored:
    """The contract accepted a tree head."""

    at: Position
    log_id: bytes
    old_size: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class LogClosed:
    """A log was closed at a head it had; what the contract accepted beyond it counts no more."""

    at: Position
    log_id: bytes
    size: int
    root: bytes
    successor: bytes


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """A change of one signing key. `kind` is registered, confirmed, shrunk or revoked;
    unused members are 0.
    """

    at: Position
    kind: str
    agency: str
    thumbprint: bytes
    purpose: int = 0
    not_before: int = 0
    not_after: int = 0
    compromised_since: int = 0
    confirmer: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyEvent:
    """An agency joined (`change` 1) or left (−1)."""

    at: Position
    agency: str
    change: int


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """An event of `CaseRegistry`."""

    at: Position
    event: RegistryEvent


Event = LogOpened | TreeHeadAnchored | LogClosed | KeyEvent | AgencyEvent | CaseEvent


def decode_event(log: Any) -> Event | None:
    """One element of `eth_getLogs`, or None for an event that no check uses.
    Raises VerificationError `event-form`.
    """
    try:
        at = Position(
            _quantity(log["blockNumber"]),
            _hex(log["blockHash"], 32),
            _quantity(log["logIndex"]),
            _hex(log["transactionHash"], 32),
        )
        topics = [_hex(topic, 32) for topic in log["topics"]]
        data = _hex(log["data"], None)
        return _decode(at, topics, data) if topics else None
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise VerificationError(
            "event-form", f"the RPC gave an event without its form: {error!r:.80}"
        ) from error


def _decode(at: Position, topics: list[bytes], data: bytes) -> Event | None:
    words = [data[start : start + 32] for start in range(0, len(data), 32)]
    numbers = [int.from_bytes(word, "big") for word in words]
    if topics[0] == _TREE_HEAD_ANCHORED:
        return TreeHeadAnchored(at, topics[1], numbers[0], int.from_bytes(topics[2], "big"), words[1])
    if topics[0] == _LOG_OPENED:
        predecessor = None if words[3] == bytes(32) else words[3]
        return LogOpened(at, topics[1], _agency(topics[2]), _text(data, numbers[0]), numbers[2], predecessor)
    if topics[0] == _LOG_CLOSED:
        return LogClosed(at, topics[1], numbers[0], words[1], words[2])
    registered = decode_registry_event(topics, data)
    if registered is not None:
        return CaseEvent(at, registered)
    return _decode_member_event(at, topics, words, numbers)


def _decode_member_event(
    at: Position, topics: list[bytes], words: list[bytes], numbers: list[int]
) -> KeyEvent | AgencyEvent | None:
    if topics[0] in (_AGENCY_ADMITTED, _AGENCY_REMOVED):
        return AgencyEvent(at, _agency(topics[1]), 1 if topics[0] == _AGENCY_ADMITTED else -1)
    if topics[0] not in (_KEY_REGISTERED, _KEY_CONFIRMED, _KEY_SHRUNK, _KEY_REVOKED):
        return None
    agency, thumbprint = _agency(topics[1]), topics[2]
    if topics[0] == _KEY_REGISTERED:
        return KeyEvent(
            at,
            "registered",
            agency,
            thumbprint,
            purpose=numbers[0],
            not_before=numbers[1],
            not_after=numbers[2],
        )
    if topics[0] == _KEY_CONFIRMED:
        return KeyEvent(at, "confirmed", agency, thumbprint, confirmer=_agency(words[0]))
    if topics[0] == _KEY_SHRUNK:
        return KeyEvent(at, "shrunk", agency, thumbprint, not_before=numbers[0], not_after=numbers[1])
    return KeyEvent(at, "revoked", agency, thumbprint, compromised_since=numbers[0])


def _quantity(value: Any) -> int:
    number = int(value, 16) if isinstance(value, str) and len(value) <= 18 else -1
    if not 0 <= number < 2**63:
        raise ValueError("not a quantity")
    return number


def _hex(value: Any, length: int | None) -> bytes:
    if not isinstance(value, str) or not value.startswith("0x") or len(value) > 2 + 2 * _MAXIMUM_DATA:
        raise ValueError("not hex")
    data = bytes.fromhex(value[2:])
    if length is not None and len(data) != length:
        raise ValueError("hex of another length")
    return data


def _agency(word: bytes) -> str:
    text = word.rstrip(b"\0").decode("ascii")
    if not AGENCY.match(text):
        raise ValueError("not an agency code")
    return text


def _text(data: bytes, offset: int) -> str:
    length = int.from_bytes(data[offset : offset + 32], "big")
    if offset + 32 + length > len(data):
        raise ValueError("text beyond the data")
    return data[offset + 32 : offset + 32 + length].decode("utf-8")
