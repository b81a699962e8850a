"""`KeyRegistry` on the contract `Members`: every call is looked up first, so that it can be repeated."""

from __future__ import annotations

from datetime import datetime

from gridwitness_chain import KeyState
from gridwitness_evidence import base64url

from gridwitness.chain import Chain
from gridwitness.errors import Conflict, InvalidInput
from gridwitness.members.purposes import PURPOSES

FAR_BACK = 7 * 24 * 3600
"""Seconds: a compromise further back than this takes a second agency (`Members.FAR_BACK`)."""


class ContractKeyRegistry:
    """Signing keys in the contract, sent by the agencies' registrar accounts."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def register(
        self,
        agency: str,
        kid: str,
        purpose: str,
        not_before: datetime,
        not_after: datetime,
        replaces: str | None,
    ) -> bool:
        """Register a key for its own agency; whether that agency was the only one then."""
        since, until = int(not_before.timestamp()), int(not_after.timestamp())
        state = self._state(agency, kid)
        if not state.registered:
            members = self._chain.contracts.members
            replaced = bytes(32) if replaces is None else _thumbprint(replaces)
            call = members.register_key(agency, _thumbprint(kid), PURPOSES[purpose], since, until, replaced)
            self._chain.submit(self._chain.registrar(agency), members, call)
            state = self._state(agency, kid)
        # Later the window may have shrunk; it can't be wider than what was offered.
        if state.purpose != PURPOSES[purpose] or not since <= state.not_before <= state.not_after <= until:
            raise _differs(kid)
        return state.registered_agencies <= 1

    def confirm(self, agency: str, kid: str, confirmer: str) -> None:
        """Confirm a key for a second agency."""
        if self._state(agency, kid).confirmed_at:
            return
        members = self._chain.contracts.members
        call = members.confirm_key(agency, _thumbprint(kid), confirmer)
        self._chain.submit(self._chain.registrar(confirmer), members, call)

    def shrink(self, agency: str, kid: str, not_before: datetime, not_after: datetime) -> None:
        """Shrink a key's window."""
        window = (int(not_before.timestamp()), int(not_after.timestamp()))
        state = self._state(agency, kid)
        if (state.not_before, state.not_after) == window:
            return
        members = self._chain.contracts.members
        call = members.shrink_window(agency, _thumbprint(kid), *window)
        self._chain.submit(self._chain.registrar(agency), members, call)

    def revoke(self, agency: str, kid: str, compromised_since: datetime, seconded_by: str | None) -> None:
        """Revoke a key; far back takes the same call by a second agency."""
        state = self._state(agency, kid)
        if state.revoked_at:
            if state.compromised_since != int(compromised_since.timestamp()):
                raise _differs(kid)
            return
        since = int(compromised_since.timestamp())
        if seconded_by is None and self._is_far_back(since):
            raise _needs_second()
        members = self._chain.contracts.members
        call = members.revoke_key(agency, _thumbprint(kid), since)
        try:
            self._chain.submit_in_new_block(self._chain.registrar(agency), members, call)
        except Conflict as error:
            # Proposed by a run that was interrupted before the second agency's call.
            if getattr(error.__cause__, "error", None) != "MembersRevocationAlreadyProposed":
                raise
        if self._state(agency, kid).revoked_at:
            return
        if seconded_by is None:
            # The latest block was older than this one: what looked recent to us was far back to the contract.
            raise _needs_second()
        self._chain.submit_in_new_block(self._chain.registrar(seconded_by), members, call)

    def _is_far_back(self, since: int) -> bool:
        """As the contract decides it, at the time of the latest block."""
        contracts = self._chain.contracts
        latest = contracts.transactions.engine.block_time()
        agencies = self._chain.read(lambda found: found.members.view("agencyCount"))
        return bool(agencies > 1 and since + FAR_BACK < latest)

    def _state(self, agency: str, kid: str) -> KeyState:
        return self._chain.read(lambda contracts: contracts.members.key_of(agency, _thumbprint(kid)))


def _needs_second() -> InvalidInput:
    return InvalidInput(
        "revocation-needs-second",
        "A revocation that reaches back this far needs a second agency.",
        "name the agency that seconds it",
    )


def _differs(kid: str) -> Conflict:
    return Conflict(
        "key-differs",
        f"The contract has key {kid} with another purpose, window or time of compromise.",
        "repeat it with the values the contract has: it gives them once and for all",
    )


def _thumbprint(kid: str) -> bytes:
    return base64url.decode(kid)
