"""Receipts: the log's signed promise to include an entry (docs/format.md section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import VerificationError
from .notes import VerifierKey, open_note
from .tree_head import parse_decimal, parse_hash

_FIRST_LINE = "gridwitness-receipt/v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`leaf_hash` (32 bytes) was received at `received`, to be anchored by `anchor_by` (Unix seconds)."""

    origin: str
    leaf_hash: bytes
    received: int
    anchor_by: int


def open_receipt(note: str, vkey: VerifierKey) -> Receipt:
    """Open a receipt of the log whose key is `vkey`; raises VerificationError (`open_note`, `receipt-…`)."""
    lines = open_note(note, vkey).split("\n")
    if len(lines) != 6 or lines[5] or lines[0] != _FIRST_LINE:
        raise VerificationError("receipt-form", f"a receipt is five lines, the first {_FIRST_LINE}")
    if lines[1] != vkey.name:
        raise VerificationError("receipt-origin", f"a receipt of {lines[1]!r}, expected {vkey.name!r}")
    received, anchor_by = (parse_decimal(line, "receipt-form") for line in lines[3:5])
    if anchor_by < received:
        raise VerificationError("receipt-form", "anchor-by is before received")
    return Receipt(lines[1], parse_hash(lines[2], "receipt-form"), received, anchor_by)
