"""Who may register: a Digest account of a feed of this door, with the certificate that the feed asks for."""

from __future__ import annotations

from dataclasses import dataclass

from gridwitness.errors import Conflict, Forbidden, Unauthenticated
from gridwitness.feeds import Feed
from gridwitness.platform import Platform
from sqlalchemy.orm import Session

from gridwitness_ingest.gat1400.http_digest import Nonces, answer_holds, answered, challenge

_NOBODY = "0" * 32  # HA1 of nobody: an unknown account takes as long as a known one


class UnansweredError(Unauthenticated):
    """Nobody has proved who asks; `challenge` is what they have to answer."""

    def __init__(self, code: str, message: str, challenge: str) -> None:
        super().__init__(code, message, "answer the challenge")
        self.challenge = challenge


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has to prove itself. `target`: path and query as they were asked for."""

    method: str
    target: str
    authorization: str | None
    certificate: bytes | None


class Login:
    """Checks Digest answers; runs in a worker thread."""

    def __init__(self, platform: Platform, nonces: Nonces) -> None:
        self._platform = platform
        self._nonces = nonces

    def new_challenge(self, *, stale: bool = False) -> str:
        """A challenge with a new nonce."""
        return challenge(self._platform.credentials.realm, self._nonces.give(), stale=stale)

    def feed_of(self, asked: Asked) -> Feed:
        """The feed that the request is for.

        Raises UnansweredError `digest-missing`, `digest-wrong`, `digest-stale`; Forbidden `feed-door`,
        `certificate-missing`, `certificate-unknown`.
        """
        told = answered(asked.authorization)
        if told is None:
            raise UnansweredError("digest-missing", "Digest is asked for.", self.new_challenge())
        account, ha1 = self._account(told["username"], asked.certificate)
        realm = self._platform.credentials.realm
        holds = answer_holds(told, ha1, realm, asked.method, asked.target)
        fresh = self._nonces.take(told["nonce"])
        if not holds or account is None:
            raise UnansweredError("digest-wrong", "User name or password is wrong.", self.new_challenge())
        if not fresh:
            raise UnansweredError(
                "digest-stale", "The nonce was used before, or is too old.", self.new_challenge(stale=True)
            )
        if isinstance(account, Forbidden):
            raise account
        return account

    def _account(self, username: str, certificate: bytes | None) -> tuple[Feed | Forbidden | None, str]:
        """The feed, or why it may not send, which only its owner is told; and the account's HA1."""
        with self._platform.transaction() as session:
            try:
                found = self._platform.credentials.digest_of(session, username)
            except Conflict:  # a closed feed's account is none
                found = None
            if found is None:
                return None, _NOBODY
            feed, ha1 = found
            return self._flaw(session, feed, certificate) or feed, ha1

    def _flaw(self, session: Session, feed: Feed, certificate: bytes | None) -> Forbidden | None:
        """Why a feed may not send by this connection."""
        if feed.door != "gat1400":
            return Forbidden("feed-door", f"Feed {feed.name} is not of this door.", None)
        if feed.assurance != "mutual-tls":
            return None
        if certificate is None:
            words = f"Feed {feed.name} needs a client certificate."
            return Forbidden("certificate-missing", words, "connect with TLS and its certificate")
        owner = self._platform.credentials.feed_of_certificate(session, certificate)
        if owner is not None and owner.name == feed.name:
            return None
        words = f"The certificate is not one of feed {feed.name}."
        return Forbidden("certificate-unknown", words, "register its fingerprint")
