"""Who works for which unit: rows and effects without a statement, in the account's own history."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, NotFound
from gridwitness.grids.models import StaffRow
from gridwitness.grids.territories import Territories
from gridwitness.members import AccountRow, account_named
from gridwitness.records import (
    Acceptance,
    Log,
    lock_subjects,
    log_named,
    put_new,
    remove,
    subject_log,
)


def units_of(session: Session, account: UUID) -> frozenset[str]:
    """Units the account works for."""
    return units_of_each(session, [account])[account]


def units_of_each(session: Session, accounts: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Units each account works for. One query."""
    found: dict[UUID, set[str]] = {account: set() for account in accounts}
    rows = session.execute(select(StaffRow.account, StaffRow.unit).where(StaffRow.account.in_(found)))
    for account, unit in rows:
        found[account].add(unit)
    return {account: frozenset(units) for account, units in found.items()}


class Staff:
    """Use cases; `by` is the acting account's id, None for the platform itself. The caller commits."""

    def __init__(self, acceptance: Acceptance, clock: Clock, territories: Territories) -> None:
        self._acceptance = acceptance
        self._clock = clock
        self._territories = territories

    def join(self, session: Session, account: UUID, unit: str, *, by: str | None) -> StaffRow:
        """The account works for the unit from now on. Raises Conflict `staff-joined`, NotFound
        `account-unknown`, `unit-unknown`.
        """
        self._territories.at(session).unit(unit)
        row, log = _held(session, account)
        if session.get(StaffRow, (account, unit), populate_existing=True) is not None:
            raise Conflict("staff-joined", f"Account {row.username} works for {unit} already.", None)
        step = put_new(StaffRow, account=account, unit=unit, since=self._clock.now())
        self._acceptance.machine_step(session, log, row.sub, [step], by=by)
        return session.get_one(StaffRow, (account, unit))

    def leave(self, session: Session, account: UUID, unit: str, *, by: str | None) -> None:
        """The account works for the unit no longer. Raises NotFound `account-unknown`, `staff-unknown`."""
        row, log = _held(session, account)
        if session.get(StaffRow, (account, unit), populate_existing=True) is None:
            raise NotFound("staff-unknown", f"Account {row.username} does not work for {unit}.", None)
        step = remove(StaffRow, {"account": account, "unit": unit})
        self._acceptance.machine_step(session, log, row.sub, [step], by=by)
        session.expire_all()


def staff_list(session: Session, unit: str) -> list[tuple[StaffRow, AccountRow]]:
    """Who works for a unit, by user name."""
    query = (
        select(StaffRow, AccountRow)
        .join(AccountRow, AccountRow.id == StaffRow.account)
        .where(StaffRow.unit == unit)
        .order_by(AccountRow.username)
    )
    return [(staff, account) for staff, account in session.execute(query)]


def _held(session: Session, account: UUID) -> tuple[AccountRow, Log]:
    """The account with the log of its history, held until the transaction ends."""
    row = account_named(session, account)
    name = subject_log(session, row.sub)
    assert name is not None
    log = log_named(session, name)
    lock_subjects(session, [(log.name, row.sub)])
    return row, log
