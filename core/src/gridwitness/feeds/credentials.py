"""By what senders are known: Digest accounts (GA/T 1400), tokens, client certificates, signing keys.

That a credential was set is stated; its secret is not evidence and stays out of every record. What Digest
needs is as good as the password, so it is kept sealed: the database alone, and who reads it, cannot use it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, InvalidInput, Misconfigured, NotFound
from gridwitness.feeds.feed import Feed, feed_named
from gridwitness.feeds.models import CredentialRow
from gridwitness.records import Acceptance, change, current_log, put_new, remove

KINDS = {
    "digest": "Digest 账号",
    "token": "令牌",
    "certificate": "客户端证书",
    "key": "设备签名密钥",
}
MINIMUM_SECRET = 12
_TOKEN = "gwf_"  # noqa: S105 - a prefix by which a leaked one is found
_USERNAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_NONCE = 12


class Credentials:
    """Use cases of feeds' credentials; `by` is the administrator's account id."""

    def __init__(
        self,
        acceptance: Acceptance,
        clock: Clock,
        sealing_key: Callable[[], bytes],
        realm: Callable[[], str],
    ) -> None:
        """`sealing_key`: 32 bytes that are not in the database; `realm`: of this deployment, for Digest."""
        self._acceptance = acceptance
        self._clock = clock
        self._sealing_key = sealing_key
        self._realm = realm

    @property
    def realm(self) -> str:
        """What a Digest challenge names."""
        return self._realm()

    def set_secret(self, session: Session, feed: Feed, username: str, secret: str, by: UUID | None) -> None:
        """Let a Digest account send for a feed, or change its password.

        Raises InvalidInput `username`, `secret-short`; Conflict `credential-taken`.
        """
        if not _USERNAME.fullmatch(username):
            raise InvalidInput(
                "username", "A user name has 1 to 64 letters, digits, `.`, `_`, `@`, `-`.", None
            )
        if len(secret) < MINIMUM_SECRET:
            raise InvalidInput("secret-short", f"A secret has at least {MINIMUM_SECRET} characters.", None)
        self._state(session, feed, "digest", username, by)
        known = f"{username}:{self.realm}:{secret}".encode()
        ha1 = hashlib.md5(known, usedforsecurity=False).hexdigest()  # RFC 2617; the standard asks for it
        sealed = self._seal(ha1.encode(), feed.name, username)
        session.execute(
            update(CredentialRow)
            .where(
                CredentialRow.feed == feed.name,
                CredentialRow.kind == "digest",
                CredentialRow.name == username,
            )
            .values(secret=sealed)
        )

    def digest_of(self, session: Session, username: str) -> tuple[Feed, str] | None:
        """The feed of a Digest account and its HA1 (hex); None where there is no such account.

        Raises Conflict `feed-closed`; Misconfigured `secret-sealed` (the key has changed).
        """
        row = self._row(session, "digest", username)
        if row is None or row.secret is None:
            return None
        return feed_named(session, row.feed), self._open(bytes(row.secret), row.feed, username).decode()

    def new_token(self, session: Session, feed: Feed, by: UUID | None) -> str:
        """A token that sends for a feed; it is shown once and kept as its SHA-256."""
        token = _TOKEN + secrets.token_urlsafe(32)
        self._state(session, feed, "token", _digest(token.encode()), by)
        return token

    def feed_of_token(self, session: Session, token: str) -> Feed | None:
        """The feed that a token sends for. Raises Conflict `feed-closed`."""
        row = self._row(session, "token", _digest(token.encode()))
        return None if row is None else feed_named(session, row.feed)

    def set_certificate(self, session: Session, feed: Feed, fingerprint: str, by: UUID | None) -> None:
        """Let the holder of a client certificate send for a feed; `fingerprint`: hex SHA-256 of its DER.

        Raises InvalidInput `fingerprint`, Conflict `credential-taken`.
        """
        plain = fingerprint.replace(":", "").lower()
        if not _SHA256.fullmatch(plain):
            raise InvalidInput("fingerprint", "A fingerprint is a SHA-256: 64 hexadecimal digits.", None)
        self._state(session, feed, "certificate", plain, by)

    def feed_of_certificate(self, session: Session, der: bytes) -> Feed | None:
        """The feed that a client certificate sends for. Raises Conflict `feed-closed`."""
        row = self._row(session, "certificate", _digest(der))
        return None if row is None else feed_named(session, row.feed)

    def set_key(self, session: Session, feed: Feed, kid: str, by: UUID | None) -> None:
        """Let a registered key of purpose `feed` sign a feed's messages. Raises InvalidInput `kid`."""
        if not _THUMBPRINT.fullmatch(kid):
            raise InvalidInput("kid", "A key is named by its thumbprint, 43 characters.", None)
        self._state(session, feed, "key", kid, by)

    def rows(self, session: Session, feed: Feed) -> list[CredentialRow]:
        """A feed's credentials by kind and name."""
        query = select(CredentialRow).where(CredentialRow.feed == feed.name)
        return [*session.scalars(query.order_by(CredentialRow.kind, CredentialRow.name))]

    def names(self, session: Session, feed: Feed, kind: str) -> list[str]:
        """Names of a feed's credentials of a kind."""
        query = select(CredentialRow.name).where(CredentialRow.feed == feed.name, CredentialRow.kind == kind)
        return [*session.scalars(query.order_by(CredentialRow.name))]

    def remove(self, session: Session, feed: Feed, kind: str, name: str, by: UUID | None) -> None:
        """Take a credential away. Raises NotFound `credential-unknown`."""
        row = self._row(session, kind, name)
        if row is None or row.feed != feed.name:
            raise NotFound("credential-unknown", f"Feed {feed.name} has no such credential.", None)
        gone = remove(CredentialRow, {"feed": feed.name, "kind": kind, "name": name})
        log = current_log(session, feed.agency)
        self._acceptance.machine_step(session, log, feed.sub, [gone], by=None if by is None else str(by))

    def _state(self, session: Session, feed: Feed, kind: str, name: str, by: UUID | None) -> None:
        known = self._row(session, kind, name)
        if known is not None and known.feed != feed.name:
            raise Conflict("credential-taken", f"This credential is feed {known.feed}'s.", "give another one")
        key = {"feed": feed.name, "kind": kind, "name": name}
        told = {"set_at": self._clock.now(), "set_by": by}
        step = put_new(CredentialRow, **key, **told) if known is None else change(CredentialRow, key, **told)
        log = current_log(session, feed.agency)
        self._acceptance.machine_step(session, log, feed.sub, [step], by=None if by is None else str(by))

    def _row(self, session: Session, kind: str, name: str) -> CredentialRow | None:
        if "\0" in name:
            return None
        query = select(CredentialRow).where(CredentialRow.kind == kind, CredentialRow.name == name)
        return session.scalars(query.execution_options(populate_existing=True)).first()

    def _seal(self, secret: bytes, feed: str, name: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._sealing_key()).encrypt(nonce, secret, _bound(feed, name))

    def _open(self, sealed: bytes, feed: str, name: str) -> bytes:
        try:
            cipher = AESGCM(self._sealing_key())
            return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(feed, name))
        except InvalidTag:
            raise Misconfigured(
                "secret-sealed",
                f"The secret of {name} was sealed with another key.",
                "restore keys/feed, or set the secret again",
            ) from None


def _bound(feed: str, name: str) -> bytes:
    return f"gridwitness-feed-secret/v1\n{feed}\n{name}".encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
