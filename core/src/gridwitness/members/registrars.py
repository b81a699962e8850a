"""Who keeps an agency's registers (docs/format.md sections 20 and 23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridwitness_evidence import Record
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import Forbidden
from gridwitness.members.holders import Person, persons
from gridwitness.members.models import SigningKeyRow
from gridwitness.records import Log

REGISTRARS = frozenset({"officer", "duty_chief", "dispatcher", "administrator"})
"""Roles whose holders keep the registers of their agency."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key signed: `person` is None for the agency's own."""

    purpose: str
    person: Person | None


def signers_of(session: Session, records: Sequence[Record]) -> dict[tuple[str, str], Signer]:
    """Whose keys signed, by (agency, thumbprint)."""
    keys = list({(record.claims.iss, record.kid) for record in records})
    key = SigningKeyRow
    rows = session.execute(
        select(key.agency, key.kid, key.purpose, key.holder).where(tuple_(key.agency, key.kid).in_(keys))
    ).all()
    people = persons(session, [row.holder for row in rows if row.holder is not None])
    return {(row.agency, row.kid): Signer(row.purpose, people.get(row.holder)) for row in rows}


def check_registrar(record: Record, log: Log, signers: Mapping[tuple[str, str], Signer]) -> Signer | None:
    """An agency keeps its own registers: by its service key, or by who holds a role for it.

    Raises Forbidden `register-foreign`, `register-role`.
    """
    if record.claims.iss != log.agency:
        raise Forbidden(
            "register-foreign", f"The registers of {log.agency} are its own.", "sign for your agency's log"
        )
    signer = signers.get((record.claims.iss, record.kid))
    if signer is None or signer.purpose != "officer":
        return signer
    roles = frozenset() if signer.person is None else signer.person.roles_in(log.agency)
    if not roles & REGISTRARS:
        raise Forbidden(
            "register-role",
            f"Who keeps the registers of {log.agency} is one of {sorted(REGISTRARS)}.",
            "have such a person sign it",
        )
    return signer
