"""Whose keys count: the ports by which `records` asks, and a later feature answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gridwitness_evidence import NoteSigner, PublicKey, SigningKey
from sqlalchemy.orm import Session

from gridwitness.errors import Forbidden


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A signing key as the platform knows it from its own records and the contract."""

    agency: str
    kid: str
    public_key: PublicKey
    purpose: str
    counts: bool
    """Confirmed by a second agency, or registered while there was one agency only."""
    not_before: datetime
    not_after: datetime
    revoked: bool

    def check_usable(self, now: datetime) -> None:
        """Raise Forbidden where a record signed by this key may not be accepted at `now`."""
        name = f"Key {self.kid} of agency {self.agency}"
        if self.revoked:
            raise Forbidden("key-revoked", f"{name} has been revoked.", "sign with a key that is in force")
        if not self.counts:
            raise Forbidden(
                "key-unconfirmed", f"{name} has not been confirmed by a second agency.", "have it confirmed"
            )
        if not self.not_before <= now <= self.not_after:
            window = f"{self.not_before.isoformat()} to {self.not_after.isoformat()}"
            raise Forbidden(
                "key-expired", f"{name} is valid from {window} only.", "sign with a key that is in force"
            )


class SignerDirectory(Protocol):
    """Finds registered keys. One query for all keys of a batch; unknown ones are left out."""

    def find(
        self, session: Session, wanted: Iterable[tuple[str, str]]
    ) -> Mapping[tuple[str, str], RegisteredKey]:
        """Keys by (agency code, thumbprint)."""
        ...


class OwnKeys(Protocol):
    """The platform's own private keys. Raises Misconfigured `key-missing`."""

    def service_key(self, agency: str) -> SigningKey:
        """The key that signs effects and machine records of an agency."""
        ...

    def log_signer(self, log: str) -> NoteSigner:
        """The key that signs tree heads and receipts of a log."""
        ...
