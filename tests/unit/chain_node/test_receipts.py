"""Receipts as trie values, decoded strictly."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_utils import keccak
from gridwitness_chain.errors import ProofMismatch
from gridwitness_chain.receipts import decode_receipt, proof_nodes, receipt_key, receipt_value, receipts_trie
from gridwitness_chain.trie_proof import value_at


def raw(index: int, kind: str | None = "0x0") -> dict[str, Any]:
    log = {"address": "0x" + "22" * 20, "topics": ["0x" + "33" * 32], "data": "0x" + f"{index:064x}"}
    found = {
        "status": "0x1",
        "cumulativeGasUsed": hex(21_000 * (index + 1)),
        "logsBloom": "0x" + "00" * 256,
        "logs": [log],
    }
    return found if kind is None else {**found, "type": kind}


@pytest.mark.parametrize("count", [1, 2, 127, 129, 300])
def test_each_receipt_of_a_block_is_proved_by_its_index(count: int) -> None:
    values = [receipt_value(raw(index, f"0x{index % 3:x}")) for index in range(count)]
    trie = receipts_trie(values)
    for index in {0, count // 2, count - 1}:
        assert value_at(trie.root_hash, receipt_key(index), proof_nodes(trie, index)) == values[index]
    absent = receipt_key(count)
    nodes = [rlp.encode(node) for node in trie.get_proof(absent)]
    assert value_at(trie.root_hash, absent, [node for node in nodes if len(node) >= 32]) is None


def test_type_byte_and_status_are_kept() -> None:
    typed, legacy = receipt_value(raw(0, "0x2")), receipt_value(raw(0, None))
    assert typed == b"\x02" + legacy
    succeeded, logs = decode_receipt(typed)
    assert succeeded and logs[0].address == b"\x22" * 20 and logs[0].data[-1:] == b"\0"
    failed, _ = decode_receipt(receipt_value({**raw(0), "status": "0x0"}))
    assert not failed


@pytest.mark.parametrize("name", ["status", "cumulativeGasUsed", "logsBloom", "logs"])
def test_an_incomplete_receipt_is_refused(name: str) -> None:
    with pytest.raises(ProofMismatch):
        receipt_value({key: value for key, value in raw(0).items() if key != name})


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x02",
        keccak(b"noise"),
        rlp.encode([b"\1", b"", b""]),
        rlp.encode([b"\1", b"", b"", b"no list"]),
        rlp.encode([b"\1", b"", b"", [[b"\x22" * 19, [], b""]]]),
        rlp.encode([b"\1", b"", b"", [[b"\x22" * 20, [b"\x33" * 31], b""]]]),
        rlp.encode([b"\1", b"", b"", [[b"\x22" * 20, [], [b""]]]]),
        rlp.encode([b"\1", b"", b"", [[[b"\x22" * 20], [], b""]]]),
        rlp.encode([b"\1", b"", b"", []]) + b"\0",
    ],
)
def test_malformed_values_are_refused(value: bytes) -> None:
    with pytest.raises(ProofMismatch):
        decode_receipt(value)
