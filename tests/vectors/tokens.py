"""Builds records for the vectors, right or wrong: nothing is checked here, every part can be replaced.

Uses the standard library and `cryptography` only, so that the vectors come from neither of the two packages
that have to answer them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
AUD = "gridwitness/0123456789abcdef0123456789abcdef/330106"

FIELDS: list[tuple[str, Any]] = [
    ("procedure", "general"),
    ("milestone", "start"),
    ("occurred_at", "2026-03-02T01:30:00Z"),
    ("officers", ["浙A-1024", "浙A-2048"]),
    ("basis", None),
]


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def salt(number: int) -> str:
    """Salt number `number`: the same in every run."""
    return b64u(sha256(b"vector salt %d" % number)[:16])


class Key:
    """A key made from a seed text; ECDSA is deterministic (RFC 6979), so vectors never drift."""

    def __init__(self, alg: str, seed: str) -> None:
        self.alg = alg
        secret = sha256(seed.encode())
        self._ec = ec.derive_private_key(int.from_bytes(secret, "big") % (P256_ORDER - 1) + 1, ec.SECP256R1())
        self._ed = ed25519.Ed25519PrivateKey.from_private_bytes(secret)
        self.jwk = self._jwk()
        self.kid = b64u(sha256(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode()))

    def _jwk(self) -> dict[str, str]:
        if self.alg == "EdDSA":
            return {"kty": "OKP", "crv": "Ed25519", "x": b64u(self.raw_public)}
        numbers = self._ec.public_key().public_numbers()
        x, y = (b64u(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    @property
    def raw_public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return self._ed.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """64 bytes, low s."""
        if self.alg == "EdDSA":
            return self._ed.sign(data)
        r, s = decode_dss_signature(self.sign_der(data))
        return join(r, min(s, P256_ORDER - s))

    def sign_der(self, data: bytes) -> bytes:
        return self._ec.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def join(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


ES256 = Key("ES256", "vector key ES256")
EDDSA = Key("EdDSA", "vector key EdDSA")
OTHER_ES256 = Key("ES256", "another vector key ES256")
OTHER_EDDSA = Key("EdDSA", "another vector key EdDSA")
KEYS = [ES256, EDDSA]
OTHERS = {"ES256": OTHER_ES256, "EdDSA": OTHER_EDDSA}


def disclosure(name: Any, value: Any, number: int = 0) -> str:
    """One encoded disclosure."""
    return encode_disclosure(compact([salt(number), name, value]))


def encode_disclosure(text: str | bytes) -> str:
    """A disclosure from its JSON text, fit or not."""
    return b64u(text.encode() if isinstance(text, str) else text)


def usual_disclosures() -> list[str]:
    return [disclosure(name, value, number) for number, (name, value) in enumerate(FIELDS)]


def digest(encoded: str) -> str:
    return b64u(sha256(encoded.encode()))


def claims(disclosures: list[str], **changes: Any) -> dict[str, Any]:
    """A right payload with `changes`; a change to `...` takes the claim out."""
    value: dict[str, Any] = {
        "iss": "330106",
        "aud": AUD,
        "jti": "01960000-0000-7000-8000-00000000002a",
        "kind": "case.milestone.v1",
        "src": "self",
        "sub": "00112233445566778899aabbccddeeff",
        "seq": 1,
        "prev": b64u(sha256(b"previous entry")),
        "iat": 1772415000,
        "seen": {"size": 70, "root": b64u(sha256(b"root"))},
        "_sd_alg": "sha-256",
        "_sd": sorted(digest(one) for one in disclosures),
    }
    value.update(changes)
    return {name: item for name, item in value.items() if item is not ...}


def header(key: Key, **changes: Any) -> dict[str, Any]:
    value = {"alg": key.alg, "kid": key.kid, "typ": "gw-record+sd-jwt", **changes}
    return {name: item for name, item in value.items() if item is not ...}


def entry(
    key: Key,
    header_text: str | bytes,
    payload_text: str | bytes,
    *,
    encode: Callable[[bytes], str] = b64u,
    signature: Callable[[bytes, bytes], bytes] | None = None,
) -> str:
    """header.payload.signature; `signature(right one, signing input)` may replace the signature."""
    parts = [part.encode() if isinstance(part, str) else part for part in (header_text, payload_text)]
    signing_input = ".".join(encode(part) for part in parts)
    signed = key.sign(signing_input.encode())
    if signature is not None:
        signed = signature(signed, signing_input.encode())
    return f"{signing_input}.{b64u(signed)}"


def usual_entry(key: Key, disclosures: list[str], **changes: Any) -> str:
    """A right entry that commits to `disclosures`."""
    return entry(key, compact(header(key)), compact(claims(disclosures, **changes)))


def presentation(entry_text: str, disclosures: list[str]) -> str:
    return "~".join([entry_text, *disclosures, ""])


def record(key: Key, disclosures: list[str] | None = None, **changes: Any) -> str:
    """A right record, or one with `changes` to its claims."""
    shown = usual_disclosures() if disclosures is None else disclosures
    return presentation(usual_entry(key, shown, **changes), shown)
