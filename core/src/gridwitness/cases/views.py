"""A case as people see it: rows made JSON-ready, with the law's words beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars, ClockReading, read_clocks
from gridwitness.cases.kinds import PARTY_MEMBERS
from gridwitness.cases.models import (
    CaseOfficerRow,
    CaseRow,
    DecisionRow,
    DocumentRow,
    EnforcementRow,
    EvidenceRow,
    LetterRow,
    MilestoneRow,
    PartyRow,
    PaymentRow,
    PublicationRow,
    RefusalRow,
    RegistrationRow,
    ServiceRow,
    StepRow,
)
from gridwitness.cases.money import Money, money
from gridwitness.database import Base
from gridwitness.plain_row import plain, plain_value
from gridwitness.records import rfc3339
from gridwitness.records.models import RecordRow
from gridwitness.rules import CaseFacts, Procedure, StepFact, word


def case_number(row: CaseRow) -> str | None:
    """`<agency>-<year>-<number:06>`; None before the case was filed."""
    return None if row.number is None else f"{row.agency}-{row.year}-{row.number:06}"


def case_line(row: CaseRow, today: date) -> dict[str, Any]:
    """One case as lists show it."""
    line = plain(row, without=("effect",))
    overdue = row.next_due_on is not None and row.next_due_on < today
    return line | {"number": case_number(row), "overdue": overdue}


def case_view(
    session: Session,
    row: CaseRow,
    procedure: Procedure,
    calendars: Calendars,
    today: date,
    *,
    personal: bool,
) -> dict[str, Any]:
    """The whole case. Without `personal`, of a party only its kind is shown."""
    steps = _of(session, StepRow, row.sub, StepRow.index)
    facts = CaseFacts(tuple(step_facts(steps)))
    readings = read_clocks(procedure, facts, calendars, today)
    decisions = _of(session, DecisionRow, row.sub, DecisionRow.index)
    payments = _of(session, PaymentRow, row.sub, PaymentRow.index)
    owed = money(decisions[-1] if decisions else None, payments, readings, facts.steps, today)
    return {
        "case": case_line(row, today),
        "steps": _steps(session, steps, procedure),
        "clocks": [_clock(reading) for reading in readings],
        "officers": _plain_all(_of(session, CaseOfficerRow, row.sub, CaseOfficerRow.since)),
        "parties": [_party(party, personal) for party in _of(session, PartyRow, row.sub, PartyRow.number)],
        "evidence": _plain_all(_of(session, EvidenceRow, row.sub, EvidenceRow.index)),
        "decisions": _plain_all(decisions),
        "services": _plain_all(_of(session, ServiceRow, row.sub, ServiceRow.index)),
        "payments": _plain_all(payments),
        "enforcement": _plain_all(_of(session, EnforcementRow, row.sub, EnforcementRow.index)),
        "milestones": _milestones(session, row.sub),
        "documents": _plain_all(_of(session, DocumentRow, row.sub, DocumentRow.jti)),
        "letters": _plain_all(_of(session, LetterRow, row.sub, LetterRow.index)),
        "publications": _plain_all(_of(session, PublicationRow, row.sub, PublicationRow.index)),
        "refusals": [refusal_view(refusal) for refusal in refusals_of(session, row.sub)],
        "money": None if owed is None else _money(owed),
    }


def refusals_of(session: Session, sub: str) -> Sequence[RefusalRow]:
    """Refused steps of a case, oldest first."""
    query = select(RefusalRow).where(RefusalRow.case_sub == sub)
    return session.scalars(query.order_by(RefusalRow.refused_at, RefusalRow.id)).all()


def refusal_view(row: RefusalRow) -> dict[str, Any]:
    """One refused step."""
    return plain(row, without=("effect",))


def step_facts(rows: Iterable[StepRow]) -> list[StepFact]:
    """Stored steps as the procedure sees them."""
    return [
        StepFact(
            step=row.step,
            occurred_at=row.occurred_at,
            outcome=row.outcome,
            details=row.details,
            officers=tuple(row.officers),
            signer=str(row.signer),
            seq=row.index,
            jti=str(row.jti),
        )
        for row in rows
    ]


def _of(session: Session, model: Any, sub: str, *order: Any) -> list[Any]:
    return [*session.scalars(select(model).where(model.sub == sub).order_by(*order))]


def _plain_all(rows: Iterable[Base]) -> list[dict[str, Any]]:
    return [plain(row) for row in rows]


def _steps(session: Session, rows: Sequence[StepRow], procedure: Procedure) -> list[dict[str, Any]]:
    query = select(RecordRow.jti, RecordRow.received_at).where(RecordRow.jti.in_([row.jti for row in rows]))
    received: Mapping[UUID, datetime] = {jti: when for jti, when in session.execute(query)}
    return [_step(row, procedure, received[row.jti]) for row in rows]


def _step(row: StepRow, procedure: Procedure, received: datetime) -> dict[str, Any]:
    step = procedure.steps[row.step]
    outcome_zh, outcome_en = (None, None) if row.outcome is None else word(row.outcome)
    return {
        "zh": step.zh,
        "en": step.en,
        "rule": step.rule,
        "article": procedure.law(step.rule).article,
        "milestone": step.milestone,
        "outcome_zh": outcome_zh,
        "outcome_en": outcome_en,
        "document": step.document,
        "received_at": rfc3339(received),
        **plain(row),
    }


def _clock(reading: ClockReading) -> dict[str, Any]:
    named = {name: plain_value(value) for name, value in asdict(reading).items()}
    return named | {"explanation_zh": reading.explanation_zh, "explanation_en": reading.explanation_en}


def _party(row: PartyRow, personal: bool) -> dict[str, Any]:
    shown = {"number": row.number, "kind": row.kind}
    return shown | ({name: getattr(row, name) for name in PARTY_MEMBERS} if personal else {})


def _milestones(session: Session, sub: str) -> list[dict[str, Any]]:
    registered = {
        row.index: row for row in session.scalars(select(RegistrationRow).where(RegistrationRow.sub == sub))
    }
    return [
        plain(row)
        | {
            "block_number": None if (done := registered.get(row.index)) is None else done.block_number,
            "block_time": None if done is None else rfc3339(done.block_time),
            "transaction": None if done is None else "0x" + done.transaction.hex(),
        }
        for row in _of(session, MilestoneRow, sub, MilestoneRow.index)
    ]


def _money(owed: Money) -> dict[str, Any]:
    return {
        "fine": plain_value(owed.fine),
        "paid": plain_value(owed.paid),
        "surcharge": plain_value(owed.surcharge),
        "surcharge_paid": plain_value(owed.surcharge_paid),
        "rest": plain_value(owed.rest),
        "due_on": plain_value(owed.due_on),
        "on": plain_value(owed.on),
    }
