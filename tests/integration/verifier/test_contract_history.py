"""Replaying contract events: what a node says is bounded, and has to be what the contracts can have done."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness_verifier import base64url
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.keccak import keccak256
from gridwitness_verifier.log.contract_events import TreeHeadAnchored, decode_event
from gridwitness_verifier.log.contract_history import replay

LOG_ID, THUMBPRINT = b"\x11" * 32, b"\x22" * 32
AGENCY, OTHER = "110101CG", "110102CG"


def word(value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(32, "big")
    return (value.encode() if isinstance(value, str) else value).ljust(32, b"\0")


def event(signature: str, topics: list[Any], data: list[Any], block: int, index: int = 0) -> dict[str, Any]:
    return {
        "blockNumber": hex(block),
        "blockHash": "0x" + word(block).hex(),
        "logIndex": hex(index),
        "transactionHash": "0x" + "ab" * 32,
        "topics": ["0x" + keccak256(signature.encode()).hex(), *("0x" + word(item).hex() for item in topics)],
        "data": "0x" + b"".join(map(word, data)).hex(),
    }


def anchored(old: int, new: int, block: int) -> dict[str, Any]:
    signature = "TreeHeadAnchored(bytes32,uint64,uint64,bytes32)"
    return event(signature, [LOG_ID, new], [old, b"\x33" * 32], block)


def closed(size: int, block: int) -> dict[str, Any]:
    return event(
        "LogClosed(bytes32,uint64,bytes32,bytes32)", [LOG_ID], [size, bytes(32), b"\x44" * 32], block
    )


def admitted(agency: str, block: int) -> dict[str, Any]:
    return event("AgencyAdmitted(bytes32,address)", [agency], [7], block)


def registered(block: int) -> dict[str, Any]:
    signature = "KeyRegistered(bytes32,bytes32,uint8,uint64,uint64,bytes32)"
    return event(signature, [AGENCY, THUMBPRINT], [1, 5, 1000, 0], block)


def confirmed(block: int) -> dict[str, Any]:
    return event("KeyConfirmed(bytes32,bytes32,bytes32)", [AGENCY, THUMBPRINT], [OTHER], block)


def shrunk(block: int) -> dict[str, Any]:
    return event("KeyWindowShrunk(bytes32,bytes32,uint64,uint64)", [AGENCY, THUMBPRINT], [6, 900], block)


def revoked(block: int) -> dict[str, Any]:
    return event("KeyRevoked(bytes32,bytes32,uint64)", [AGENCY, THUMBPRINT], [40], block)


def history(*logs: dict[str, Any]):
    events = [found for found in map(decode_event, logs) if found is not None]
    return replay(events, block=99, time=990, time_of=lambda number, _: number * 10)


def test_heads_in_order() -> None:
    log = history(anchored(0, 3, 1), anchored(3, 8, 2)).log(LOG_ID)
    assert [(head.size, head.time) for head in log.heads] == [(3, 10), (8, 20)]


@pytest.mark.parametrize("second", [anchored(2, 8, 2), anchored(3, 3, 2), anchored(0, 8, 2)])
def test_heads_no_contract_can_have_accepted(second: dict[str, Any]) -> None:
    with pytest.raises(VerificationError) as refused:
        history(anchored(0, 3, 1), second)
    assert refused.value.code == "event-order"


def test_a_closed_log_disowns_what_came_after_its_closing_head() -> None:
    log = history(anchored(0, 3, 1), anchored(3, 8, 2), closed(3, 4)).log(LOG_ID)
    assert [head.size for head in log.standing] == [3]
    assert [head.size for head in log.disowned] == [8]


def test_a_keys_life() -> None:
    keys = history(
        admitted(AGENCY, 1), admitted(OTHER, 1), registered(2), confirmed(3), shrunk(4), revoked(5)
    ).keys
    kid = base64url.encode(THUMBPRINT)
    assert keys.state(AGENCY, kid, 1).registered_at == 0
    state = keys.state(AGENCY, kid, 2)
    assert (state.purpose, state.registered_at, state.registered_agencies) == ("officer", 20, 2)
    assert (state.not_before, state.not_after, state.confirmed_at) == (5, 1000, 0)
    assert keys.state(AGENCY, kid, 3).confirmed_by == OTHER
    assert keys.state(AGENCY, kid, 4).not_after == 900
    latest = keys.state(AGENCY, kid)
    assert (latest.revoked_at, latest.compromised_since, latest.confirmed_at) == (50, 40, 30)
    assert keys.state(OTHER, kid).registered_at == 0


def test_one_agency_at_registration() -> None:
    keys = history(admitted(AGENCY, 1), registered(2), admitted(OTHER, 3)).keys
    assert keys.state(AGENCY, base64url.encode(THUMBPRINT)).registered_agencies == 1


def test_a_foreign_event_is_no_event() -> None:
    assert decode_event(event("Transfer(address,address,uint256)", [1, 2], [3], 1)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"blockNumber": "0x" + "f" * 17},
        {"blockNumber": 7},
        {"blockHash": "0xab"},
        {"topics": None},
        {"topics": ["0x12"]},
        {"data": "0x"},
        {"data": "0x" + "00" * 5000},
        {"data": "zz"},
        {"logIndex": None},
    ],
)
def test_hostile_events(change: dict[str, Any]) -> None:
    with pytest.raises(VerificationError) as refused:
        decode_event({**anchored(0, 3, 1), **change})
    assert refused.value.code == "event-form"


def test_an_origin_that_points_beyond_its_data() -> None:
    signature = "LogOpened(bytes32,bytes32,string,address,uint32,bytes32)"
    opened = event(signature, [LOG_ID, AGENCY], [128, 1, 60, 0, 2**200], 1)
    with pytest.raises(VerificationError):
        decode_event(opened)


def test_a_head_decodes() -> None:
    head = decode_event(anchored(3, 8, 2))
    assert isinstance(head, TreeHeadAnchored)
    assert (head.old_size, head.size, head.root) == (3, 8, b"\x33" * 32)
