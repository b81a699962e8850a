"""Contract bindings against a node that says what it likes: everything that goes wrong is a `ChainError`."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak, to_checksum_address
from gridwitness_chain import (
    ArtifactMissing,
    ChainError,
    MalformedAnswer,
    Members,
    Receipt,
    RecordLog,
    RemoteEngine,
    Reverted,
    RpcRefused,
    Transactions,
    Unreachable,
    load_artifact,
)
from support.rpc_peer import Peer

ADDRESS = to_checksum_address("0x" + "ab" * 20)
OTHER = "0x" + "cd" * 20
LOG, ROOT = bytes(range(32)), b"\7" * 32
HEAD_TOPIC = "0x" + keccak(text="TreeHeadAnchored(bytes32,uint64,uint64,bytes32)").hex()
APPEND = "append(bytes32,uint64,uint64,bytes32,bytes32[])"


@pytest.fixture
def record_log(peer: Peer) -> RecordLog:
    return RecordLog(Transactions(RemoteEngine(peer.url)), load_artifact("RecordLog"), ADDRESS)


@pytest.fixture
def members(peer: Peer) -> Members:
    return Members(Transactions(RemoteEngine(peer.url)), load_artifact("Members"), ADDRESS)


def selector(signature: str) -> bytes:
    return bytes(keccak(text=signature)[:4])


def head_log(**changes: Any) -> dict[str, Any]:
    """A TreeHeadAnchored as a node gives it."""
    return {
        "address": ADDRESS.lower(),
        "topics": [HEAD_TOPIC, "0x" + LOG.hex(), "0x" + encode(["uint64"], [9]).hex()],
        "data": "0x" + encode(["uint64", "bytes32"], [4, ROOT]).hex(),
        "blockNumber": "0x10",
        "blockHash": "0x" + "Ee" * 32,
        "transactionHash": "0x" + "dD" * 32,
        "transactionIndex": "0x0",
        "logIndex": "0x3",
        **changes,
    }


def receipt_with(log: dict[str, Any]) -> Receipt:
    return Receipt("0x" + "dd" * 32, True, 16, "0x" + "ee" * 32, 0, 1, None, ({**log, "address": OTHER}, log))


def test_call_data_are_those_of_the_abi(record_log: RecordLog, peer: Peer) -> None:
    call = record_log.append(LOG, 4, 9, ROOT, [ROOT, LOG])
    types = ["bytes32", "uint64", "uint64", "bytes32", "bytes32[]"]
    assert call.data == selector(APPEND) + encode(types, [LOG, 4, 9, ROOT, [ROOT, LOG]])
    assert (call.contract, call.name, peer.requests) == (ADDRESS, "RecordLog.append", [])
    artifact, words = load_artifact("Members"), [b"A" * 32]
    creation = Members(record_log.transactions, artifact, "").creation(bytes(16), words, [OTHER])
    assert creation == artifact.creation_code + encode(
        ["bytes16", "bytes32[]", "address[]"], [bytes(16), words, [OTHER]]
    )


def test_an_address_counts_in_any_spelling_and_a_name_is_never_looked_up(
    members: Members, peer: Peer
) -> None:
    spelled = members.admit_agency("110105CG01", to_checksum_address(OTHER))
    assert members.admit_agency("110105CG01", OTHER) == spelled
    for name in ("gridwitness.eth", "agency", OTHER[:-2], OTHER[2:-1] + "g", "", None, 7):
        with pytest.raises(ChainError, match="do not fit admitAgency"):
            members.call("admitAgency", bytes(32), name)
    assert peer.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        (LOG, -1, 9, ROOT, []),
        (LOG, 4, 2**64, ROOT, []),
        (LOG[:31], 4, 9, ROOT, []),
        (LOG + b"\0", 4, 9, ROOT, []),
        (LOG, "4", 9, ROOT, []),
        (LOG, 4, 9, None, []),
        (LOG, 4, 9, ROOT, [1]),
        (LOG, 4, 9, ROOT, None),
        (LOG, 4, 9, ROOT),
        (),
    ],
)
def test_arguments_that_do_not_fit_are_refused(record_log: RecordLog, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ChainError, match="do not fit append"):
        record_log.call("append", *arguments)


def test_what_the_abi_does_not_have_is_missing(record_log: RecordLog) -> None:
    for ask in (
        lambda: record_log.call("renamed"),
        lambda: record_log.view("renamed"),
        lambda: list(record_log.events(0, 1, name="Renamed")),
    ):
        with pytest.raises(ArtifactMissing, match="enamed"):
            ask()
    with pytest.raises(ChainError, match="cannot be used at"):
        RecordLog(record_log.transactions, record_log.artifact, "0xnowhere")


@pytest.mark.parametrize("answer", ["0x", "0x12", "0x" + "ff" * 31, None, 7, "zz", [], {}, "0x" + "ff" * 256])
def test_what_is_no_output_of_a_view_is_malformed(record_log: RecordLog, peer: Peer, answer: object) -> None:
    peer.answers = [{"result": answer}, {"result": "0x"}]
    with pytest.raises(MalformedAnswer, match="is the contract there"):
        record_log.log_of(LOG)


def test_a_view_asks_for_its_block_and_a_node_that_is_gone_is_unreachable(
    members: Members, peer: Peer
) -> None:
    peer.answers = [{"result": "0x" + encode(["bytes32[]"], [[b"110105CG01".ljust(32, b"\0")]]).hex()}]
    assert members.agencies(block=300) == ("110105CG01",)
    request = {"to": ADDRESS, "data": "0x" + selector("agencies()").hex()}
    assert peer.requests[0]["params"] == [request, "0x12c"]
    peer.answers = [None, None, None]
    with pytest.raises(Unreachable):
        members.agencies()


MISMATCH = selector("RecordLogSizeMismatch(bytes32,uint64,uint64)")
SIZES = encode(["bytes32", "uint64", "uint64"], [LOG, 9, 4])


@pytest.mark.parametrize(
    ("data", "error", "arguments"),
    [
        (MISMATCH + SIZES, "RecordLogSizeMismatch", {"logId": LOG, "size": 9, "oldSize": 4}),
        (MISMATCH + SIZES[:40], "RecordLogSizeMismatch", {"data": "0x" + SIZES[:40].hex()}),
        (selector("Error(string)") + encode(["string"], ["no"]), "Error", {"message": "no"}),
        (selector("Panic(uint256)") + encode(["uint256"], [17]), "Panic", {"code": 17}),
        (selector("Panic(uint256)") + encode(["uint256"], [0x99]), "Panic", {"code": 0x99}),
        (b"\1\2\3\4\5", "0x01020304", {"data": "0x05"}),
        # EIP-3668: a contract that names a URL to fetch is one that refuses.
        (bytes.fromhex("556f1830") + bytes(160), "0x556f1830", {"data": "0x" + "00" * 160}),
    ],
)
def test_refusals_are_decoded_however_the_node_wraps_them(
    record_log: RecordLog, peer: Peer, data: bytes, error: str, arguments: dict[str, Any]
) -> None:
    text = "0x" + data.hex()
    call = record_log.append(LOG, 4, 9, ROOT, [])
    for wrapped in (text, {"result": text}, {"data": text}):
        peer.answers = [{"error": {"code": 3, "message": "execution reverted", "data": wrapped}}]
        with pytest.raises(Reverted) as caught:
            record_log.check(call, ADDRESS)
        assert (caught.value.error, caught.value.arguments) == (error, arguments)
    assert set(peer.methods) == {"eth_call"}


def test_a_refusal_without_data_names_no_error(record_log: RecordLog, peer: Peer) -> None:
    call = record_log.append(LOG, 4, 9, ROOT, [])
    for data in (None, "0x", "0x0102", "zz", 7, [], {"result": None}):
        peer.answers = [{"error": {"code": 3, "message": "execution reverted", "data": data}}]
        with pytest.raises(Reverted, match="NoReason"):
            record_log.check(call, ADDRESS)
    peer.answers = [{"error": {"code": -32005, "message": "limit exceeded"}}]
    with pytest.raises(RpcRefused, match="limit exceeded"):
        record_log.check(call, ADDRESS)


def test_logs_are_asked_for_by_chunk_and_topic_and_read_alike_from_receipts(
    record_log: RecordLog, peer: Peer
) -> None:
    foreign = [head_log(address=OTHER), head_log(topics=[]), head_log(topics=["0x" + "00" * 32])]
    peer.answers = [{"result": [*foreign, head_log()]}, {"result": []}]
    (event,) = record_log.events(10, 25, name="TreeHeadAnchored", topic=LOG, chunk=10)
    filters = [request["params"][0] for request in peer.requests]
    assert [(asked["fromBlock"], asked["toBlock"]) for asked in filters] == [
        ("0xa", "0x13"),
        ("0x14", "0x19"),
    ]
    for asked in filters:
        assert (asked["address"], asked["topics"]) == ([ADDRESS], [HEAD_TOPIC, "0x" + LOG.hex()])
    assert event.values == {"logId": LOG, "oldSize": 4, "newSize": 9, "root": ROOT}
    assert (event.block_number, event.block_hash, event.position) == (16, "0x" + "ee" * 32, 3)
    (again,) = record_log.events_in(receipt_with(head_log()))
    assert (again.values, again.transaction, again.position) == (event.values, event.transaction, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": "0x"},
        {"data": "zz"},
        {"data": None},
        {"topics": [HEAD_TOPIC]},
        {"topics": [HEAD_TOPIC, "0x" + "00" * 32, "0x" + "ff" * 32]},
        {"topics": [HEAD_TOPIC, "0x12", "0x" + "00" * 32]},
        {"topics": None},
        {"topics": 7},
        {"topics": [None]},
    ],
)
def test_logs_that_are_none_are_malformed(record_log: RecordLog, peer: Peer, changes: dict[str, Any]) -> None:
    peer.answers = [{"result": [head_log(**changes)]}]
    with pytest.raises(MalformedAnswer, match="RecordLog"):
        list(record_log.events(0, 20))
    with pytest.raises(MalformedAnswer, match="RecordLog"):
        record_log.events_in(receipt_with(head_log(**changes)))


@pytest.mark.parametrize("field", ["blockNumber", "blockHash", "transactionHash", "logIndex", "address"])
def test_logs_without_a_place_are_malformed(record_log: RecordLog, peer: Peer, field: str) -> None:
    whole = head_log()
    for answer in (
        [{**whole, field: None}],
        [{**whole, field: "zz"}],
        [{k: whole[k] for k in whole if k != field}],
    ):
        peer.answers = [{"result": answer}]
        with pytest.raises(MalformedAnswer, match="RecordLog"):
            list(record_log.events(0, 20))


@pytest.mark.parametrize("answer", [None, 7, "0x", {}, [None], ["0x"], [[]]])
def test_what_is_no_list_of_logs_is_malformed(record_log: RecordLog, peer: Peer, answer: object) -> None:
    peer.answers = [{"result": answer}]
    with pytest.raises(MalformedAnswer, match="RecordLog"):
        list(record_log.events(0, 20))
