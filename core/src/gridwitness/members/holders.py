"""Who stands behind a signing key, and in which roles: what a procedure asks of a step's signer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.members.models import AccountRow, RoleRow, SigningKeyRow


@dataclass(frozen=True, slots=True)
class Person:
    """An account as a case sees it: `roles` by the agency they are held in."""

    account: UUID
    agency: str
    username: str
    active: bool
    roles: Mapping[str, frozenset[str]]

    def roles_in(self, agency: str) -> frozenset[str]:
        """Roles held in an agency."""
        return self.roles.get(agency, frozenset())


def key_holders(session: Session, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Account that holds each key (agency, thumbprint); keys without a holder are left out."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    rows = session.execute(
        select(SigningKeyRow.agency, SigningKeyRow.kid, SigningKeyRow.holder).where(
            tuple_(SigningKeyRow.agency, SigningKeyRow.kid).in_(wanted), SigningKeyRow.holder.is_not(None)
        )
    )
    return {(agency, kid): holder for agency, kid, holder in rows if holder is not None}


def persons(session: Session, accounts: Iterable[UUID]) -> dict[UUID, Person]:
    """Accounts with their roles; unknown ones are left out."""
    wanted = list(set(accounts))
    if not wanted:
        return {}
    rows = session.execute(
        select(
            AccountRow.id,
            AccountRow.agency,
            AccountRow.username,
            AccountRow.active,
            RoleRow.agency,
            RoleRow.role,
        )
        .outerjoin(RoleRow, RoleRow.account == AccountRow.id)
        .where(AccountRow.id.in_(wanted))
    )
    held: dict[UUID, dict[str, set[str]]] = {}
    named: dict[UUID, tuple[str, str, bool]] = {}
    for account, agency, username, active, granting, role in rows:
        named[account] = (agency, username, active)
        roles = held.setdefault(account, {})
        if role is not None:
            roles.setdefault(granting, set()).add(role)
    return {
        account: Person(
            account, *facts, {granting: frozenset(roles) for granting, roles in held[account].items()}
        )
        for account, facts in named.items()
    }
