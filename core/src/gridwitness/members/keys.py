"""Signing keys: offered by their holder, confirmed by a second agency, shrunk, rotated, revoked.

Every step is a record *and* a call of the contract `Members`. The record is prepared first, the contract
called second, the transaction committed by the caller last: what fails in between leaves no record, and the
contract call can be repeated without harm.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from gridwitness_evidence import EvidenceError, PublicKey, Record, SigningKey, verify_signature
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.members.models import AccountRow, AgencyRow, SigningKeyRow
from gridwitness.members.purposes import PURPOSES
from gridwitness.records import (
    Acceptance,
    Log,
    Outcome,
    OwnKeys,
    RowChange,
    Submission,
    change,
    current_log,
    log_named,
    put_new,
    register,
    rfc3339,
    subject_log,
)

_OFFERED = "key.offered.v1"
_CONFIRMED = "key.confirmed.v1"
_SHRUNK = "key.shrunk.v1"
_REVOKED = "key.revoked.v1"

register(
    _OFFERED,
    "申请签名密钥",
    purposes="officer service feed log",
    fields="jwk:jwk! purpose:text! holder:text not_before:time! not_after:time! replaces:text",
    internal=True,
    enums={"purpose": frozenset(PURPOSES)},
)
register(_CONFIRMED, "密钥复核", purposes="service", fields="agency:text! thumbprint:text!", internal=True)
register(
    _SHRUNK,
    "缩短密钥有效期",
    purposes="service",
    fields="agency:text! thumbprint:text! not_before:time! not_after:time!",
    internal=True,
)
register(
    _REVOKED,
    "吊销密钥",
    purposes="service",
    fields="agency:text! thumbprint:text! compromised_since:time! reason:text!",
    internal=True,
)


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
    ) -> None:
        """Register a key for its own agency."""
        ...

    def confirm(self, agency: str, kid: str, confirmer: str) -> None:
        """Confirm a key for a second agency."""
        ...

    def shrink(self, agency: str, kid: str, not_before: datetime, not_after: datetime) -> None:
        """Shrink a key's window."""
        ...

    def revoke(self, agency: str, kid: str, compromised_since: datetime, seconded_by: str | None) -> None:
        """Revoke a key; far back (over 7 days) takes a second agency."""
        ...


@dataclass(slots=True)
class _Loaded:
    agencies: int = 0
    keys: dict[tuple[str, str], SigningKeyRow] = field(default_factory=dict)
    holders: dict[UUID, AccountRow] = field(default_factory=dict)


class KeyHandler:
    """Decides what the `key.*` statements change."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The keys, holders and agencies these records speak of."""
        pairs = [pair for record in records for pair in _named_keys(record)]
        holders = [UUID(h) for r in records if isinstance(h := r.fields.get("holder"), str) and _is_uuid(h)]
        found = session.scalars(
            select(SigningKeyRow).where(tuple_(SigningKeyRow.agency, SigningKeyRow.kid).in_(pairs))
        )
        return _Loaded(
            agencies=session.scalar(select(func.count()).select_from(AgencyRow)) or 0,
            keys={(row.agency, row.kid): row for row in found},
            holders={
                row.id: row for row in session.scalars(select(AccountRow).where(AccountRow.id.in_(holders)))
            },
        )

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The key's row. Raises InvalidInput, Conflict, Forbidden, NotFound."""
        if record.claims.kind == _OFFERED:
            return [_decide_offer(record, log, loaded)]
        fields = record.fields
        row = loaded.keys.get((fields["agency"], fields["thumbprint"]))
        if row is None:
            raise NotFound(
                "key-unknown", f"Agency {fields['agency']} has no key {fields['thumbprint']}.", None
            )
        if record.claims.sub != row.sub:
            raise InvalidInput(
                "subject-wrong", f"Key {row.kid} is subject {row.sub}.", "sign at that subject's head"
            )
        return [_DECISIONS[record.claims.kind](record, row)]


def _decide_offer(record: Record, log: Log, loaded: _Loaded) -> RowChange:
    fields, agency = record.fields, record.claims.iss
    try:
        public_key = PublicKey.from_jwk(fields["jwk"])
        if public_key.kid != record.kid or public_key.alg != record.alg:
            raise InvalidInput("key-possession", "The statement is not signed by the key it offers.", None)
        verify_signature(record, public_key)
    except EvidenceError as error:
        raise InvalidInput(
            "key-possession", f"No proof of possession: {error.message}", "sign with the key itself"
        ) from error
    if log.agency != agency:
        raise InvalidInput("foreign-log", "A key is offered in its own agency's log.", None)
    if (agency, record.kid) in loaded.keys:
        raise Conflict("key-registered", f"Agency {agency} has offered key {record.kid} already.", None)
    replaced = fields["replaces"]
    if replaced is not None and (agency, replaced) not in loaded.keys:
        raise NotFound("key-unknown", f"Agency {agency} has no key {replaced} to replace.", None)
    not_before, not_after = _instant(fields["not_before"]), _instant(fields["not_after"])
    if not_before >= not_after:
        raise InvalidInput("key-window", "The key's window is empty.", "give not_before before not_after")
    return put_new(
        SigningKeyRow,
        agency=agency,
        kid=record.kid,
        jwk=fields["jwk"],
        purpose=fields["purpose"],
        holder=_holder(fields["holder"], agency, loaded),
        not_before=not_before,
        not_after=not_after,
        replaces=replaced,
        registered_alone=loaded.agencies <= 1,
        confirmed_by=None,
        compromised_since=None,
        sub=record.claims.sub,
    )


def _decide_confirmation(record: Record, row: SigningKeyRow) -> RowChange:
    if record.claims.iss == row.agency:
        raise Forbidden(
            "confirmer-own", "An agency cannot confirm its own key.", "a second agency has to confirm it"
        )
    if row.confirmed_by is not None:
        raise Conflict("key-confirmed", f"Key {row.kid} has been confirmed by {row.confirmed_by}.", None)
    return change(SigningKeyRow, _key(row), confirmed_by=record.claims.iss)


def _decide_shrinking(record: Record, row: SigningKeyRow) -> RowChange:
    _require_own(record, row)
    not_before, not_after = _instant(record.fields["not_before"]), _instant(record.fields["not_after"])
    if not row.not_before <= not_before <= not_after <= row.not_after:
        raise InvalidInput("key-window", "A key's window can only be made smaller.", None)
    return change(SigningKeyRow, _key(row), not_before=not_before, not_after=not_after)


def _decide_revocation(record: Record, row: SigningKeyRow) -> RowChange:
    _require_own(record, row)
    if row.compromised_since is not None:
        raise Conflict("key-revoked", f"Key {row.kid} has been revoked already.", None)
    return change(SigningKeyRow, _key(row), compromised_since=_instant(record.fields["compromised_since"]))


_DECISIONS = {_CONFIRMED: _decide_confirmation, _SHRUNK: _decide_shrinking, _REVOKED: _decide_revocation}

KEY_HANDLERS = {kind: KeyHandler() for kind in (_OFFERED, *_DECISIONS)}


class Keys:
    """Use cases of signing keys; `by` is the acting account's id."""

    def __init__(self, acceptance: Acceptance, registry: KeyRegistry, own_keys: OwnKeys) -> None:
        self._acceptance = acceptance
        self._registry = registry
        self._own_keys = own_keys

    def offer(self, session: Session, presentation: str, *, by: str | None) -> Outcome:
        """Take in a `key.offered.v1` signed by the offered key, and register it in the contract.
        Repeatable.
        """
        outcome = self._acceptance.accept_one(session, Submission(presentation), internal=True, by=by)
        record = outcome.record
        assert record is not None
        if record.claims.kind != _OFFERED:
            raise InvalidInput("kind-wrong", f"Expected {_OFFERED}, not {record.claims.kind}.", None)
        row = find_key(session, record.claims.iss, record.kid)
        self._registry.register(row.agency, row.kid, row.purpose, row.not_before, row.not_after, row.replaces)
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
            session, log, _OFFERED, secrets.token_hex(16), fields, key=key, iss=agency
        )
        self.offer(session, statement.presentation, by=None)

    def confirm(self, session: Session, agency: str, kid: str, confirmer: str, *, by: str | None) -> Outcome:
        """A second agency vouches for a key; its service key signs."""
        outcome = self._state(session, _CONFIRMED, find_key(session, agency, kid), confirmer, {}, by)
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
        """Make a key's window smaller (the end of a rotation)."""
        window = {"not_before": rfc3339(not_before), "not_after": rfc3339(not_after)}
        outcome = self._state(session, _SHRUNK, find_key(session, agency, kid), agency, window, by)
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
        """Revoke a key from a past moment on."""
        why = {"compromised_since": rfc3339(compromised_since), "reason": reason}
        outcome = self._state(session, _REVOKED, find_key(session, agency, kid), agency, why, by)
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
        submission = self._acceptance.sign_own(session, log, kind, row.sub, named, key=key, iss=iss)
        outcome = self._acceptance.accept_one(session, submission, internal=True, by=by)
        session.expire(row)
        return outcome


def find_key(session: Session, agency: str, kid: str) -> SigningKeyRow:
    """One registered key. Raises NotFound `key-unknown`."""
    row = session.get(SigningKeyRow, (agency, kid))
    if row is None:
        raise NotFound("key-unknown", f"Agency {agency} has no key {kid}.", None)
    return row


def _named_keys(record: Record) -> list[tuple[str, str]]:
    fields, agency = record.fields, record.claims.iss
    if record.claims.kind == _OFFERED:
        return [(agency, record.kid)] + ([(agency, fields["replaces"])] if fields["replaces"] else [])
    return [(fields["agency"], fields["thumbprint"])]


def _holder(holder: str | None, agency: str, loaded: _Loaded) -> UUID | None:
    if holder is None:
        return None
    account = loaded.holders.get(UUID(holder)) if _is_uuid(holder) else None
    if account is None or account.agency != agency:
        raise InvalidInput(
            "key-holder", f"{holder!r} is no account of agency {agency}.", "name the officer's account id"
        )
    return account.id


def _require_own(record: Record, row: SigningKeyRow) -> None:
    if record.claims.iss != row.agency:
        raise Forbidden("key-foreign", f"Only agency {row.agency} may do this to its key.", None)


def _key(row: SigningKeyRow) -> dict[str, str]:
    return {"agency": row.agency, "kid": row.kid}


def _instant(value: str) -> datetime:
    return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
