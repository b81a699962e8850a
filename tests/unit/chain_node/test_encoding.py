"""RLP as the Ethereum vectors define it, hex as the formats do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import rlp
from gridwitness_chain.encoding import decode_rlp, from_hex
from gridwitness_chain.errors import ProofMismatch
from gridwitness_chain.headers import decode_header

DATA = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="GRIDWITNESS_REFERENCE_DATA is not set")


def vectors(name: str) -> dict[str, Any]:
    return json.loads((Path(DATA or "") / "ethereum" / "RLPTests" / name).read_text(encoding="utf-8"))


def as_bytes(value: Any) -> Any:
    """The vector's value as RLP sees it: numbers and `#big` numbers are minimal big-endian bytes."""
    if isinstance(value, list):
        return [as_bytes(part) for part in value]
    if isinstance(value, str) and not value.startswith("#"):
        return value.encode("latin-1")
    number = int(value[1:]) if isinstance(value, str) else value
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


@needs_data
def test_valid_vectors_decode_to_their_value_and_back() -> None:
    cases = vectors("rlptest.json")
    assert len(cases) == 28
    for name, case in cases.items():
        found = decode_rlp(from_hex(case["out"], name), name)
        assert found == as_bytes(case["in"]), name
        assert "0x" + rlp.encode(found).hex() == case["out"], name


@needs_data
def test_invalid_vectors_are_refused() -> None:
    cases = vectors("invalidRLPTest.json")
    assert len(cases) == 26
    for name, case in cases.items():
        with pytest.raises(ProofMismatch):
            decode_rlp(bytes.fromhex(case["out"].removeprefix("0x")), name)


def test_deep_nesting_is_no_crash() -> None:
    nested = b"\xc0"
    for _ in range(5000):
        nested = rlp.codec.length_prefix(len(nested), 0xC0) + nested
    with pytest.raises(ProofMismatch):
        decode_header(nested)


@pytest.mark.parametrize("text", ["00", "0x0", "0xzz", "0x0 0", None, 7, ["0x00"]])
def test_what_is_no_hex_is_refused(text: object) -> None:
    with pytest.raises(ProofMismatch):
        from_hex(text, "hex")
