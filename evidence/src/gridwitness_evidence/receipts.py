"""Receipts: the log's signed promise to sequence and anchor a record (docs/format.md section 6)."""

from dataclasses import dataclass

from . import base64url
from .errors import EncodingError, NoteError
from .merkle import HASH_BYTES
from .notes import NoteSigner, NoteVerifier, open_note
from .tree_head import decimal

FORMAT = "gridwitness-receipt/v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The entry with `leaf_hash` came at `received` and will be anchored by `anchor_by` (Unix seconds)."""

    origin: str
    leaf_hash: bytes
    received: int
    anchor_by: int

    @property
    def text(self) -> str:
        """The five lines that are signed."""
        leaf = base64url.encode_standard(self.leaf_hash)
        return f"{FORMAT}\n{self.origin}\n{leaf}\n{self.received}\n{self.anchor_by}\n"


def sign_receipt(receipt: Receipt, signer: NoteSigner) -> str:
    """The signed note; `receipt` when the signer is not the log of that origin or a number is out of form."""
    if receipt.origin != signer.name or _parse(receipt.text) != receipt:
        raise NoteError("receipt", f"{signer.name} can not sign this receipt for {receipt.origin}")
    return signer.sign(receipt.text)


def open_receipt(note: str | bytes, verifier: NoteVerifier) -> Receipt:
    """The receipt of the log `verifier` names; else `note-*`, or `receipt` for the text or origin."""
    receipt = _parse(open_note(note, verifier))
    if receipt.origin != verifier.name:
        raise NoteError("receipt", f"a receipt of {receipt.origin[:80]!r} signed as {verifier.name}")
    return receipt


def _parse(text: str) -> Receipt:
    lines = text.split("\n")
    if len(lines) != 6 or lines[5] or lines[0] != FORMAT or not lines[1]:
        raise NoteError("receipt", f"a receipt is five lines, the first {FORMAT}")
    try:
        leaf_hash = base64url.decode_standard(lines[2])
    except EncodingError:
        leaf_hash = b""
    if len(leaf_hash) != HASH_BYTES:
        raise NoteError("receipt", "the leaf hash is not 32 bytes of base64")
    return Receipt(lines[1], leaf_hash, decimal(lines[3], "receipt"), decimal(lines[4], "receipt"))
