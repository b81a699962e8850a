"""Qualifications: who may take part in enforcement (执法资格) and who may review it (法律职业资格)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.members.accounts import account_named
from gridwitness.members.models import AccountRow, QualificationRow
from gridwitness.records import Acceptance, Log, change, lock_subjects, log_named, put_new, subject_log

QUALIFICATIONS = {"enforcement": "行政执法资格", "legal": "法律职业资格"}
"""行政处罚法 2021 Art. 42 (who enforces) and Art. 58 (who reviews for the first time)."""


@dataclass(frozen=True, slots=True)
class Qualified:
    """The windows in which accounts hold qualifications."""

    windows: Mapping[tuple[UUID, str], tuple[tuple[datetime, datetime | None], ...]]

    def holds(self, account: UUID, kind: str, at: datetime) -> bool:
        """Whether the account held the qualification at that moment; the end itself is outside."""
        return any(
            since <= at and (until is None or at < until)
            for since, until in self.windows.get((account, kind), ())
        )


class Qualifications:
    """Use cases of qualifications; `by` is the administrator's account id, None for the platform itself."""

    def __init__(self, acceptance: Acceptance) -> None:
        self._acceptance = acceptance

    def grant(
        self,
        session: Session,
        account: UUID,
        kind: str,
        certificate: str,
        valid_from: datetime,
        valid_to: datetime | None,
        *,
        by: str | None,
    ) -> QualificationRow:
        """Note that an account holds a certificate in a window, both ends aware.

        Raises InvalidInput `qualification-kind`, `qualification-window`, `certificate`; NotFound.
        """
        _check(kind, certificate, valid_from, valid_to)
        row, log = self._held(session, account)
        identifier = uuid4()
        step = put_new(
            QualificationRow,
            id=identifier,
            account=account,
            kind=kind,
            certificate=certificate,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        self._acceptance.machine_step(session, log, row.sub, [step], by=by)
        return session.get_one(QualificationRow, identifier)

    def end(self, session: Session, identifier: UUID, at: datetime, *, by: str | None) -> QualificationRow:
        """A qualification ends; what was done before stays lawful. A window only shrinks.

        Raises NotFound `qualification-unknown`, Conflict `qualification-ended`.
        """
        found = session.get(QualificationRow, identifier)
        if found is None:
            raise NotFound("qualification-unknown", f"There is no qualification {identifier}.", None)
        account, log = self._held(session, found.account)
        session.refresh(found)
        if found.valid_to is not None and found.valid_to <= at:
            raise Conflict("qualification-ended", "The qualification has ended before that already.", None)
        step = change(QualificationRow, {"id": identifier}, valid_to=max(at, found.valid_from))
        self._acceptance.machine_step(session, log, account.sub, [step], by=by)
        session.refresh(found)
        return found

    def _held(self, session: Session, account: UUID) -> tuple[AccountRow, Log]:
        row = account_named(session, account)
        name = subject_log(session, row.sub)
        assert name is not None
        log = log_named(session, name)
        lock_subjects(session, [(log.name, row.sub)])
        return row, log


def _check(kind: str, certificate: str, valid_from: datetime, valid_to: datetime | None) -> None:
    if kind not in QUALIFICATIONS:
        raise InvalidInput(
            "qualification-kind",
            f"There is no qualification {kind!r}.",
            f"the qualifications are {', '.join(QUALIFICATIONS)}",
        )
    if valid_to is not None and valid_to <= valid_from:
        raise InvalidInput(
            "qualification-window", "The qualification's window is empty.", "give valid_from before valid_to"
        )
    if not certificate.strip() or len(certificate) > 64 or not certificate.isprintable():
        raise InvalidInput("certificate", "A certificate has 1 to 64 printable characters.", None)


def qualifications_of(session: Session, accounts: Iterable[UUID]) -> list[QualificationRow]:
    """What these accounts hold or held, oldest first."""
    wanted = list(set(accounts))
    if not wanted:
        return []
    return list(
        session.scalars(
            select(QualificationRow)
            .where(QualificationRow.account.in_(wanted))
            .order_by(QualificationRow.valid_from, QualificationRow.id)
            .execution_options(populate_existing=True)
        )
    )


def qualified(session: Session, accounts: Iterable[UUID]) -> Qualified:
    """The windows of these accounts' qualifications; one query."""
    windows: dict[tuple[UUID, str], list[tuple[datetime, datetime | None]]] = {}
    for row in qualifications_of(session, accounts):
        windows.setdefault((row.account, row.kind), []).append((row.valid_from, row.valid_to))
    return Qualified({key: tuple(found) for key, found in windows.items()})
