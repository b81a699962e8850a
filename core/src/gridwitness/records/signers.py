"""Whose keys count: the ports by which `records` asks, and a later feature answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gridwitness_evidence import (
    EvidenceError,
    NoteSigner,
    PublicKey,
    Record,
    SigningKey,
    verify_signature,
)
from sqlalchemy.orm import Session

from gridwitness.errors import Forbidden, InvalidInput
from gridwitness.records.kinds import Kind


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

    def check_usable(self, now: datetime, anchor_by: datetime | None = None) -> None:
        """Raise Forbidden where a record signed by this key may not be accepted at `now`.

        What counts in the end is the block time of the anchor (`docs/format.md` section 7): a key that may
        have expired by `anchor_by` takes no more records.
        """
        name = f"Key {self.kid} of agency {self.agency}"
        if self.revoked:
            raise Forbidden("key-revoked", f"{name} has been revoked.", "sign with a key that is in force")
        if not self.counts:
            raise Forbidden(
                "key-unconfirmed", f"{name} has not been confirmed by a second agency.", "have it confirmed"
            )
        if not (self.not_before <= now and (anchor_by or now) <= self.not_after):
            window = f"{self.not_before.isoformat()} to {self.not_after.isoformat()}"
            raise Forbidden(
                "key-expired",
                f"{name} is valid from {window} only, and a record must be anchored within that time.",
                "sign with a key that is in force",
            )


class SignerDirectory(Protocol):
    """Finds registered keys. One query for all keys of a batch; unknown ones are left out."""

    def find(
        self, session: Session, wanted: Iterable[tuple[str, str]], *, hold: bool = False
    ) -> Mapping[tuple[str, str], RegisteredKey]:
        """Keys by (agency code, thumbprint). `hold`: as committed now, and unchanged until the transaction
        ends.
        """
        ...


def check_signer(
    record: Record, kind: Kind, key: RegisteredKey | None, now: datetime, merge_delay: timedelta
) -> None:
    """Raise Forbidden or InvalidInput unless the record was signed by a key that may sign its kind at `now`.

    `merge_delay`: how long after acceptance its tree head may be anchored.
    """
    if key is None:
        raise Forbidden(
            "key-unknown",
            f"Agency {record.claims.iss} has no key {record.kid}.",
            "register the key and have it confirmed",
        )
    key.check_usable(now, now + merge_delay)
    if key.purpose not in kind.purposes:
        raise Forbidden(
            "key-purpose",
            f"A {key.purpose} key may not sign {kind.name}.",
            f"sign with one of {sorted(kind.purposes)}",
        )
    check_signature(record, key)


def check_signature(record: Record, key: RegisteredKey) -> None:
    """Raise InvalidInput `key-algorithm` or `signature`."""
    try:
        verify_signature(record, key.public_key)
    except EvidenceError as error:
        raise InvalidInput(
            error.code, error.message, "sign the statement anew; no byte may change after signing"
        ) from error


class OwnKeys(Protocol):
    """The platform's own private keys. Raises Misconfigured `key-missing`."""

    def service_key(self, agency: str) -> SigningKey:
        """The key that signs effects and machine records of an agency."""
        ...

    def log_signer(self, log: str) -> NoteSigner:
        """The key that signs tree heads and receipts of a log."""
        ...
