"""Public keys as JWK (RFC 7517, RFC 7518, RFC 8037), their RFC 7638 thumbprint, and signatures under them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import base64url
from .errors import VerificationError

_ES256 = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A parsed key: `algorithm` is ES256 or EdDSA, `thumbprint` is b64u (43 characters)."""

    algorithm: str
    thumbprint: str
    key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

    def __reduce__(self) -> tuple[Any, ...]:
        """It may have to cross from one process to another, as the text it was made of."""
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            return _ed25519, (base64url.encode(self.key.public_bytes_raw()),)
        point = self.key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _p256, (base64url.encode(point[1:33]), base64url.encode(point[33:]))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raises VerificationError `signature` unless the 64 bytes sign the message."""
        if len(signature) != 64:
            raise VerificationError("signature", f"a signature of {len(signature)} bytes, not 64")
        try:
            if isinstance(self.key, ed25519.Ed25519PublicKey):
                self.key.verify(signature, message)
            else:
                r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                self.key.verify(encode_dss_signature(r, s), message, _ES256)
        except InvalidSignature as error:
            raise VerificationError("signature", f"does not verify under key {self.thumbprint}") from error


def parse_jwk(jwk: Any) -> PublicKey:
    """Parse a public JWK (EC P-256 or OKP Ed25519); raises VerificationError `jwk`. Keys are cached."""
    if not isinstance(jwk, dict) or "d" in jwk:
        raise VerificationError("jwk", "not a public JWK object")
    kty, crv, x, y = (jwk.get(name) for name in ("kty", "crv", "x", "y"))
    if not all(isinstance(value, str) and len(value) <= 64 for value in (kty, crv, x)):
        raise VerificationError("jwk", "kty, crv and x have to be text")
    if (kty, crv) == ("OKP", "Ed25519"):
        return _ed25519(x)
    if (kty, crv) == ("EC", "P-256") and isinstance(y, str) and len(y) <= 64:
        return _p256(x, y)
    raise VerificationError("jwk", "neither EC P-256 nor OKP Ed25519")


@lru_cache(maxsize=4096)
def _ed25519(x: str) -> PublicKey:
    coordinate = _coordinate(x)
    thumbprint = _thumbprint(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}')
    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(coordinate)
    except ValueError as error:
        raise VerificationError("jwk", "not an Ed25519 point") from error
    return PublicKey("EdDSA", thumbprint, key)


@lru_cache(maxsize=4096)
def _p256(x: str, y: str) -> PublicKey:
    point = b"\x04" + _coordinate(x) + _coordinate(y)
    thumbprint = _thumbprint(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}')
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise VerificationError("jwk", "not a point on P-256") from error
    return PublicKey("ES256", thumbprint, key)


def _coordinate(text: str) -> bytes:
    value = base64url.decode(text)
    if len(value) != 32:
        raise VerificationError("jwk", f"a coordinate of {len(value)} bytes, not 32")
    return value


def _thumbprint(members: str) -> str:
    return base64url.encode(sha256(members.encode("ascii")).digest())
