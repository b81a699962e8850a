"""Inclusion proofs as text: C2SP tlog-proof@v1 without `extra` (docs/format.md section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import VerificationError
from .merkle import MAXIMUM_PROOF
from .notes import MAXIMUM_NOTE
from .tree_head import parse_decimal, parse_hash

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_MAXIMUM_TEXT = MAXIMUM_NOTE + 64 + MAXIMUM_PROOF * 45


@dataclass(frozen=True, slots=True)
class LogProof:
    """Leaf index, sibling hashes from the leaf up, and the signed tree head, still unopened."""

    index: int
    hashes: tuple[bytes, ...]
    tree_head: str


def parse_log_proof(text: str) -> LogProof:
    """Take a tlog-proof apart; nothing in it is verified yet. Raises VerificationError `log-proof-form`."""
    if len(text) > _MAXIMUM_TEXT:
        raise VerificationError("log-proof-form", f"a proof of {len(text)} characters")
    head, separator, tree_head = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) < 2 or lines[0] != _FIRST_LINE:
        raise VerificationError("log-proof-form", f"the first line is {_FIRST_LINE}")
    if not lines[1].startswith("index ") or len(lines) - 2 > MAXIMUM_PROOF:
        raise VerificationError("log-proof-form", "the second line is the index, then at most 64 hashes")
    index = parse_decimal(lines[1][len("index ") :], "log-proof-form")
    return LogProof(index, tuple(parse_hash(line, "log-proof-form") for line in lines[2:]), tree_head)
