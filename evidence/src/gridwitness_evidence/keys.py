"""Signing keys and public keys: ES256 (RFC 7518 section 3.4) and EdDSA with Ed25519 (RFC 8037)."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from . import base64url, strict_json
from .errors import EncodingError, KeyMaterialError

Algorithm = Literal["ES256", "EdDSA"]

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA = ec.ECDSA(SHA256())
_MEMBERS = {("EC", "P-256"): ("x", "y"), ("OKP", "Ed25519"): ("x",)}

_PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


def thumbprint(jwk: dict[str, Any]) -> str:
    """The RFC 7638 SHA-256 thumbprint, base64url: the `kid` of the key. Refuses what is no key of ours."""
    return PublicKey.from_jwk(jwk).kid


class PublicKey:
    """A P-256 or Ed25519 public key; `alg`, `kid` (RFC 7638 thumbprint) and `jwk` identify it."""

    __slots__ = ("_key", "alg", "jwk", "kid")

    def __init__(self, key: _PublicKey) -> None:
        self._key = key
        self.alg: Algorithm = "ES256" if isinstance(key, ec.EllipticCurvePublicKey) else "EdDSA"
        self.jwk: dict[str, str] = _jwk_of(key)
        self.kid: str = base64url.encode(hashlib.sha256(strict_json.canonical(self.jwk)).digest())

    @classmethod
    def from_jwk(cls, jwk: dict[str, Any]) -> PublicKey:
        """Read a JWK of exactly `kty`, `crv`, `x` (and `y` for P-256), 32 bytes each; else `key-form`."""
        if not isinstance(jwk, dict):
            raise KeyMaterialError("key-form", "a JWK is a JSON object")
        kty, crv = jwk.get("kty"), jwk.get("crv")
        names = _MEMBERS.get((kty, crv)) if isinstance(kty, str) and isinstance(crv, str) else None
        if names is None or set(jwk) != {"kty", "crv", *names}:
            raise KeyMaterialError("key-form", "a JWK has exactly kty, crv, x and, for P-256, y")
        x, *rest = (_coordinate(jwk[name]) for name in names)
        try:
            if not rest:
                return cls(ed25519.Ed25519PublicKey.from_public_bytes(x))
            numbers = ec.EllipticCurvePublicNumbers(
                int.from_bytes(x, "big"), int.from_bytes(rest[0], "big"), ec.SECP256R1()
            )
            return cls(numbers.public_key())
        except (ValueError, UnsupportedAlgorithm):
            raise KeyMaterialError("key-form", "the coordinates are not a point of the curve") from None

    def verify(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` (64 bytes: r ‖ s, or Ed25519) holds for `data`. High s is valid too."""
        if len(signature) != 64:
            return False
        try:
            if isinstance(self._key, ec.EllipticCurvePublicKey):
                r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                self._key.verify(encode_dss_signature(r, s), data, _ECDSA)
            else:
                self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.jwk == other.jwk

    def __hash__(self) -> int:
        return hash(self.kid)

    def __repr__(self) -> str:
        return f"PublicKey({self.alg}, {self.kid})"


class SigningKey:
    """A private key that signs records (either algorithm) or notes (EdDSA). Never shown by repr."""

    __slots__ = ("_key", "public")

    def __init__(self, key: _PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def generate(cls, alg: Algorithm) -> SigningKey:
        """A fresh key from the operating system's randomness."""
        if alg == "ES256":
            return cls(ec.generate_private_key(ec.SECP256R1()))
        if alg == "EdDSA":
            return cls(ed25519.Ed25519PrivateKey.generate())
        raise KeyMaterialError("key-form", f"unknown algorithm {alg!r}; use ES256 or EdDSA")

    @classmethod
    def from_pem(cls, pem: bytes, password: bytes) -> SigningKey:
        """Read encrypted PKCS #8 PEM: `key-password` when it does not open, `key-form` for other keys."""
        try:
            key = serialization.load_pem_private_key(pem, password)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyMaterialError(
                "key-password", "the PEM does not open as an encrypted PKCS #8 key; check file and password"
            ) from None
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls(key)
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise KeyMaterialError("key-form", "not a P-256 or Ed25519 key; generate one of these")

    def to_pem(self, password: bytes) -> bytes:
        """PKCS #8 PEM, encrypted under `password` (at least one byte)."""
        if not password:
            raise KeyMaterialError("key-password", "a signing key is only written encrypted; give a password")
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )

    @property
    def alg(self) -> Algorithm:
        return self.public.alg

    @property
    def kid(self) -> str:
        return self.public.kid

    @property
    def jwk(self) -> dict[str, str]:
        """The public JWK."""
        return self.public.jwk

    def sign(self, data: bytes) -> bytes:
        """64 bytes: r ‖ s with low s, or the Ed25519 signature."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(data)
        r, s = decode_dss_signature(self._key.sign(data, _ECDSA))
        if s > _P256_ORDER // 2:
            s = _P256_ORDER - s
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def __repr__(self) -> str:
        return f"SigningKey({self.alg}, {self.kid})"


def _jwk_of(key: _PublicKey) -> dict[str, str]:
    if isinstance(key, ec.EllipticCurvePublicKey):
        numbers = key.public_numbers()
        x, y = (base64url.encode(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_bytes_raw())}


def _coordinate(text: object) -> bytes:
    try:
        value = base64url.decode(text) if isinstance(text, str) else b""
    except EncodingError:
        value = b""
    if len(value) != 32:
        raise KeyMaterialError("key-form", "x and y are 32 bytes in canonical base64url")
    return value
