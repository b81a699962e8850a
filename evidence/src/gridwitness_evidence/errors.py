"""The one error tree of this package. Every refusal carries a stable `code` (docs/format.md)."""


class EvidenceError(Exception):
    """What was handed in is refused.

    `code` is stable and meant for programs; `message` says what happened, to which input, and what to do.
    Hostile input never raises anything outside this tree.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class EncodingError(EvidenceError):
    """Bytes are not strict JSON or not canonical base64: `json-*`, `base64url`, `base64`."""


class RecordError(EvidenceError):
    """A record is not well formed, or its signature does not hold."""


class KeyMaterialError(EvidenceError):
    """A key can not be read, or is not of a kind this format knows: `key-form`, `key-password`."""


class ProofError(EvidenceError):
    """A Merkle proof or tile is malformed or does not prove: `inclusion`, `consistency`, `tile-form`, …"""


class NoteError(EvidenceError):
    """A signed note, tree head or receipt is malformed or not signed by the expected key."""


class BundleError(EvidenceError):
    """An evidence bundle has not the structure of docs/format.md section 9: `bundle-form`, `too-large`."""
