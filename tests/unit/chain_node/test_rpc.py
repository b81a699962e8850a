"""The JSON-RPC client against a peer that misbehaves."""

from __future__ import annotations

import socket

import pytest
from gridwitness_chain import MalformedAnswer, Rpc, RpcRefused, Unreachable
from support.rpc_peer import Peer


def test_one_connection_serves_many_calls(peer: Peer) -> None:
    peer.answers = [{"result": number} for number in range(5)]
    rpc = Rpc(peer.url)
    assert [rpc.call("eth_blockNumber") for _ in range(5)] == list(range(5))
    assert peer.connections == 1


def test_a_broken_connection_is_tried_again_but_not_for_ever(peer: Peer) -> None:
    peer.answers = [None, None, {"result": "0x1"}, None, None, None]
    rpc = Rpc(peer.url)
    assert rpc.call("eth_chainId") == "0x1"
    with pytest.raises(Unreachable):
        rpc.call("eth_chainId")
    assert len(peer.methods) == 6


def test_what_may_have_taken_effect_is_not_repeated(peer: Peer) -> None:
    peer.answers = [None, ...]
    with pytest.raises(Unreachable):
        Rpc(peer.url).call("evm_mine")
    with pytest.raises(Unreachable):
        Rpc(peer.url, timeout=0.2).call("eth_getProof")
    assert peer.methods == ["evm_mine", "eth_getProof"]


def test_errors_of_the_node_keep_number_and_data(peer: Peer) -> None:
    peer.answers = [{"error": {"code": 3, "message": "execution reverted", "data": "0xdeadbeef"}}]
    with pytest.raises(RpcRefused) as caught:
        Rpc(peer.url).call("eth_call")
    assert (caught.value.number, caught.value.data, caught.value.code) == (3, "0xdeadbeef", "rpc-refused")


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"7", {"id": -1, "result": 1}, {"jsonrpc": "2.0"}])
def test_answers_that_are_none_are_refused(peer: Peer, answer: object) -> None:
    peer.answers = [answer]
    with pytest.raises(MalformedAnswer):
        Rpc(peer.url).call("eth_chainId")


def test_a_batch_is_one_exchange_answered_in_any_order(peer: Peer) -> None:
    refused = b'{"id": 2, "error": {"code": -32000, "message": "nonce too low"}}'
    peer.answers = [b'[{"id": 3, "result": "0x3"}, ' + refused + b', {"id": 1, "result": null}]']
    rpc = Rpc(peer.url)
    asked = [
        ("eth_getTransactionReceipt", ("0x1",)),
        ("eth_sendRawTransaction", ("0x2",)),
        ("eth_chainId", ()),
    ]
    first, second, third = rpc.batch(asked)
    assert (first, third) == (None, "0x3")
    assert isinstance(second, RpcRefused) and second.text == "nonce too low"
    assert len(peer.requests) == 1 and [one["params"] for one in peer.requests[0]] == [["0x1"], ["0x2"], []]
    assert rpc.batch([]) == [] and len(peer.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"[]",
        b"7",
        b'[{"id": 1, "result": 1}]',
        b'[{"id": 1, "result": 1}, {"id": 1, "result": 1}]',
        b'[{"id": 1, "result": 1}, {"id": 7, "result": 1}]',
        b'[{"id": 1, "result": 1}, {"id": true, "result": 1}]',
        b'[{"id": 1, "result": 1}, {"id": 2}]',
        b'[{"id": 1, "result": 1}, 2]',
        b'{"id": 1, "result": 1}',
    ],
)
def test_answers_that_are_no_batch_are_refused(peer: Peer, answer: bytes) -> None:
    peer.answers = [answer]
    with pytest.raises(MalformedAnswer):
        Rpc(peer.url).batch([("eth_chainId", ()), ("eth_chainId", ())])


def test_a_batch_refused_as_a_whole_and_one_that_moves_time(peer: Peer) -> None:
    peer.answers = [b'{"id": null, "error": {"code": -32600, "message": "too large"}}', None]
    rpc = Rpc(peer.url)
    with pytest.raises(RpcRefused, match="too large"):
        rpc.batch([("eth_chainId", ())])
    with pytest.raises(Unreachable):
        rpc.batch([("eth_chainId", ()), ("evm_mine", ())])
    assert len(peer.requests) == 2


@pytest.mark.parametrize("result", [None, "", "0x", "zz", 7, [], {}])
def test_what_is_no_number_is_refused(peer: Peer, result: object) -> None:
    peer.answers = [{"result": "0x1f"}, {"result": result}]
    rpc = Rpc(peer.url)
    assert rpc.number("eth_blockNumber") == 31
    with pytest.raises(MalformedAnswer):
        rpc.number("eth_blockNumber")


def test_nobody_listening_and_no_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(Unreachable):
        Rpc(f"http://127.0.0.1:{port}").call("eth_chainId")
    with pytest.raises(Unreachable):
        Rpc("file:///etc/passwd")
