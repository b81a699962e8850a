"""What the `key.*` statements change in `members.signing_key`: rules without clock and chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gridwitness_evidence import (
    EvidenceError,
    PublicKey,
    Record,
    verify_signature,
)
from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.members.models import AccountRow, AgencyRow, SigningKeyRow
from gridwitness.members.purposes import PURPOSES
from gridwitness.records import (
    Log,
    RowChange,
    change,
    is_digest,
    put_new,
    register,
)

OFFERED = "key.offered.v1"
CONFIRMED = "key.confirmed.v1"
SHRUNK = "key.shrunk.v1"
REVOKED = "key.revoked.v1"
_EPOCH = datetime.fromtimestamp(0, UTC)
_KEY_COLUMNS = tuple_(SigningKeyRow.agency, SigningKeyRow.kid)

register(
    OFFERED,
    "申请签名密钥",
    purposes="officer service feed log",
    fields="jwk:jwk! purpose:text! holder:text not_before:time! not_after:time! replaces:text",
    internal=True,
    enums={"purpose": frozenset(PURPOSES)},
)
register(CONFIRMED, "密钥复核", purposes="service", fields="agency:text! thumbprint:text!", internal=True)
register(
    SHRUNK,
    "缩短密钥有效期",
    purposes="service",
    fields="agency:text! thumbprint:text! not_before:time! not_after:time!",
    internal=True,
)
register(
    REVOKED,
    "吊销密钥",
    purposes="service",
    fields="agency:text! thumbprint:text! compromised_since:time! reason:text!",
    internal=True,
)


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
        if record.claims.kind == OFFERED:
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


_DECISIONS = {CONFIRMED: _decide_confirmation, SHRUNK: _decide_shrinking, REVOKED: _decide_revocation}

KEY_HANDLERS = {kind: KeyHandler() for kind in (OFFERED, *_DECISIONS)}


def _named_keys(record: Record) -> list[tuple[str, str]]:
    """Keys a record speaks of; what is no thumbprint is no key."""
    fields, agency = record.fields, record.claims.iss
    if record.claims.kind == OFFERED:
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
