"""Keys, SD-JWT records and signed notes made from the words of `docs/format.md`, with the standard tools
alone.

Nothing of the platform or of the verifier is used, so what the verifier accepts here it accepts on its own
reading.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

_COUNTER = itertools.count(1)


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def new_jti(at: int) -> str:
    """A UUIDv7: milliseconds, version, counter and random bits."""
    text = f"{at * 1000:012x}7{next(_COUNTER) % 4096:03x}8{secrets.token_hex(8)[1:]}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


@dataclass
class SigningKey:
    """A signing key of one agency; `algorithm` is ES256 or EdDSA."""

    agency: str
    purpose: str
    algorithm: str = "ES256"
    private: Any = None

    def __post_init__(self) -> None:
        if self.private is None:
            es256 = self.algorithm == "ES256"
            self.private = (
                ec.generate_private_key(ec.SECP256R1()) if es256 else ed25519.Ed25519PrivateKey.generate()
            )

    @property
    def jwk(self) -> dict[str, str]:
        public = self.private.public_key()
        if self.algorithm == "EdDSA":
            return {"crv": "Ed25519", "kty": "OKP", "x": b64u(public.public_bytes_raw())}
        numbers = public.public_numbers()
        x, y = (b64u(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    @property
    def thumbprint(self) -> bytes:
        return hashlib.sha256(compact(self.jwk)).digest()

    def sign(self, message: bytes) -> bytes:
        if self.algorithm == "EdDSA":
            return bytes(self.private.sign(message))
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass
class ForgedRecord:
    """A record as it is stored: its entry, and the disclosures in the order of `_sd`."""

    claims: dict[str, Any]
    kid: str
    entry: str
    disclosures: list[str]
    names: dict[str, int] = field(default_factory=dict)

    @property
    def jti(self) -> str:
        return str(self.claims["jti"])

    @property
    def identity(self) -> bytes:
        return hashlib.sha256(self.entry.rpartition(".")[0].encode()).digest()

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.entry.encode()).digest()

    @property
    def leaf_hash(self) -> bytes:
        return hashlib.sha256(b"\0" + self.entry.encode()).digest()

    def digest_of(self, name: str) -> str:
        """The digest in `_sd` of a field."""
        return str(self.claims["_sd"][self.names[name]])


def forge(key: SigningKey, claims: dict[str, Any], fields: dict[str, Any]) -> ForgedRecord:
    """Sign `claims` (all but `_sd` and `_sd_alg`) with one disclosure per field."""
    encoded = {
        name: b64u(compact([b64u(secrets.token_bytes(16)), name, value])) for name, value in fields.items()
    }
    by_digest = {b64u(hashlib.sha256(text.encode()).digest()): name for name, text in encoded.items()}
    order = sorted(by_digest)
    claims = {**claims, "_sd_alg": "sha-256", "_sd": order}
    kid = b64u(key.thumbprint)
    header = {"alg": key.algorithm, "kid": kid, "typ": "gw-record+sd-jwt"}
    signing_input = f"{b64u(compact(header))}.{b64u(compact(claims))}"
    entry = f"{signing_input}.{b64u(key.sign(signing_input.encode()))}"
    names = {by_digest[digest]: position for position, digest in enumerate(order)}
    return ForgedRecord(claims, kid, entry, [encoded[by_digest[digest]] for digest in order], names)


@dataclass
class NoteKey:
    """A log's Ed25519 note key under a name (its origin)."""

    name: str
    private: ed25519.Ed25519PrivateKey = field(default_factory=ed25519.Ed25519PrivateKey.generate)

    @property
    def _public(self) -> bytes:
        return b"\x01" + self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self._public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._public).decode()}"

    def note(self, text: str) -> str:
        """A signed note; `text` ends with a newline."""
        signature = base64.b64encode(self.key_id + self.private.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n"

    def tree_head(self, size: int, root: bytes) -> str:
        return self.note(f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n")

    def receipt(self, leaf_hash: bytes, received: int, anchor_by: int) -> str:
        leaf = base64.b64encode(leaf_hash).decode()
        return self.note(f"gridwitness-receipt/v1\n{self.name}\n{leaf}\n{received}\n{anchor_by}\n")
