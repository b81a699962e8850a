"""Tree heads: size and root of a log, as C2SP tlog-checkpoint without extension lines."""

from dataclasses import dataclass

from . import base64url
from .errors import EncodingError, NoteError
from .merkle import HASH_BYTES, MAXIMUM_SIZE
from .notes import NoteSigner, NoteVerifier, open_note


@dataclass(frozen=True, slots=True)
class TreeHead:
    """`size` leaves of the log `origin` have the Merkle root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """`<origin>\\n<size>\\n<b64 root>\\n`."""
        return f"{self.origin}\n{self.size}\n{base64url.encode_standard(self.root)}\n"


def sign_tree_head(head: TreeHead, signer: NoteSigner) -> str:
    """The signed note; `tree-head` when the signer is not the log of that origin."""
    if head.origin != signer.name or parse_tree_head(head.text) != head:
        raise NoteError("tree-head", f"{signer.name} can not sign a tree head of {head.origin}")
    return signer.sign(head.text)


def open_tree_head(note: str | bytes, verifier: NoteVerifier) -> TreeHead:
    """The tree head of the log `verifier` names; else `note-*`, or `tree-head` for the text or origin."""
    head = parse_tree_head(open_note(note, verifier))
    if head.origin != verifier.name:
        raise NoteError("tree-head", f"a tree head of {head.origin[:80]!r} signed as {verifier.name}")
    return head


def parse_tree_head(text: str) -> TreeHead:
    """Read the three lines of a tree head; `tree-head` for anything else. No signature is looked at."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteError("tree-head", "a tree head is three lines: origin, size, root")
    try:
        root = base64url.decode_standard(lines[2])
    except EncodingError:
        root = b""
    if len(root) != HASH_BYTES:
        raise NoteError("tree-head", "the root is not 32 bytes of base64")
    return TreeHead(lines[0], decimal(lines[1], "tree-head"), root)


def decimal(digits: str, code: str) -> int:
    """A whole number below 2^63 without leading zeroes, else `code`."""
    plain = digits.isascii() and digits.isdigit() and len(digits) <= len(str(MAXIMUM_SIZE))
    if not plain or (digits[0] == "0" and digits != "0") or int(digits) > MAXIMUM_SIZE:
        raise NoteError(code, f"not a whole number without leading zeroes: {digits[:24]!r}")
    return int(digits)
