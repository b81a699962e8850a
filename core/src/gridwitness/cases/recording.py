"""What is recorded around a case by the platform itself: refused steps, and who took a file out."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID, uuid4

from gridwitness_evidence import Record
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.cases.models import CaseRow, ReadingRow, RefusalRow
from gridwitness.cases.refused import is_procedural
from gridwitness.clock import Clock
from gridwitness.errors import GridWitnessError
from gridwitness.members import key_holders
from gridwitness.records import Acceptance, current_log, logs_by_origin, put_new

_LONGEST = 200


class Notebook:
    """Machine steps on subjects of their own: a refused step never stands on the case's subject."""

    def __init__(self, acceptance: Acceptance, clock: Clock) -> None:
        self._acceptance = acceptance
        self._clock = clock

    def note_refusal(
        self, session: Session, error: GridWitnessError, record: Record | None, by: UUID | None
    ) -> UUID | None:
        """Record a step that the procedure refused; None where the error is no such refusal.

        Call it in a transaction of its own, after the one that was refused.
        """
        if record is None or not is_procedural(error):
            return None
        log = logs_by_origin(session).get(record.claims.aud)
        if log is None:
            return None
        log = current_log(session, log.agency)
        signer = key_holders(session, [(record.claims.iss, record.kid)]).get((record.claims.iss, record.kid))
        identifier = uuid4()
        row = put_new(
            RefusalRow,
            id=identifier,
            case_sub=record.claims.sub,
            agency=log.agency,
            step=_text(error.context.get("step")),
            code=error.code,
            rule=_text(error.context.get("rule")),
            article=_text(error.context.get("article")),
            reasons=error.context.get("reasons") or [],
            statement=UUID(record.claims.jti),
            signer=signer,
            submitted_by=by,
            refused_at=self._clock.now(),
        )
        asking = None if by is None else str(by)
        self._acceptance.machine_step(session, log, secrets.token_hex(16), [row], by=asking)
        return identifier

    def record_reading(
        self, session: Session, case: CaseRow, account: UUID, what: str, *, personal: bool
    ) -> UUID:
        """Record that an account took out a case file (or another part, `what`)."""
        identifier = uuid4()
        row = put_new(
            ReadingRow,
            id=identifier,
            case_sub=case.sub,
            account=account,
            what=what,
            personal=personal,
            read_at=self._clock.now(),
        )
        log = current_log(session, case.agency)
        self._acceptance.machine_step(session, log, secrets.token_hex(16), [row], by=str(account))
        return identifier


def readings_of(session: Session, sub: str) -> list[ReadingRow]:
    """Who took the case out, oldest first."""
    query = select(ReadingRow).where(ReadingRow.case_sub == sub).order_by(ReadingRow.read_at, ReadingRow.id)
    return [*session.scalars(query)]


def _text(value: Any) -> str | None:
    """A short text; what somebody made up as the name of a step may be anything."""
    return value[:_LONGEST] if isinstance(value, str) and "\0" not in value else None
