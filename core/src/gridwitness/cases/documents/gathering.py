"""What a paper says, gathered: from the step's own record, the case's earlier steps and its procedure.

Personal data come from the records' disclosures alone, so that what was erased and what was never given stay
apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gridwitness_evidence import Record, base64url
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.cases.documents.content import DocumentContent, Officer, Origin, Party, PastStep, Terms
from gridwitness.cases.models import CaseRow, PartyRow, StepRow
from gridwitness.cases.views import case_number
from gridwitness.members import AccountRow, AgencyRow, qualifications_of
from gridwitness.records import stored_record
from gridwitness.records.models import RecordRow
from gridwitness.rules import Procedure

_FACTS_OF: Mapping[str, tuple[str, ...]] = {
    "filing-form": ("verification", "clue"),
    "notice": ("inquiry-report", "verification", "clue"),
}
"""Papers that must tell the facts, and the steps that told them where the paper's own step does not."""

_BASIS_OF = ("notice-service", "notice-and-defence", "filing", "card-shown")
"""Steps whose legal basis a later step without its own follows, newest first."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A case up to the step that is documented; `records` parallel to `steps`."""

    row: CaseRow
    steps: Sequence[StepRow]
    records: Sequence[Record]
    had_party: bool

    @property
    def step(self) -> StepRow:
        return self.steps[-1]

    @property
    def record(self) -> Record:
        return self.records[-1]


def gather(
    session: Session, row: CaseRow, step: StepRow, procedure: Procedure, document: str, public_url: str
) -> DocumentContent:
    """The content of the step's document. `public_url`: what verification links begin with."""
    case = _read(session, row, step)
    record = case.record
    party, facts, place = _party(case), _facts(case, document), _field(record, "place")
    values = {"party": party, "facts": facts, "place": place}
    officers = _officers(session, [*record.fields["officers"], str(step.signer)], step.occurred_at)
    entry = base64url.encode(record.digest)
    return DocumentContent(
        agency=_agency(session, row.agency),
        case_number=case_number(row),
        procedure=row.procedure,
        step=procedure.steps[step.step].zh,
        occurred_at=step.occurred_at,
        origin=Origin(record.claims.jti, entry, f"{public_url}/verify/{entry}", record.claims.aud),
        matter=row.matter,
        source=row.source,
        party_kind=row.party_kind,
        party=party if isinstance(party, Party) else None,
        officers=tuple(officers[account] for account in record.fields["officers"]),
        signer=officers[str(step.signer)],
        signer_agency=_agency(session, record.claims.iss),
        place=place if isinstance(place, str) else None,
        facts=facts if isinstance(facts, str) else None,
        basis=_basis(case),
        outcome=step.outcome,
        details=step.details,
        terms=_terms(procedure),
        history=tuple(_past(past, procedure) for past in case.steps[:-1]),
        erased=frozenset(name for name, value in values.items() if value is _ERASED),
    )


class _Erased:
    """A value that was given and is no longer disclosed."""


_ERASED = _Erased()


def _read(session: Session, row: CaseRow, step: StepRow) -> _Case:
    steps = session.scalars(
        select(StepRow).where(StepRow.sub == row.sub, StepRow.index <= step.index).order_by(StepRow.index)
    ).all()
    stored = {
        found.jti: stored_record(found)
        for found in session.scalars(select(RecordRow).where(RecordRow.jti.in_([s.jti for s in steps])))
    }
    had_party = session.scalar(select(PartyRow.sub).where(PartyRow.sub == row.sub).limit(1)) is not None
    return _Case(row, steps, [stored[found.jti] for found in steps], had_party)


def _field(record: Record, name: str) -> Any:
    return record.fields.get(name) if name in record.fields else _ERASED


def _party(case: _Case) -> Party | _Erased | None:
    """As last given. Null and given alike are hidden by an erasure; whether there was one, the rows know."""
    for record in reversed(case.records):
        value = _field(record, "party")
        if value is _ERASED:
            return _ERASED if case.had_party else None
        if value is not None:
            return Party(**{name: value.get(name) for name in Party.__dataclass_fields__})
    return None


def _facts(case: _Case, document: str) -> str | _Erased | None:
    own: str | _Erased | None = _field(case.record, "facts")
    if own is not None:
        return own
    for step in _FACTS_OF.get(document, ()):
        for past, record in zip(reversed(case.steps[:-1]), reversed(case.records[:-1]), strict=True):
            if past.step == step and (told := _field(record, "facts")) is not None:
                found: str | _Erased = told
                return found
    return None


def _basis(case: _Case) -> tuple[str, ...]:
    if case.step.basis:
        return tuple(case.step.basis)
    for step in _BASIS_OF:
        for past in reversed(case.steps[:-1]):
            if past.step == step and past.basis:
                return tuple(past.basis)
    return () if case.row.article is None else (case.row.article,)


def _past(step: StepRow, procedure: Procedure) -> PastStep:
    title = procedure.steps[step.step].zh
    return PastStep(step.step, title, step.occurred_at, step.outcome, step.details)


_RECONSIDERATION_FIRST = "ARL-23"
"""复议前置: a procedure that lists this rule has no suit without reconsideration."""


def _terms(procedure: Procedure) -> Terms:
    def days(clock: str) -> int | None:
        found = procedure.clocks.get(clock)
        return None if found is None else found.days

    return Terms(
        payment=days("payment"),
        reconsideration=days("reconsideration"),
        litigation=days("litigation"),
        hearing_request=days("hearing-request"),
        dunning=days("dunning"),
        supervision_reply=days("supervision-reply"),
        reconsideration_first=_RECONSIDERATION_FIRST in procedure.document.laws,
    )


def _agency(session: Session, code: str) -> str:
    """The agency's name; its code where it is not of this deployment."""
    return session.scalar(select(AgencyRow.name).where(AgencyRow.code == code)) or code


def _officers(session: Session, accounts: Iterable[str], at: datetime) -> dict[str, Officer]:
    """Accounts as papers name them, with the certificate they held then."""
    wanted = {account: UUID(account) for account in accounts}
    names: dict[UUID, str | None] = {
        account: name
        for account, name in session.execute(
            select(AccountRow.id, AccountRow.display_name).where(AccountRow.id.in_(wanted.values()))
        )
    }
    certificates = {
        held.account: held.certificate
        for held in qualifications_of(session, wanted.values())
        if held.kind == "enforcement"
        and held.valid_from <= at
        and (held.valid_to is None or at < held.valid_to)
    }
    return {
        account: Officer(names.get(identifier), certificates.get(identifier))
        for account, identifier in wanted.items()
    }
