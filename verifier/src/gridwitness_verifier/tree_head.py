"""Tree heads: C2SP tlog-checkpoint notes without extension lines (docs/format.md section 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import base64url
from .errors import VerificationError
from .merkle import MAXIMUM_SIZE
from .notes import VerifierKey, open_note

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size (leaves) and root (32 bytes) that the log of `origin` signed."""

    origin: str
    size: int
    root: bytes


def open_tree_head(note: str, vkey: VerifierKey) -> TreeHead:
    """Open a signed tree head of the log whose key is `vkey`.

    Raises VerificationError: the codes of `open_note`, `tree-head-form`, `tree-head-origin`.
    """
    lines = open_note(note, vkey).split("\n")
    if len(lines) != 4 or lines[3]:
        raise VerificationError("tree-head-form", "a tree head is three lines: origin, size, root")
    origin, size, root = lines[:3]
    if origin != vkey.name:
        raise VerificationError("tree-head-origin", f"a head of {origin!r}, expected {vkey.name!r}")
    return TreeHead(origin, parse_decimal(size, "tree-head-form"), parse_hash(root, "tree-head-form"))


def parse_decimal(text: str, code: str) -> int:
    """A decimal number up to 2^63 - 1 without leading zeroes; raises VerificationError with `code`."""
    if not _DECIMAL.match(text) or int(text) > MAXIMUM_SIZE:
        raise VerificationError(code, "not a decimal number up to 2^63 - 1 without leading zeroes")
    return int(text)


def parse_hash(text: str, code: str) -> bytes:
    """32 bytes from standard base64; raises VerificationError with `code`."""
    value = base64url.decode_standard(text) if len(text) == 44 else b""
    if len(value) != 32:
        raise VerificationError(code, "a hash is 32 bytes in base64")
    return value
