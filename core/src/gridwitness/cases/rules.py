"""What a step changes in the case's own rows: the file, the party, who takes part, the step, its milestone.

Pure: the dossier in, row changes out; the dossier is carried on to the next step of the batch.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gridwitness.calendars import ClockReading
from gridwitness.cases.acts import act_rows
from gridwitness.cases.clock_rows import clock_rows, next_due
from gridwitness.cases.dossier import HEADER, Dossier, Part, Statement, Taken
from gridwitness.cases.kinds import PARTY_MEMBERS
from gridwitness.cases.models import CaseOfficerRow, CaseRow, MilestoneRow, PartyRow, StepRow
from gridwitness.records import RowChange, change, put_new
from gridwitness.rules import Procedure

_PARTS = {
    "legal_reviewer": "legal_reviewer",
    "hearing_chair": "hearing_chair",
    "auditor": "auditor",
}
"""What the officers of a step are that only such a role may sign; of any other they are investigators."""


def fold_step(
    dossier: Dossier, taken: Taken, procedure: Procedure, readings: list[ClockReading]
) -> list[RowChange]:
    """Every row that the step puts or changes. `readings`: the case's clocks with this step."""
    dossier.steps.append(taken.fact)
    _remember(dossier, taken)
    rows = [_step_row(dossier, taken), *_party_rows(dossier, taken), *_officer_rows(dossier, taken)]
    rows += act_rows(dossier, taken, procedure, readings)
    rows += clock_rows(dossier, readings)
    rows += _milestone_rows(dossier, taken)
    return [*_header_rows(dossier, taken, next_due(procedure, readings)), *rows]


def _remember(dossier: Dossier, taken: Taken) -> None:
    dossier.statements[str(taken.jti)] = Statement(
        taken.index, taken.fact.step, taken.signer, taken.kid, taken.fact.officers, taken.digest, False
    )


def _header_rows(dossier: Dossier, taken: Taken, due: dict[str, Any]) -> list[RowChange]:
    before = dossier.header
    after = {**(before or dict.fromkeys(HEADER)), **_header(before, taken), **due}
    dossier.header = after
    if not before:
        return [put_new(CaseRow, sub=dossier.sub, **after)]
    changed = {name: value for name, value in after.items() if before[name] != value}
    return [change(CaseRow, {"sub": dossier.sub}, **changed)] if changed else []


def _header(before: dict[str, Any], taken: Taken) -> dict[str, Any]:
    fact, basis = taken.fact, taken.fields["basis"]
    header: dict[str, Any] = {"state": taken.state, "log": taken.log}
    if not before:
        header |= {
            "agency": taken.agency,
            "procedure": taken.fields["procedure"],
            "rules": taken.fields["rules"],
            "lead": taken.signer,
            "opened_at": fact.occurred_at,
        }
    for name in ("party_kind", "matter", "source", "device", "district"):
        if taken.text(name) is not None:
            header[name] = taken.text(name)
    if not before.get("article"):
        header["article"] = taken.text("article") or (basis[0] if basis else None)
    if taken.step.milestone is not None:
        header["milestone"] = taken.step.milestone
    if taken.number is not None:
        header["year"], header["number"] = taken.number
        header["filed_at"] = fact.occurred_at
        header["lead"] = UUID(fact.officers[0]) if fact.officers else taken.signer
    if fact.step == "decision":
        header["decided_at"] = fact.occurred_at
    if fact.step == "decision-service":
        header["served_at"] = fact.occurred_at
    if taken.step.milestone == "closure":
        header["closed_at"] = fact.occurred_at
    return header


def _step_row(dossier: Dossier, taken: Taken) -> RowChange:
    fact = taken.fact
    return put_new(
        StepRow,
        sub=dossier.sub,
        index=taken.index,
        seq=taken.seq,
        jti=taken.jti,
        step=fact.step,
        outcome=fact.outcome,
        occurred_at=fact.occurred_at,
        signer=taken.signer,
        officers=list(fact.officers),
        basis=taken.fields["basis"],
        details=dict(fact.details),
        files=len(taken.fields["files"]),
        state=taken.state,
    )


def _party_rows(dossier: Dossier, taken: Taken) -> list[RowChange]:
    party = taken.fields["party"]
    kind = taken.text("party_kind")
    if party is None:
        return []
    columns = {name: party.get(name) for name in PARTY_MEMBERS}
    columns |= {"since": taken.index, "kind": kind or dossier.header.get("party_kind")}
    if dossier.has_party:
        return [change(PartyRow, {"sub": dossier.sub, "number": 1}, **columns)]
    dossier.has_party = True
    return [put_new(PartyRow, sub=dossier.sub, number=1, **columns)]


def _officer_rows(dossier: Dossier, taken: Taken) -> list[RowChange]:
    roles = taken.step.roles
    alone = next((part for role, part in _PARTS.items() if roles == {role}), None)
    named = alone or "investigator"
    signing = alone or ("head" if roles == {"agency_head"} else "investigator")
    rows = []
    for account, part in [
        *((UUID(officer), named) for officer in taken.fact.officers if officer != str(taken.signer)),
        (taken.signer, signing),
    ]:
        if account not in dossier.parts:
            dossier.parts[account] = Part(part)
            rows.append(
                put_new(
                    CaseOfficerRow,
                    sub=dossier.sub,
                    account=account,
                    part=part,
                    recused=False,
                    since=taken.index,
                )
            )
    return rows + _recusal(dossier, taken)


def _recusal(dossier: Dossier, taken: Taken) -> list[RowChange]:
    """行政处罚法 Art. 43: who was recused takes no further part."""
    officer = taken.text("officer")
    if taken.fact.step != "recusal-decision" or taken.fact.outcome != "recused" or officer is None:
        return []
    part = dossier.parts.get(UUID(officer))
    if part is None or part.recused:
        return []
    part.recused = True
    return [change(CaseOfficerRow, {"sub": dossier.sub, "account": UUID(officer)}, recused=True)]


def _milestone_rows(dossier: Dossier, taken: Taken) -> list[RowChange]:
    if taken.step.milestone is None:
        return []
    index = dossier.milestones
    dossier.milestones += 1
    return [
        put_new(
            MilestoneRow,
            sub=dossier.sub,
            index=index,
            milestone=taken.step.milestone,
            seq=taken.seq,
            head=taken.leaf_hash,
            jti=taken.jti,
        )
    ]
