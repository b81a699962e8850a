"""Signing keys: offered by their holder, confirmed by a second agency, shrunk, rotated, revoked.

Every step is a record *and* a call of the contract `Members`. The record is prepared first, the contract
called second, the transaction committed by the caller last: what fails in between leaves no record, and the
contract call can be repeated without harm.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from gridwitness_evidence import (
    EvidenceError,
    PublicKey,
    Record,
    SigningKey,
    parse_presentation,
    verify_signature,
)
from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
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
    is_digest,
    log_named,
    newest_anchor_time,
    put_new,
    register,
    rfc3339,
    subject_log,
    unanchored,
)

_OFFERED = "key.offered.v1"
_CONFIRMED = "key.confirmed.v1"
_SHRUNK = "key.shrunk.v1"
_REVOKED = "key.revoked.v1"
_EPOCH = datetime.fromtimestamp(0, UTC)
_KEY_COLUMNS = tuple_(SigningKeyRow.agency, SigningKeyRow.kid)

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


@dataclass(slots=True)
class _Loaded:
    agencies: int = 0
    keys: dict[tuple[str, str], SigningKeyRow] = field(default_factory=dict)
    subs: set[str] = field(default_factory=set)
    holders: dict[UUID, AccountRow] = field(default_factory=dict)


class KeyHandler:
    """Decides what the `key.*` statements change."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The keys, holders and agencies these records speak of."""
        pairs = [pair for record in records for pair in _named_keys(record)]
        holders = [UUID(h) for r in records if isinstance(h := r.fields.get("holder"), str) and _is_uuid(h)]
        subs = {record.claims.sub for record in records}
        keys = session.scalars(
            select(SigningKeyRow)
            .where(or_(_KEY_COLUMNS.in_(pairs), SigningKeyRow.sub.in_(subs)))
            .execution_options(populate_existing=True)
        ).all()
        accounts = session.scalars(
            select(AccountRow).where(AccountRow.id.in_(holders)).execution_options(populate_existing=True)
        )
        return _Loaded(
            agencies=session.scalar(select(func.count()).select_from(AgencyRow)) or 0,
            keys={(row.agency, row.kid): row for row in keys},
            subs={row.sub for row in keys},
            holders={row.id: row for row in accounts},
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
    if record.claims.sub in loaded.subs:
        raise Conflict(
            "subject-taken", f"Subject {record.claims.sub} is that of another key.", "open a new one"
        )
    _check_replaced(fields, agency, loaded)
    not_before, not_after = _instant(fields["not_before"]), _instant(fields["not_after"])
    if not _EPOCH < not_before < not_after:
        raise InvalidInput("key-window", "The key's window is empty.", "give not_before before not_after")
    loaded.subs.add(record.claims.sub)
    return put_new(
        SigningKeyRow,
        agency=agency,
        kid=record.kid,
        jwk=fields["jwk"],
        purpose=fields["purpose"],
        holder=_holder(fields["holder"], agency, loaded),
        not_before=not_before,
        not_after=not_after,
        replaces=fields["replaces"],
        registered_alone=loaded.agencies <= 1,
        confirmed_by=None,
        compromised_since=None,
        sub=record.claims.sub,
    )


def _check_replaced(fields: Mapping[str, Any], agency: str, loaded: _Loaded) -> None:
    if fields["replaces"] is None:
        return
    replaced = loaded.keys.get((agency, fields["replaces"]))
    if replaced is None:
        raise NotFound("key-unknown", f"Agency {agency} has no key {fields['replaces']} to replace.", None)
    if replaced.purpose != fields["purpose"]:
        raise InvalidInput(
            "key-replaces",
            f"Key {replaced.kid} is a {replaced.purpose} key.",
            "replace one of the same purpose",
        )


def _decide_confirmation(record: Record, row: SigningKeyRow) -> RowChange:
    if record.claims.iss == row.agency:
        raise Forbidden(
            "confirmer-own", "An agency cannot confirm its own key.", "a second agency has to confirm it"
        )
    if row.compromised_since is not None:
        raise Conflict("key-revoked", f"Key {row.kid} has been revoked.", None)
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
    since = _instant(record.fields["compromised_since"])
    if since <= _EPOCH:  # the contract takes 0 for "now"
        raise InvalidInput("key-compromise", "A key is compromised from a moment after 1970 on.", None)
    return change(SigningKeyRow, _key(row), compromised_since=since)


_DECISIONS = {_CONFIRMED: _decide_confirmation, _SHRUNK: _decide_shrinking, _REVOKED: _decide_revocation}

KEY_HANDLERS = {kind: KeyHandler() for kind in (_OFFERED, *_DECISIONS)}


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
        while unanchored(session, agency, kid, but=_OFFERED) or self._second_of_an_anchor(session):
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
        if kind != _OFFERED:
            raise InvalidInput("kind-wrong", f"Expected {_OFFERED}, not {kind}.", None)
        outcome = self._acceptance.accept_one(session, Submission(presentation), internal=True, by=by)
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
        """Make a key's window smaller (the end of a rotation). Waits as `revoke` does."""
        window = {"not_before": rfc3339(not_before), "not_after": rfc3339(not_after)}
        outcome = self._state(session, _SHRUNK, find_key(session, agency, kid), agency, window, by)
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
        outcome = self._state(session, _REVOKED, find_key(session, agency, kid), agency, why, by)
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


def _kind_of(presentation: str) -> str:
    try:
        return parse_presentation(presentation).claims.kind
    except EvidenceError as error:
        raise InvalidInput(error.code, error.message, "see docs/format.md sections 1 and 2") from error


def _named_keys(record: Record) -> list[tuple[str, str]]:
    """Keys a record speaks of; what is no thumbprint is no key."""
    fields, agency = record.fields, record.claims.iss
    if record.claims.kind == _OFFERED:
        named = [(agency, record.kid), (agency, fields["replaces"])]
    else:
        named = [(fields["agency"], fields["thumbprint"])]
    return [(code, kid) for code, kid in named if is_digest(kid) and "\0" not in code]


def _holder(holder: str | None, agency: str, loaded: _Loaded) -> UUID | None:
    if holder is None:
        return None
    account = loaded.holders.get(UUID(holder)) if _is_uuid(holder) else None
    if account is None or account.agency != agency or not account.active:
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
