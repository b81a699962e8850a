"""The port to the contract `Members`, as far as signing keys go."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class KeyRegistry(Protocol):
    """The contract `Members`, as far as keys go. Every call is idempotent and returns once it is final.

    Raises Unavailable when the chain does not answer, Conflict when the contract refuses.
    """

    def register(
        self,
        agency: str,
        kid: str,
        purpose: str,
        not_before: datetime,
        not_after: datetime,
        replaces: str | None,
    ) -> bool:
        """Register a key for its own agency; whether that agency was the only one then.

        Raises Conflict `key-differs` where it stands with another purpose or a wider window.
        """
        ...

    def confirm(self, agency: str, kid: str, confirmer: str) -> None:
        """Confirm a key for a second agency."""
        ...

    def shrink(self, agency: str, kid: str, not_before: datetime, not_after: datetime) -> None:
        """Shrink a key's window."""
        ...

    def revoke(self, agency: str, kid: str, compromised_since: datetime, seconded_by: str | None) -> None:
        """Revoke a key; far back (over 7 days) takes a second agency. Raises Conflict `key-differs`."""
        ...
