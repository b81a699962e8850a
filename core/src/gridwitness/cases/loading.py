"""What a batch of steps needs to know, asked once: cases, people, devices, procedures, calendars, numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.cases.anomalies import AnomalyStanding, named_anomalies
from gridwitness.cases.dossier import HEADER, Dossier, Part, Statement
from gridwitness.cases.judging import Standings, as_account, captures, local_day
from gridwitness.cases.kinds import COSIGN, DOCUMENT, OLD_KINDS, STEP
from gridwitness.cases.models import (
    CaseOfficerRow,
    CaseRow,
    ClockRow,
    DecisionRow,
    DocumentRow,
    LetterRow,
    MilestoneRow,
    PartyRow,
    PublicationRow,
    StepRow,
)
from gridwitness.cases.rule_book import RuleBook
from gridwitness.devices import reviewed_devices
from gridwitness.errors import GridWitnessError
from gridwitness.members import Qualified, key_holders, persons, qualified
from gridwitness.rules import Procedure, StepFact

_STATEMENTS = text("""
    SELECT s.jti, s.sub, s.index, s.step, s.signer, r.kid, s.officers, r.entry, s.cosigner IS NOT NULL
    FROM cases.step AS s JOIN records.record AS r USING (jti)
    WHERE s.jti = ANY(CAST(:jtis AS uuid[]))
""")
_NUMBER_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:agency, 0) & 1048575 | 1::bigint << 41)")
_CLOCK = ("rule", "duty", "started_on", "due_on", "problem", "state", "ended_on")


@dataclass(slots=True)
class Loaded:
    """What `decide` works with; steps of the same batch carry it on."""

    dossiers: dict[str, Dossier]
    holders: Mapping[tuple[str, str], UUID]
    standings: Standings
    procedures: dict[str, Procedure]
    current: dict[tuple[str, date], Procedure | GridWitnessError]
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    """Highest number of an agency and a local year; absent: none yet."""

    def dossier(self, sub: str) -> Dossier:
        """The case of a subject, an empty one where there is none yet."""
        return self.dossiers.setdefault(sub, Dossier(sub))


def load(session: Session, rules: RuleBook, anomalies: AnomalyStanding, records: Sequence[Record]) -> Loaded:
    """Ask for everything the batch's records name. Numbers are locked where a step may assign one."""
    if all(record.claims.kind in OLD_KINDS for record in records):
        return _only_subjects(session, records)
    steps = [record for record in records if record.claims.kind == STEP]
    dossiers = load_dossiers(session, {record.claims.sub for record in records})
    _load_statements(session, dossiers, records)
    holders = key_holders(session, ((record.claims.iss, record.kid) for record in records))
    named = {
        account
        for record in steps
        for officer in record.fields["officers"]
        if (account := as_account(officer)) is not None
    }
    standings = replace(
        _standings(session, rules, named | set(holders.values()), dossiers.values(), steps),
        anomalies=anomalies.find(session, named_anomalies(record.fields["details"] for record in steps)),
    )
    loaded = Loaded(dossiers, holders, standings, {}, {})
    _load_procedures(session, rules, loaded, steps)
    _load_numbers(session, loaded, steps)
    return loaded


def _only_subjects(session: Session, records: Sequence[Record]) -> Loaded:
    """For records without procedure it is enough to know which subjects are cases: most of them are none."""
    subs = {record.claims.sub for record in records}
    found = session.execute(select(CaseRow.sub, CaseRow.rules).where(CaseRow.sub.in_(subs)))
    dossiers = {sub: Dossier(sub, {"rules": version}) for sub, version in found}
    return Loaded(dossiers, {}, Standings({}, Qualified({}), {}, Calendars(())), {}, {})


def _standings(
    session: Session,
    rules: RuleBook,
    accounts: set[UUID],
    dossiers: Iterable[Dossier],
    steps: Sequence[Record],
) -> Standings:
    """The people and devices that cases and steps name."""
    devices = [name for dossier in dossiers for name, _ in captures(dossier.steps)]
    devices += [name for record in steps if isinstance(name := record.fields["details"].get("device"), str)]
    return Standings(
        persons(session, accounts),
        qualified(session, accounts),
        reviewed_devices(session, devices),
        rules.calendars(session),
    )


def load_dossiers(session: Session, subs: Iterable[str]) -> dict[str, Dossier]:
    """The cases among these subjects, as their rows stand. Statements only where they are asked for."""
    wanted = list(set(subs))
    rows = session.scalars(
        select(CaseRow).where(CaseRow.sub.in_(wanted)).execution_options(populate_existing=True)
    ).all()
    found = {row.sub: Dossier(row.sub, {name: getattr(row, name) for name in HEADER}) for row in rows}
    if not found:
        return found
    _load_steps(session, found)
    for sub, account, part, recused in session.execute(
        select(CaseOfficerRow.sub, CaseOfficerRow.account, CaseOfficerRow.part, CaseOfficerRow.recused).where(
            CaseOfficerRow.sub.in_(found)
        )
    ):
        found[sub].parts[account] = Part(part, recused)
    columns = [getattr(ClockRow, name) for name in _CLOCK]
    for sub, clock, turn, *values in session.execute(
        select(ClockRow.sub, ClockRow.clock, ClockRow.turn, *columns).where(ClockRow.sub.in_(found))
    ):
        found[sub].clocks[clock, turn] = dict(zip(_CLOCK, values, strict=True))
    _load_marks(session, found)
    return found


def _load_steps(session: Session, found: Mapping[str, Dossier]) -> None:
    columns = (
        StepRow.sub,
        StepRow.step,
        StepRow.occurred_at,
        StepRow.outcome,
        StepRow.details,
        StepRow.officers,
        StepRow.signer,
        StepRow.index,
        StepRow.jti,
    )
    query = select(*columns).where(StepRow.sub.in_(found)).order_by(StepRow.sub, StepRow.index)
    for sub, step, occurred_at, outcome, details, officers, signer, index, jti in session.execute(query):
        found[sub].steps.append(
            StepFact(
                step=step,
                occurred_at=occurred_at,
                outcome=outcome,
                details=details,
                officers=tuple(officers),
                signer=str(signer),
                seq=index,
                jti=str(jti),
            )
        )


def _load_marks(session: Session, found: Mapping[str, Dossier]) -> None:
    """Which party, milestones, decision, publication, letters and documents a case has already."""
    for sub in session.scalars(select(PartyRow.sub).where(PartyRow.sub.in_(found))):
        found[sub].has_party = True
    counts = (
        select(MilestoneRow.sub, func.count()).where(MilestoneRow.sub.in_(found)).group_by(MilestoneRow.sub)
    )
    for sub, count in session.execute(counts):
        found[sub].milestones = count
    for model, name in ((DecisionRow, "decision"), (PublicationRow, "publication")):
        newest = select(model.sub, func.max(model.index)).where(model.sub.in_(found)).group_by(model.sub)
        for sub, index in session.execute(newest):
            setattr(found[sub], name, index)
    letters = (
        select(LetterRow.sub, LetterRow.index)
        .where(LetterRow.sub.in_(found), LetterRow.replied_index.is_(None))
        .order_by(LetterRow.sub, LetterRow.index)
    )
    for sub, index in session.execute(letters):
        found[sub].letters.append(index)


def _load_statements(session: Session, dossiers: Mapping[str, Dossier], records: Sequence[Record]) -> None:
    """Steps that are to be cosigned or documented."""
    naming = [record for record in records if record.claims.kind in (COSIGN, DOCUMENT)]
    jtis = [str(jti) for record in naming if (jti := as_account(record.fields["statement"])) is not None]
    if not jtis:
        return
    for jti, sub, index, step, signer, kid, officers, entry, cosigned in session.execute(
        _STATEMENTS, {"jtis": jtis}
    ):
        if sub in dossiers:
            digest = sha256(entry.encode()).digest()
            dossiers[sub].statements[str(jti)] = Statement(
                index, step, signer, kid, tuple(officers), digest, cosigned
            )
    issued = select(DocumentRow.sub, DocumentRow.statement, DocumentRow.document).where(
        DocumentRow.sub.in_(dossiers)
    )
    for sub, statement, document in session.execute(issued):
        dossiers[sub].documents.add((str(statement), document))


def _load_procedures(session: Session, rules: RuleBook, loaded: Loaded, steps: Sequence[Record]) -> None:
    """Of cases there are, the version they keep; of new ones, the one in force on the step's day."""
    for dossier in loaded.dossiers.values():
        version = dossier.header["rules"]
        if version not in loaded.procedures:
            loaded.procedures[version] = rules.procedure(session, version)
    for record in steps:
        if record.claims.sub in loaded.dossiers:
            continue
        opening = (record.fields["procedure"], _day(record.fields["occurred_at"]))
        if opening in loaded.current:
            continue
        try:
            current = rules.current(session, *opening)
        except GridWitnessError as error:
            loaded.current[opening] = error
        else:
            loaded.current[opening] = current
            loaded.procedures[current.version] = current


def _load_numbers(session: Session, loaded: Loaded, steps: Sequence[Record]) -> None:
    """Numbers are given one by one: who may give one holds the agency's numbers to the end."""
    years: dict[str, set[int]] = defaultdict(set)
    for record in steps:
        named = record.fields["step"]
        if any(procedure.milestone_of(named) == "start" for procedure in loaded.procedures.values()):
            agency = _agency(record, loaded)
            years[agency].add(_day(record.fields["occurred_at"]).year)
    for agency in sorted(years):
        session.execute(_NUMBER_LOCK, {"agency": agency})
        highest = (
            select(CaseRow.year, func.max(CaseRow.number))
            .where(CaseRow.agency == agency, CaseRow.year.in_(years[agency]))
            .group_by(CaseRow.year)
        )
        loaded.numbers |= {
            (agency, year): number for year, number in session.execute(highest) if year and number
        }


def _agency(record: Record, loaded: Loaded) -> str:
    """A case is its log's agency's, whoever signs."""
    dossier = loaded.dossiers.get(record.claims.sub)
    return dossier.header["agency"] if dossier else record.claims.aud.split("/")[2].split("-")[0]


def _day(occurred_at: str) -> date:
    return local_day(datetime.fromisoformat(occurred_at))
