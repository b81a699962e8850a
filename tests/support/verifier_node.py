"""A node that answers JSON-RPC over HTTP from a scenario (for the verifier's tests)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import rlp
from eth_hash.auto import keccak
from support.sealing import BlockSpec
from support.verifier_bundle import CHAIN_ID, EVENT, MEMBERS, RECORD_LOG, Scenario, hexed

_BEFORE = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
_AFTER = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce")
_NAMES = (*_BEFORE, *_AFTER, "baseFeePerGas")
_NUMBERS = frozenset({"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"})


@dataclass
class ScriptedNode:
    """`headers` by number (RLP), what `Members` holds at the newest block, events of RecordLog."""

    headers: dict[int, bytes]
    scenario: Scenario
    chain_id: int = CHAIN_ID
    events: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    raw: Callable[[bytes], tuple[int, bytes]] | None = None
    bundle: dict[str, Any] = field(default_factory=dict)

    def answer(self, method: str, params: list[Any]) -> Any:
        """Result of one method."""
        if method in self.answers:
            return self.answers[method]
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "eth_blockNumber":
            return hex(max(self.headers))
        if method == "eth_getBlockByNumber":
            header = self.headers.get(int(params[0], 16))
            return None if header is None else block_json(header)
        if method == "eth_getProof":
            return self.proof(params)
        return [event for event in self.events if event["address"] == params[0]["address"]]

    def proof(self, params: list[Any]) -> dict[str, Any]:
        """eth_getProof from the scenario's state."""
        storage, state = self.scenario.state()
        slots = [bytes.fromhex(slot[2:]) for slot in params[1]]
        return {
            "accountProof": [hexed(node) for node in state.prove(keccak(MEMBERS))],
            "storageProof": [
                {"proof": [hexed(node) for node in storage.prove(keccak(slot))]} for slot in slots
            ],
        }


def block_json(header: bytes) -> dict[str, Any]:
    """A block as a node gives it, from its header."""
    items = rlp.decode(header)
    block: dict[str, Any] = {"hash": hexed(keccak(header)), "uncles": [], "transactions": []}
    for name, item in zip(_NAMES, items, strict=True):
        block[name] = hex(int.from_bytes(item, "big")) if name in _NUMBERS else hexed(item)
    return block


def node_of(
    scenario: Scenario, *, now: Scenario | None = None, first: BlockSpec | None = None
) -> ScriptedNode:
    """The honest node of a scenario's bundle; `now` = state at the newest block, `first` = first anchor."""
    bundle = scenario.bundle()
    later = now or scenario
    _, state = later.state()
    headers = {
        0: BlockSpec(number=0, time=1).encode(),
        20: BlockSpec(number=20, state_root=state.root).encode(),
    }
    for part in (bundle["anchor"], bundle["seen"]):
        if part is not None:
            header = bytes.fromhex(part["header"][2:])
            headers[int.from_bytes(rlp.decode(header)[8], "big")] = header
    events = []
    if first is not None:
        headers[first.number] = first.encode()
        number = hex(first.number)
        events = [{"address": hexed(RECORD_LOG), "topics": [hexed(EVENT)], "blockNumber": number}]
    return ScriptedNode(headers, later, events=events, bundle=bundle)


@contextmanager
def serve(node: ScriptedNode) -> Iterator[str]:
    """The node's URL while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, content = node.raw(body) if node.raw else (200, _reply(node, json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _reply(node: ScriptedNode, request: Any) -> bytes:
    calls = request if isinstance(request, list) else [request]
    replies = [
        {"jsonrpc": "2.0", "id": call["id"], "result": node.answer(call["method"], call["params"])}
        for call in calls
    ]
    # Nodes may answer a batch in any order.
    return json.dumps(replies[::-1] if isinstance(request, list) else replies[0]).encode()
