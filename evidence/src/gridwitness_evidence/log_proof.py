"""Log proofs: one entry's place under a signed tree head, as C2SP tlog-proof@v1 without `extra`."""

from __future__ import annotations

from dataclasses import dataclass

from . import base64url
from .errors import EncodingError, NoteError, ProofError
from .merkle import HASH_BYTES, verify_inclusion
from .notes import MAXIMUM_NOTE, NoteVerifier
from .tree_head import TreeHead, decimal, open_tree_head

FORMAT = "c2sp.org/tlog-proof@v1"
MAXIMUM_HASHES = 63
_MAXIMUM_TEXT = MAXIMUM_NOTE + 64 * 48


@dataclass(frozen=True, slots=True)
class LogProof:
    """`index` of the leaf, `hashes` from its sibling up (32 bytes each), and the tree head as signed."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: str

    def encode(self) -> str:
        """The text of the proof."""
        hashes = "".join(f"{base64url.encode_standard(value)}\n" for value in self.hashes)
        return f"{FORMAT}\nindex {self.index}\n{hashes}\n{self.checkpoint_note}"

    @classmethod
    def parse(cls, text: str) -> LogProof:
        """Read a proof; `log-proof` for anything out of form. The checkpoint is kept verbatim, unopened."""
        head, blank, note = text.partition("\n\n") if len(text) <= _MAXIMUM_TEXT else ("", "", "")
        lines = head.split("\n")
        if not (blank and note and len(lines) >= 2 and lines[0] == FORMAT and lines[1].startswith("index ")):
            raise ProofError(
                "log-proof", f"a log proof begins with {FORMAT}, then index; it holds a checkpoint"
            )
        if len(lines) > 2 + MAXIMUM_HASHES:
            raise ProofError("log-proof", f"a log proof has at most {MAXIMUM_HASHES} hashes")
        try:
            index = decimal(lines[1].removeprefix("index "), "log-proof")
            hashes = tuple(base64url.decode_standard(line) for line in lines[2:])
        except (NoteError, EncodingError) as error:
            raise ProofError("log-proof", error.message) from None
        if any(len(value) != HASH_BYTES for value in hashes):
            raise ProofError("log-proof", "a hash of the proof is not 32 bytes")
        return cls(index, hashes, note)

    def verify(self, leaf_hash: bytes, verifier: NoteVerifier) -> TreeHead:
        """The signed tree head that has `leaf_hash` at `index`; else `note-*`, `tree-head`, `inclusion`."""
        head = open_tree_head(self.checkpoint_note, verifier)
        verify_inclusion(leaf_hash, self.index, head.size, self.hashes, head.root)
        return head
