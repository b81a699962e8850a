"""Tables of the cases feature: the file, who takes part, and what its steps did.

No table but `party` holds personal data of a party: what a step says in words stays in its record, where it
can be erased. Clocks, milestones and dues are stated rows too, so that an audit compares what lists show.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, Numeric, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped

from gridwitness.cases.models_papers import DocumentRow, LetterRow, PublicationRow, ReadingRow, RefusalRow
from gridwitness.cases.models_registry import MilestoneRow, RegistrationRow, SendingRow, TakenUpRow
from gridwitness.database import Base, effect_column, stated

__all__ = [
    "CaseOfficerRow",
    "CaseRow",
    "ClockRow",
    "DecisionRow",
    "DocumentRow",
    "EnforcementRow",
    "EvidenceRow",
    "LetterRow",
    "MilestoneRow",
    "PartyRow",
    "PaymentRow",
    "PublicationRow",
    "ReadingRow",
    "RefusalRow",
    "RegistrationRow",
    "SendingRow",
    "ServiceRow",
    "StepRow",
    "TakenUpRow",
]

Instant = TIMESTAMP(timezone=True)
Texts = ARRAY(Text)


class CaseRow(Base):
    """One case (案件): where it stands, whose it is, and its earliest running clock."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("agency", "year", "number"),
        Index("ix_case_file_due", "agency", "next_due_on", "sub"),
        Index("ix_case_file_state", "agency", "state", "next_due_on", "sub"),
        Index("ix_case_file_article", "agency", "article", "next_due_on", "sub"),
        Index("ix_case_file_lead", "lead", "next_due_on", "sub"),
        {"schema": "cases"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    log: Mapped[str] = stated(Text)
    agency: Mapped[str] = stated(Text)
    procedure: Mapped[str] = stated(Text)
    rules: Mapped[str] = stated(Text)
    year: Mapped[int | None] = stated(Integer)
    number: Mapped[int | None] = stated(Integer)
    state: Mapped[str] = stated(Text)
    milestone: Mapped[str | None] = stated(Text)
    party_kind: Mapped[str | None] = stated(Text)
    matter: Mapped[str | None] = stated(Text)
    article: Mapped[str | None] = stated(Text)
    source: Mapped[str | None] = stated(Text)
    device: Mapped[str | None] = stated(Text)
    district: Mapped[str | None] = stated(Text)
    lead: Mapped[UUID | None] = stated(Uuid)
    opened_at: Mapped[datetime] = stated(Instant)
    filed_at: Mapped[datetime | None] = stated(Instant)
    decided_at: Mapped[datetime | None] = stated(Instant)
    served_at: Mapped[datetime | None] = stated(Instant)
    closed_at: Mapped[datetime | None] = stated(Instant)
    next_due_on: Mapped[date | None] = stated(Date)
    next_due_clock: Mapped[str | None] = stated(Text)
    next_due_rule: Mapped[str | None] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class PartyRow(Base):
    """A party (当事人) of a case. What names a person may be erased (`docs/format.md` section 4)."""

    __tablename__ = "party"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    number: Mapped[int] = stated(Integer, primary_key=True)
    kind: Mapped[str | None] = stated(Text)
    name: Mapped[str | None] = stated(Text)
    document_type: Mapped[str | None] = stated(Text)
    document_number: Mapped[str | None] = stated(Text)
    address: Mapped[str | None] = stated(Text)
    phone: Mapped[str | None] = stated(Text)
    representative: Mapped[str | None] = stated(Text)
    since: Mapped[int] = stated(Integer)
    effect: Mapped[UUID] = effect_column()


class CaseOfficerRow(Base):
    """One account that takes part in a case.

    `part`: investigator, head, legal_reviewer, hearing_chair, auditor.
    """

    __tablename__ = "officer"
    __table_args__ = (Index("ix_officer_account", "account", "sub"), {"schema": "cases"})

    sub: Mapped[str] = stated(Text, primary_key=True)
    account: Mapped[UUID] = stated(Uuid, primary_key=True)
    part: Mapped[str] = stated(Text)
    recused: Mapped[bool] = stated(Boolean)
    since: Mapped[int] = stated(Integer)
    effect: Mapped[UUID] = effect_column()


class StepRow(Base):
    """One accepted step: what the procedure needs to know of it. Its words are in the record `jti`.

    `index` counts a case's steps from 0, also over a succession of logs, where `seq` begins again; what a
    step brought is kept under the same number in the tables below.
    """

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("jti"),
        Index(
            "ix_step_anomaly",
            text("(details ->> 'anomaly')"),
            postgresql_where=text("details ->> 'anomaly' IS NOT NULL"),
        ),
        {"schema": "cases"},
    )

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    seq: Mapped[int] = stated(BigInteger)
    jti: Mapped[UUID] = stated(Uuid)
    step: Mapped[str] = stated(Text)
    outcome: Mapped[str | None] = stated(Text)
    occurred_at: Mapped[datetime] = stated(Instant)
    signer: Mapped[UUID] = stated(Uuid)
    officers: Mapped[list[str]] = stated(Texts)
    basis: Mapped[list[str] | None] = stated(Texts)
    details: Mapped[dict[str, Any]] = stated(JSONB)
    files: Mapped[int] = stated(Integer)
    state: Mapped[str] = stated(Text)
    """The case's state after the step."""
    cosigner: Mapped[UUID | None] = stated(Uuid)
    cosignature: Mapped[UUID | None] = stated(Uuid)
    """`jti` of the `case.cosign.v1` by `cosigner`."""
    effect: Mapped[UUID] = effect_column()


class EvidenceRow(Base):
    """One item of evidence (行政处罚法 Art. 46), by the step that brought it; its files are in the record."""

    __tablename__ = "evidence"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    jti: Mapped[UUID] = stated(Uuid)
    step: Mapped[str] = stated(Text)
    kind: Mapped[str | None] = stated(Text)
    title: Mapped[str | None] = stated(Text)
    files: Mapped[int] = stated(Integer)
    obtained_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class DecisionRow(Base):
    """A decision; `standing`: in-force, revoked or changed."""

    __tablename__ = "decision"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    jti: Mapped[UUID] = stated(Uuid)
    outcome: Mapped[str | None] = stated(Text)
    fine: Mapped[Decimal | None] = stated(Numeric)
    penalty_kinds: Mapped[list[str]] = stated(Texts)
    decided_by: Mapped[UUID] = stated(Uuid)
    decided_at: Mapped[datetime] = stated(Instant)
    standing: Mapped[str] = stated(Text)
    effect: Mapped[UUID] = effect_column()


class ServiceRow(Base):
    """One service (送达, Art. 61): of a notice or a decision."""

    __tablename__ = "service"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    jti: Mapped[UUID] = stated(Uuid)
    step: Mapped[str] = stated(Text)
    method: Mapped[str | None] = stated(Text)
    receipt_signed: Mapped[bool | None] = stated(Boolean)
    served_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class PaymentRow(Base):
    """One payment of a fine or of its surcharge, in CNY."""

    __tablename__ = "payment"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    jti: Mapped[UUID] = stated(Uuid)
    amount: Mapped[Decimal] = stated(Numeric)
    surcharge: Mapped[Decimal] = stated(Numeric)
    method: Mapped[str | None] = stated(Text)
    receipt_no: Mapped[str | None] = stated(Text)
    paid_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class EnforcementRow(Base):
    """One measure of compulsion or towards it: preservation, seizure, surcharge, dunning, court."""

    __tablename__ = "enforcement"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    index: Mapped[int] = stated(Integer, primary_key=True)
    jti: Mapped[UUID] = stated(Uuid)
    measure: Mapped[str] = stated(Text)
    outcome: Mapped[str | None] = stated(Text)
    amount: Mapped[Decimal | None] = stated(Numeric)
    occurred_at: Mapped[datetime] = stated(Instant)
    effect: Mapped[UUID] = effect_column()


class ClockRow(Base):
    """One run of one clock, as the last step left it; `turn` counts from 0.

    `state`: running, suspended, met, late, or unknown where the year's calendar is not published.

    Whether a running one is overdue is a question of the day that asks.
    """

    __tablename__ = "clock"
    __table_args__ = ({"schema": "cases"},)

    sub: Mapped[str] = stated(Text, primary_key=True)
    clock: Mapped[str] = stated(Text, primary_key=True)
    turn: Mapped[int] = stated(Integer, primary_key=True)
    rule: Mapped[str] = stated(Text)
    duty: Mapped[str] = stated(Text)
    started_on: Mapped[date] = stated(Date)
    due_on: Mapped[date | None] = stated(Date)
    problem: Mapped[str | None] = stated(Text)
    state: Mapped[str] = stated(Text)
    ended_on: Mapped[date | None] = stated(Date)
    effect: Mapped[UUID] = effect_column()
