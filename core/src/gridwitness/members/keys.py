"""Signing keys: offered by their holder, confirmed by a second agency, shrunk, rotated, revoked.

Every step is a record *and* a call of the contract `Members`. The record is prepared first, the contract
called second, the transaction committed by the caller last: what fails in between leaves no record, and the
contract call can be repeated without harm.
"""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta
from typing import Any

from gridwitness_evidence import (
    EvidenceError,
    SigningKey,
    parse_presentation,
)
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, InvalidInput, NotFound, Unavailable
from gridwitness.members.key_registry import KeyRegistry
from gridwitness.members.key_statements import CONFIRMED, OFFERED, REVOKED, SHRUNK
from gridwitness.members.models import SigningKeyRow
from gridwitness.records import (
    Acceptance,
    Outcome,
    OwnKeys,
    Submission,
    current_log,
    log_named,
    newest_anchor_time,
    rfc3339,
    subject_log,
    unanchored,
)


class UnderWay:
    """Records of a key that are accepted and not anchored yet: their anchor must find the key in force."""

    def __init__(self, clock: Clock, patience: timedelta = timedelta(seconds=20)) -> None:
        self._clock = clock
        self._patience = patience

    def wait(self, session: Session, agency: str, kid: str) -> None:
        """Until the worker has anchored them, and the second of that block is over.

        Acceptance holds the key's row while it accepts; so once the row has changed, no more come. Block
        times are whole seconds, and an anchor counts only before the second of the revocation. Raises
        Conflict
        `records-under-way`.
        """
        deadline = time.monotonic() + self._patience.total_seconds()
        while unanchored(session, agency, kid, but=OFFERED) or self._second_of_an_anchor(session):
            if time.monotonic() >= deadline:
                raise Conflict(
                    "records-under-way",
                    f"Records signed by key {kid} are accepted and not anchored yet.",
                    "see that the worker and the chain run (`gridwitness anchor --wait`), then repeat this",
                )
            time.sleep(0.1)

    def _second_of_an_anchor(self, session: Session) -> bool:
        newest = newest_anchor_time(session)
        return newest is not None and self._clock.now() < newest + timedelta(seconds=1)


class Keys:
    """Use cases of signing keys; `by` is the acting account's id."""

    def __init__(
        self,
        acceptance: Acceptance,
        registry: KeyRegistry,
        own_keys: OwnKeys,
        under_way: UnderWay,
    ) -> None:
        self._acceptance = acceptance
        self._registry = registry
        self._own_keys = own_keys
        self._under_way = under_way

    def offer(self, session: Session, presentation: str, *, by: str | None) -> Outcome:
        """Take in a `key.offered.v1` signed by the offered key, and register it in the contract.
        Repeatable.
        """
        kind = _kind_of(presentation)
        if kind != OFFERED:
            raise InvalidInput("kind-wrong", f"Expected {OFFERED}, not {kind}.", None)
        outcome = self._acceptance.accept_one(session, Submission(presentation, by=by), internal=True)
        assert outcome.record is not None
        row = find_key(session, outcome.record.claims.iss, outcome.record.kid)
        window = (row.not_before, row.not_after)
        alone = self._registry.register(row.agency, row.kid, row.purpose, *window, row.replaces)
        if alone != row.registered_alone:
            raise Unavailable(
                "admission-unfinished",
                "The contract counts other agencies than this database.",
                "run `gridwitness agency add` for the agency whose admission was interrupted",
            )
        return outcome

    def offer_own(
        self, session: Session, agency: str, key: SigningKey, purpose: str, window: tuple[datetime, datetime]
    ) -> None:
        """Offer one of the platform's own keys (service, feed)."""
        fields = {
            "jwk": key.jwk,
            "purpose": purpose,
            "holder": None,
            "not_before": rfc3339(window[0]),
            "not_after": rfc3339(window[1]),
            "replaces": None,
        }
        log = current_log(session, agency)
        statement = self._acceptance.sign_own(
            session, log, OFFERED, secrets.token_hex(16), fields, key=key, iss=agency
        )
        self.offer(session, statement.presentation, by=None)

    def confirm(self, session: Session, agency: str, kid: str, confirmer: str, *, by: str | None) -> Outcome:
        """A second agency vouches for a key; its service key signs."""
        outcome = self._state(session, CONFIRMED, find_key(session, agency, kid), confirmer, {}, by)
        self._registry.confirm(agency, kid, confirmer)
        return outcome

    def shrink(
        self,
        session: Session,
        agency: str,
        kid: str,
        not_before: datetime,
        not_after: datetime,
        *,
        by: str | None,
    ) -> Outcome:
        """Make a key's window smaller (the end of a rotation). Waits as `revoke` does."""
        window = {"not_before": rfc3339(not_before), "not_after": rfc3339(not_after)}
        outcome = self._state(session, SHRUNK, find_key(session, agency, kid), agency, window, by)
        self._under_way.wait(session, agency, kid)
        self._registry.shrink(agency, kid, not_before, not_after)
        return outcome

    def revoke(
        self,
        session: Session,
        agency: str,
        kid: str,
        compromised_since: datetime,
        reason: str,
        *,
        seconded_by: str | None = None,
        by: str | None,
    ) -> Outcome:
        """Revoke a key from a past moment on.

        What it signed and was accepted is anchored first: waits for the worker. Raises Conflict
        `records-under-way`.
        """
        why = {"compromised_since": rfc3339(compromised_since), "reason": reason}
        outcome = self._state(session, REVOKED, find_key(session, agency, kid), agency, why, by)
        self._under_way.wait(session, agency, kid)
        self._registry.revoke(agency, kid, compromised_since, seconded_by)
        return outcome

    def _state(
        self,
        session: Session,
        kind: str,
        row: SigningKeyRow,
        iss: str,
        fields: dict[str, Any],
        by: str | None,
    ) -> Outcome:
        log_name = subject_log(session, row.sub)
        assert log_name is not None
        named = {"agency": row.agency, "thumbprint": row.kid, **fields}
        key = self._own_keys.service_key(iss)
        log = log_named(session, log_name)
        submission = self._acceptance.sign_own(session, log, kind, row.sub, named, key=key, iss=iss, by=by)
        outcome = self._acceptance.accept_one(session, submission, internal=True)
        session.expire(row)
        return outcome


def find_key(session: Session, agency: str, kid: str) -> SigningKeyRow:
    """One registered key. Raises NotFound `key-unknown`."""
    row = session.get(SigningKeyRow, (agency, kid))
    if row is None:
        raise NotFound("key-unknown", f"Agency {agency} has no key {kid}.", None)
    return row


def _kind_of(presentation: str) -> str:
    try:
        return parse_presentation(presentation).claims.kind
    except EvidenceError as error:
        raise InvalidInput(error.code, error.message, "see docs/format.md sections 1 and 2") from error
