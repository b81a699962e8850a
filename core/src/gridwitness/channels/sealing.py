"""Secrets that deliveries are signed with, sealed: the database alone cannot use them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gridwitness.errors import Misconfigured

SIGNATURE_HEADER = "GridWitness-Signature"
_NONCE = 12


class Sealing:
    """`key`: 32 bytes that are not in the database. A sealed secret opens for its own target only."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def seal(self, secret: str, target: str) -> bytes:
        """What the database keeps."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key()).encrypt(nonce, secret.encode(), _bound(target))

    def open(self, sealed: bytes, target: str) -> str:
        """The secret. Raises Misconfigured `secret-sealed` (the key has changed)."""
        try:
            return AESGCM(self._key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(target)).decode()
        except InvalidTag:
            raise Misconfigured(
                "secret-sealed",
                f"The secret of {target} was sealed with another key.",
                "restore keys/feed, or set the secret again",
            ) from None


def new_secret() -> str:
    """A secret for a target; it is shown once."""
    return "gws_" + secrets.token_urlsafe(32)


def signature(secret: str, at: int, body: bytes) -> str:
    """Value of the header: docs/format.md section 25. `at`: Unix seconds."""
    code = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


def _bound(target: str) -> bytes:
    return f"gridwitness-channel-secret/v1\n{target}".encode()
