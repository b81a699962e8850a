"""C2SP signed notes under one Ed25519 key, and verifier keys (docs/format.md section 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from . import base64url
from .errors import VerificationError

MAXIMUM_NOTE = 16_384
MAXIMUM_SIGNATURES = 16
_ED25519 = b"\x01"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_SIGNATURE_LINE = re.compile("— ([^ +]+) ([A-Za-z0-9+/=]+)\\Z")
_VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\Z")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A note key: name (the log's origin), 4-byte key id, Ed25519 public key (32 bytes)."""

    name: str
    key_id: bytes
    public_key: bytes


def parse_vkey(text: str) -> VerifierKey:
    """Parse `<name>+<key id>+<b64(0x01 ‖ public key)>`; raises VerificationError `vkey`."""
    match = _VKEY.match(text) if len(text) <= 512 else None
    if match is None:
        raise VerificationError("vkey", "not <name>+<8 hex>+<base64>")
    name, key_id, encoded = match.groups()
    key = base64url.decode_standard(encoded)
    if len(key) != 33 or key[:1] != _ED25519:
        raise VerificationError("vkey", "not an Ed25519 note key")
    expected = sha256(name.encode("utf-8") + b"\n" + key).digest()[:4]
    if expected.hex() != key_id:
        raise VerificationError("vkey", f"the key id is {expected.hex()}, the text says {key_id}")
    return VerifierKey(name, expected, key[1:])


def open_note(note: str, vkey: VerifierKey) -> str:
    """The text of a note that `vkey` signed, its last newline included.

    Raises VerificationError `note-form`, `note-unsigned` (no line of this key) or `note-signature` (any line
    of this key that fails). Lines of other keys (witnesses) are ignored, as the specification says.
    """
    text, lines = _split(note)
    signed = False
    for line in lines:
        match = _SIGNATURE_LINE.match(line)
        if match is None:
            raise VerificationError("note-form", "a signature line is `— name base64`")
        value = base64url.decode_standard(match.group(2))
        if match.group(1) == vkey.name and value[:4] == vkey.key_id:
            _verify(text, value[4:], vkey)
            signed = True
    if not signed:
        raise VerificationError("note-unsigned", f"no signature of {vkey.name} key {vkey.key_id.hex()}")
    return text


def _verify(text: str, signature: bytes, vkey: VerifierKey) -> None:
    try:
        _public_key(vkey.public_key).verify(signature, text.encode("utf-8"))
    except (InvalidSignature, ValueError) as error:
        raise VerificationError("note-signature", f"does not verify under {vkey.name}") from error


@lru_cache(maxsize=256)
def _public_key(data: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(data)


def _split(note: str) -> tuple[str, list[str]]:
    if len(note) > MAXIMUM_NOTE or _CONTROL.search(note) or _has_surrogate(note):
        raise VerificationError("note-form", "a note is short UTF-8 text without control characters")
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise VerificationError("note-form", "a note is text, an empty line and signature lines")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAXIMUM_SIGNATURES:
        raise VerificationError("note-form", f"{len(lines)} signature lines")
    return text + "\n", lines


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
