"""Decides what the records of cases change: steps by the case's procedure, cosignatures, documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from gridwitness_evidence import Record, base64url
from sqlalchemy.orm import Session

from gridwitness.calendars import read_clocks
from gridwitness.cases.anomalies import AnomalyStanding
from gridwitness.cases.dossier import Dossier, Statement, Taken
from gridwitness.cases.judging import check_form, check_order, judge, local_day, read_fact, require_allowed
from gridwitness.cases.kinds import COSIGN, DOCUMENT, OLD_KINDS, STEP
from gridwitness.cases.loading import Loaded, load
from gridwitness.cases.models import DocumentRow, StepRow
from gridwitness.cases.rule_book import RuleBook
from gridwitness.cases.rules import fold_step
from gridwitness.errors import Conflict, Forbidden, GridWitnessError, InvalidInput, NotFound
from gridwitness.records import Log, RowChange, change, put_new
from gridwitness.rules import Procedure, StepFact
from gridwitness.text_form import canonical_json

MAXIMUM_DETAILS = 16_384
"""Bytes of a step's details, basis and officers: they stand again, as text, in its effect's disclosures. What
fails there would leave a gap in the numbers.
"""


class CaseHandler:
    """`StepHandler` of every kind that may stand on a case's subject."""

    def __init__(self, rules: RuleBook, anomalies: AnomalyStanding) -> None:
        self._rules = rules
        self._anomalies = anomalies

    def load(self, session: Session, records: Sequence[Record]) -> Loaded:
        """What the batch's records name, asked once."""
        return load(session, self._rules, self._anomalies, records)

    def decide(self, record: Record, log: Log, loaded: Loaded) -> list[RowChange]:
        """Rows that change. Raises ProcedureRefused, Forbidden, Conflict, InvalidInput, NotFound."""
        kind = record.claims.kind
        if kind in OLD_KINDS:
            return _old(record, loaded)
        if kind == DOCUMENT:
            return [_document(record, loaded)]
        signer = loaded.holders.get((record.claims.iss, record.kid))
        if signer is None:
            raise Forbidden("signer-unknown", "Nobody's account holds the signing key.", "name its holder")
        if kind == COSIGN:
            return [_cosign(record, signer, loaded)]
        return _step(record, log, signer, loaded)


def case_handlers(rules: RuleBook, anomalies: AnomalyStanding) -> dict[str, CaseHandler]:
    """One handler for all, so that a batch may hold a step with its cosignature."""
    return dict.fromkeys((STEP, COSIGN, DOCUMENT, *OLD_KINDS), CaseHandler(rules, anomalies))


def _old(record: Record, loaded: Loaded) -> list[RowChange]:
    if record.claims.sub in loaded.dossiers and loaded.dossiers[record.claims.sub].open:
        raise Conflict(
            "case-step-version",
            f"Subject {record.claims.sub} is a case; {record.claims.kind} does not follow its procedure.",
            f"sign a {STEP}",
        )
    return []


def _step(record: Record, log: Log, signer: UUID, loaded: Loaded) -> list[RowChange]:
    fields, claims = record.fields, record.claims
    dossier = loaded.dossiers.get(claims.sub) or Dossier(claims.sub)
    check_form(fields, claims.iat, loaded.standings)
    structured = [fields["details"], fields["basis"], fields["officers"]]
    if len(canonical_json(structured).encode()) > MAXIMUM_DETAILS:
        raise InvalidInput("fields", f"What the step says has more than {MAXIMUM_DETAILS} bytes.", None)
    procedure = _procedure(record, dossier, loaded)
    fact = read_fact(fields, signer, len(dossier.steps), claims.jti)
    check_order(dossier, procedure, fact)
    agency = dossier.header.get("agency", log.agency)
    judgement = judge(dossier, procedure, fact, fields, agency, loaded.standings)
    require_allowed(dossier, fact, judgement)
    taken = _taken(record, log, signer, dossier, procedure, fact, judgement.state_after, loaded)
    after = replace(dossier.facts(), steps=(*dossier.steps, fact))
    readings = read_clocks(procedure, after, loaded.standings.calendars, fact.day)
    rows = fold_step(dossier, taken, procedure, readings)
    loaded.dossiers[claims.sub] = dossier
    if taken.number is not None:
        year, number = taken.number
        loaded.numbers[agency, year] = number
    return rows


def _taken(
    record: Record,
    log: Log,
    signer: UUID,
    dossier: Dossier,
    procedure: Procedure,
    fact: StepFact,
    state: str,
    loaded: Loaded,
) -> Taken:
    """The step with its place in the case, and the number it gives where it starts one."""
    step, agency = procedure.steps[fact.step], dossier.header.get("agency", log.agency)
    number = None
    if step.milestone == "start" and dossier.header.get("number") is None:
        number = (fact.day.year, loaded.numbers.get((agency, fact.day.year), 0) + 1)
    return Taken(
        index=len(dossier.steps),
        seq=record.claims.seq,
        jti=UUID(record.claims.jti),
        kid=record.kid,
        digest=record.digest,
        leaf_hash=record.leaf_hash,
        log=log.name,
        agency=agency,
        step=step,
        fact=fact,
        signer=signer,
        state=state,
        fields=record.fields,
        number=number,
    )


def _procedure(record: Record, dossier: Dossier, loaded: Loaded) -> Procedure:
    """The version the case keeps, or the one in force where the step opens it."""
    fields, claims = record.fields, record.claims
    if dossier.open:
        if (fields["procedure"], fields["rules"]) != (dossier.header["procedure"], dossier.header["rules"]):
            raise _other_version(dossier.header["rules"], "the case keeps the version it was opened with")
        return loaded.procedures[dossier.header["rules"]]
    if claims.seq != 0:
        raise Conflict("case-unknown", f"Subject {claims.sub} is no case.", "open a case on a new subject")
    day = local_day(datetime.fromisoformat(fields["occurred_at"]))
    current = loaded.current[fields["procedure"], day]
    if isinstance(current, GridWitnessError):
        raise current
    if fields["rules"] != current.version:
        raise _other_version(current.version, "a new case takes the version in force on its day")
    return current


def _other_version(version: str, why: str) -> Conflict:
    return Conflict("procedure-version", f"The procedure's version is {version}: {why}.", None, rules=version)


def _statement(record: Record, loaded: Loaded) -> tuple[Dossier, Statement]:
    """The step that a cosignature or a document names. Raises NotFound, Conflict."""
    dossier = loaded.dossiers.get(record.claims.sub)
    if dossier is None or not dossier.open:
        raise NotFound("case-unknown", f"Subject {record.claims.sub} is no case.", None)
    statement = dossier.statements.get(record.fields["statement"])
    if statement is None:
        raise NotFound(
            "statement-unknown", f"The case has no step {record.fields['statement']}.", "name a step's jti"
        )
    if record.fields["entry"] != base64url.encode(statement.digest):
        raise Conflict(
            "statement-other", "The step's entry has another digest.", "take the entry digest of the receipt"
        )
    return dossier, statement


def _cosign(record: Record, signer: UUID, loaded: Loaded) -> RowChange:
    dossier, statement = _statement(record, loaded)
    if signer == statement.signer or record.kid == statement.kid:
        raise Forbidden(
            "cosign-own", "Who signed the step cannot cosign it.", "another of its officers has to"
        )
    if str(signer) not in statement.officers:
        raise Forbidden("cosign-officer", "Only an officer whom the step names can cosign it.", None)
    if statement.cosigned:
        raise Conflict("cosigned", "The step has been cosigned already.", None)
    statement.cosigned = True
    return change(
        StepRow,
        {"sub": dossier.sub, "index": statement.index},
        cosigner=signer,
        cosignature=UUID(record.claims.jti),
    )


def _document(record: Record, loaded: Loaded) -> RowChange:
    dossier, statement = _statement(record, loaded)
    fields = record.fields
    step = loaded.procedures[dossier.header["rules"]].steps[statement.step]
    if fields["document"] != step.document:
        raise InvalidInput(
            "document-other", f"Of a step {statement.step} comes {step.document}, not {fields['document']}."
        )
    issued = (fields["statement"], fields["document"])
    if issued in dossier.documents:
        raise Conflict("document-issued", f"The step's {fields['document']} has been issued.", None)
    dossier.documents.add(issued)
    return put_new(
        DocumentRow,
        jti=UUID(record.claims.jti),
        sub=dossier.sub,
        statement=UUID(fields["statement"]),
        document=fields["document"],
    )
