"""Messages that their device signed (assurance `device-signed`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from gridwitness_evidence import EvidenceError, PublicKey, base64url
from sqlalchemy.orm import Session

from gridwitness.errors import Forbidden
from gridwitness.feeds.credentials import Credentials
from gridwitness.feeds.feed import Feed
from gridwitness.records import SignerDirectory

HEADER = "GridWitness-Signature"
"""Where a door looks for the signature: b64u(Ed25519 over the bytes as received)."""

ASSURANCE = "device-signed"
_LENGTH = 64


def signature_holds(header: str | None, received: bytes, keys: Iterable[PublicKey]) -> bool:
    """Whether the header is a signature of these bytes by one of the keys. Pure."""
    if header is None:
        return False
    try:
        signature = base64url.decode(header)
    except EvidenceError:
        return False
    return len(signature) == _LENGTH and any(key.verify(signature, received) for key in keys)


def feed_keys(
    session: Session, feed: Feed, credentials: Credentials, directory: SignerDirectory, now: datetime
) -> Sequence[PublicKey]:
    """The keys that may sign a feed's messages now: named for it, registered for `feed`, and in force."""
    wanted = [(feed.agency, kid) for kid in credentials.names(session, feed, "key")]
    found = []
    for key in directory.find(session, wanted).values():
        try:
            key.check_usable(now)
        except Forbidden:
            continue
        if key.purpose == "feed" and key.public_key.alg == "EdDSA":
            found.append(key.public_key)
    return found
