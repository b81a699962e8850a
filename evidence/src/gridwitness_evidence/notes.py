"""Signed notes (C2SP signed-note) under Ed25519, signature type 0x01."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from . import base64url
from .errors import EncodingError, NoteError
from .keys import PublicKey, SigningKey

MAXIMUM_NOTE = 65_536
MAXIMUM_SIGNATURES = 100  # the standard asks for 16 at least; witnesses may add to ours
_ED25519 = b"\x01"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteVerifier:
    """A key name and an Ed25519 public key: who may have signed a note."""

    __slots__ = ("key_id", "name", "public_key", "vkey")

    def __init__(self, name: str, public_key: PublicKey) -> None:
        if not _is_key_name(name) or public_key.alg != "EdDSA":
            raise NoteError(
                "note-key", f"a note key is a name without spaces or + and Ed25519: {name[:40]!r}"
            )
        raw = base64url.decode(public_key.jwk["x"])
        self.name = name
        self.public_key = public_key
        self.key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + _ED25519 + raw).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{base64url.encode_standard(_ED25519 + raw)}"

    @classmethod
    def from_vkey(cls, vkey: str) -> NoteVerifier:
        """Read `<name>+<8 hex of key id>+<b64(0x01 ‖ public key)>`; else `note-key`."""
        name, *rest = vkey.split("+", 2)
        try:
            key_id, material = rest
            raw = base64url.decode_standard(material)
            if len(raw) != 33 or raw[:1] != _ED25519:
                raise ValueError
            verifier = cls(name, PublicKey(Ed25519PublicKey.from_public_bytes(raw[1:])))
        except (ValueError, EncodingError):
            raise NoteError("note-key", f"not an Ed25519 vkey: {vkey[:80]!r}") from None
        if key_id != verifier.key_id.hex():
            raise NoteError("note-key", f"the key id of {name[:40]!r} does not fit its key")
        return verifier


class NoteSigner:
    """Signs notes under `name` with an Ed25519 key; `vkey` is what verifiers need."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, key: SigningKey) -> None:
        self._key = key
        self.verifier = NoteVerifier(name, key.public)

    @property
    def name(self) -> str:
        return self.verifier.name

    @property
    def vkey(self) -> str:
        return self.verifier.vkey

    def sign(self, text: str) -> str:
        """The signed note over `text`, which ends with a newline."""
        if not _is_note_text(text):
            raise NoteError(
                "note-form", "a note text ends with a newline and has no other control characters"
            )
        signature = self.verifier.key_id + self._key.sign(text.encode("utf-8"))
        return f"{text}\n— {self.name} {base64url.encode_standard(signature)}\n"


@dataclass(frozen=True, slots=True)
class _Signature:
    name: str
    key_id: bytes
    value: bytes


def open_note(note: str | bytes, verifier: NoteVerifier) -> str:
    """The text of `note`, signed by `verifier`; other signatures are ignored, as the standard demands.

    `note-form` when it is no note, `note-unsigned` when this key has not signed it, `note-signature` when
    a signature of this key does not verify.
    """
    text, signatures = _split_note(note)
    ours = [one for one in signatures if one.name == verifier.name and one.key_id == verifier.key_id]
    if not ours:
        raise NoteError("note-unsigned", f"the note is not signed by {verifier.vkey}")
    signed = text.encode("utf-8")
    if not all(verifier.public_key.verify(one.value, signed) for one in ours):
        raise NoteError("note-signature", f"the signature of {verifier.name} does not verify")
    return text


def _split_note(note: str | bytes) -> tuple[str, list[_Signature]]:
    if len(note) > MAXIMUM_NOTE:
        raise NoteError("too-large", f"a note is at most {MAXIMUM_NOTE} bytes")
    try:
        content = note.decode("utf-8") if isinstance(note, bytes) else note
        content.encode("utf-8")
    except UnicodeError:
        raise NoteError("note-form", "a note is UTF-8") from None
    text, blank, tail = content.rpartition("\n\n")
    lines = tail.split("\n")
    if not (blank and _is_note_text(text + "\n")) or lines.pop() or not 1 <= len(lines) <= MAXIMUM_SIGNATURES:
        raise NoteError("note-form", "a note is a text, an empty line and signature lines")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> _Signature:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        value = base64url.decode_standard(encoded)
    except EncodingError:
        value = b""
    if mark != "—" or not _is_key_name(name) or len(value) < 5:
        raise NoteError("note-form", f"not a signature line: {line[:60]!r}")
    return _Signature(name, value[:4], value[4:])


def _is_note_text(text: str) -> bool:
    return text.endswith("\n") and _CONTROL.search(text) is None


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() or ord(char) < 0x20 for char in name)
