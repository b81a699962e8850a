"""Header RLP of every fork, and the QBFT block hash."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils import keccak
from gridwitness_chain.errors import ProofMismatch
from gridwitness_chain.headers import block_hash, block_number, block_time, decode_header, header_rlp

DATA = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
HASHES = ("parentHash", "sha3Uncles", "stateRoot", "transactionsRoot", "receiptsRoot", "mixHash")
LATER = (
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
)
ORDER = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"),
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce"),
)
FORKS = {"berlin": 0, "london": 1, "shanghai": 2, "cancun": 5, "prague": 6}


def fields(later: int) -> dict[str, str]:
    block = {name: "0x" + keccak(text=name).hex() for name in HASHES}
    block |= {"miner": "0x" + "11" * 20, "logsBloom": "0x" + "00" * 256, "nonce": "0x" + "00" * 8}
    block |= {"difficulty": "0x0", "number": "0x1f", "gasLimit": "0x1c9c380", "gasUsed": "0x0"}
    block |= {"timestamp": "0x65540a80", "extraData": "0x"}
    for name in LATER[:later]:
        block[name] = "0x" + keccak(text=name).hex() if name.endswith(("Root", "Hash")) else "0x7"
    return block


def encoded(block: dict[str, str]) -> bytes:
    """The header by another way: minimal numbers, everything else as it stands."""
    numbers = {
        "difficulty",
        "number",
        "gasLimit",
        "gasUsed",
        "timestamp",
        "baseFeePerGas",
        "blobGasUsed",
        "excessBlobGas",
    }
    items = []
    for name in [*ORDER, *(name for name in LATER if name in block)]:
        digits = block[name][2:]
        items.append(
            rlp.encode(int(digits, 16), rlp.sedes.big_endian_int)
            if name in numbers
            else rlp.encode(bytes.fromhex(digits))
        )
    body = b"".join(items)
    return rlp.codec.length_prefix(len(body), 0xC0) + body


@pytest.mark.parametrize(("fork", "later"), FORKS.items())
def test_headers_of_every_fork_are_rebuilt(fork: str, later: int) -> None:
    block = fields(later)
    expected = encoded(block)
    header = header_rlp({**block, "hash": "0x" + keccak(expected).hex()})
    assert header == expected, fork
    assert (block_number(header), block_time(header)) == (31, 0x65540A80)


@pytest.mark.parametrize("name", [*ORDER, "baseFeePerGas", "withdrawalsRoot"])
def test_a_changed_or_missing_field_is_refused(name: str) -> None:
    block: dict[str, Any] = fields(2)
    block["hash"] = "0x" + keccak(encoded(block)).hex()
    last = "1" if block[name][-1:] in ("0", "x") else "0"
    longer = block[name] == "0x"
    with pytest.raises(ProofMismatch):
        header_rlp({**block, name: "0x01" if longer else block[name][:-1] + last})
    without = {key: value for key, value in block.items() if key != name}
    with pytest.raises(ProofMismatch):
        header_rlp(without)


def vector(name: str) -> dict[str, Any]:
    return json.loads((Path(DATA or "") / "ethereum" / "qbft_vectors.json").read_text(encoding="utf-8"))[name]


@pytest.mark.skipif(not DATA, reason="GRIDWITNESS_REFERENCE_DATA is not set")
def test_a_public_besu_header_of_round_1_hashes_without_round_and_seals() -> None:
    found = vector("qbft_besu_4val_round1")
    header = bytes.fromhex(found["header_rlp"][2:])
    assert block_hash(header) == found["onchain_hash"]
    items = decode_header(header)
    names = [*ORDER, *LATER][: len(items)]
    block = {name: "0x" + item.hex() for name, item in zip(names, items, strict=True)}
    for name in ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"):
        if name in block:
            block[name] = hex(int(block[name][2:] or "0", 16))
    assert header_rlp({**block, "hash": found["onchain_hash"]}) == header
    with pytest.raises(ProofMismatch):
        header_rlp({**block, "hash": found["seal_hash"]})


@pytest.mark.parametrize(
    "junk", [b"", b"\x80", b"\xc0", b"\xff" * 40, rlp.encode([b"x"] * 15), rlp.encode([[b"x"]] * 16)]
)
def test_what_is_no_header_is_refused(junk: bytes) -> None:
    with pytest.raises(ProofMismatch):
        decode_header(junk)
