"""Typed binding of `Members`: agencies, their roles, signing keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .agency import ADMIN, REGISTRAR, agency_code, agency_word, role_word
from .contract import Call, Contract, Event


class Purpose(IntEnum):
    """What a signing key is for."""

    OFFICER = 1
    SERVICE = 2
    FEED = 3
    LOG = 4


@dataclass(frozen=True)
class KeyState:
    """A signing key as the contract holds it; times in Unix seconds, 0 = not (yet); all zero = never
    registered.
    """

    purpose: int
    registered_at: int
    confirmed_at: int
    not_before: int
    not_after: int
    revoked_at: int
    compromised_since: int
    registered_agencies: int
    confirmed_by: str | None

    @property
    def registered(self) -> bool:
        return self.registered_at != 0

    @property
    def counts_from(self) -> int | None:
        """When it began to count (format.md §7): registered while there was one agency, else confirmed; None:
        not yet.
        """
        if self.registered and self.registered_agencies == 1:
            return self.registered_at
        return self.confirmed_at or None


@dataclass(frozen=True)
class AgencyState:
    """An agency: its code and the addresses that vote (`admins`) and that handle keys (`registrars`)."""

    code: str
    admins: tuple[str, ...]
    registrars: tuple[str, ...]


class Members(Contract):
    """Builders return a `Call` for `submit` (or `approve` in governance.py); times in Unix seconds."""

    # Governance: admins of two thirds of the agencies.
    def admit_agency(self, agency: str, admin: str) -> Call:
        return self.call("admitAgency", agency_word(agency), admin)

    def remove_agency(self, agency: str) -> Call:
        return self.call("removeAgency", agency_word(agency))

    def grant_role(self, agency: str, role: str, account: str) -> Call:
        return self.call("grantAgencyRole", agency_word(agency), role_word(role), account)

    def revoke_role(self, agency: str, role: str, account: str) -> Call:
        return self.call("revokeAgencyRole", agency_word(agency), role_word(role), account)

    def withdraw_approval(self, action: bytes) -> Call:
        return self.call("withdrawApproval", action)

    # Signing keys: registrars.
    def register_key(
        self,
        agency: str,
        thumbprint: bytes,
        purpose: int,
        not_before: int,
        not_after: int,
        replaces: bytes = bytes(32),
    ) -> Call:
        return self.call(
            "registerKey", agency_word(agency), thumbprint, int(purpose), not_before, not_after, replaces
        )

    def confirm_key(self, agency: str, thumbprint: bytes, confirmer: str) -> Call:
        return self.call("confirmKey", agency_word(agency), thumbprint, agency_word(confirmer))

    def shrink_window(self, agency: str, thumbprint: bytes, not_before: int, not_after: int) -> Call:
        return self.call("shrinkWindow", agency_word(agency), thumbprint, not_before, not_after)

    def revoke_key(self, agency: str, thumbprint: bytes, compromised_since: int = 0) -> Call:
        """`compromised_since` 0 means the block's own time."""
        return self.call("revokeKey", agency_word(agency), thumbprint, compromised_since)

    # Views.
    def key_of(self, agency: str, thumbprint: bytes, block: int | str = "latest") -> KeyState:
        found: tuple[Any, ...] = self.view("keyOf", agency_word(agency), thumbprint, block=block)
        state: list[Any] = [*found[:8], agency_code(found[8])]
        return KeyState(*state)

    def agencies(self, block: int | str = "latest") -> tuple[str, ...]:
        codes = (agency_code(word) for word in self.view("agencies", block=block))
        return tuple(code for code in codes if code is not None)

    def agency_of(self, agency: str) -> AgencyState | None:
        """The agency as it stands now, or None."""
        if not self.view("isAgency", agency_word(agency)):
            return None
        word = agency_word(agency)
        return AgencyState(
            agency,
            self.view("holdersOf", word, role_word(ADMIN)),
            self.view("holdersOf", word, role_word(REGISTRAR)),
        )

    def has_role(self, agency: str, role: str, account: str) -> bool:
        return bool(self.view("hasAgencyRole", agency_word(agency), role_word(role), account))

    def admin_of(self, account: str) -> str | None:
        """The agency for which the account votes."""
        return agency_code(self.view("adminOf", account))

    def threshold(self) -> int:
        """Approvals a governance call needs now."""
        return int(self.view("threshold"))

    def deployment(self) -> str:
        """32 hex digits."""
        return bytes(self.view("deployment")).hex()

    def key_events(self, from_block: int, to_block: int | None = None) -> Iterator[Event]:
        """KeyRegistered, KeyConfirmed, KeyWindowShrunk and KeyRevoked in chain order."""
        return (found for found in self.events(from_block, to_block) if found.name.startswith("Key"))
