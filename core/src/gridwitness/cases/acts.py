"""What steps do beside moving the case on: evidence, decisions, payments, measures, letters, publication.

Which step does what is this table; what a step needs and who may take it is the procedure's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gridwitness.calendars import ClockReading
from gridwitness.cases.dossier import Dossier, Taken
from gridwitness.cases.models import (
    DecisionRow,
    EnforcementRow,
    EvidenceRow,
    LetterRow,
    PaymentRow,
    PublicationRow,
    ServiceRow,
)
from gridwitness.records import RowChange, change, put_new
from gridwitness.rules import Procedure

PUBLICATION_CLOCK = "publication"
REPLY_CLOCK = "supervision-reply"
DISPLAY_YEARS = "publication.display"
"""Threshold: how many years a published decision stays shown."""

Act = Callable[[Dossier, Taken, Procedure, Sequence[ClockReading]], list[RowChange]]


def act_rows(
    dossier: Dossier, taken: Taken, procedure: Procedure, readings: Sequence[ClockReading]
) -> list[RowChange]:
    """Rows of what the step brought; none for a step that only moves the case on."""
    act = ACTS.get(taken.fact.step)
    return [] if act is None else act(dossier, taken, procedure, readings)


def _key(dossier: Dossier, taken: Taken) -> dict[str, Any]:
    return {"sub": dossier.sub, "index": taken.index}


def _evidence(kind: str | None) -> Act:
    """`kind`: of Art. 46, where the step says none itself."""

    def act(dossier: Dossier, taken: Taken, *_: Any) -> list[RowChange]:
        return [
            put_new(
                EvidenceRow,
                **_key(dossier, taken),
                jti=taken.jti,
                step=taken.fact.step,
                kind=taken.text("kind") or kind,
                title=taken.text("title"),
                files=len(taken.fields["files"]),
                obtained_at=taken.fact.occurred_at,
            )
        ]

    return act


def _decision(
    dossier: Dossier, taken: Taken, _: Procedure, readings: Sequence[ClockReading]
) -> list[RowChange]:
    dossier.decision = taken.index
    rows = [
        put_new(
            DecisionRow,
            **_key(dossier, taken),
            jti=taken.jti,
            outcome=taken.fact.outcome,
            fine=taken.amount("fine"),
            penalty_kinds=[*(taken.details.get("penalty_kinds") or ())],
            decided_by=taken.signer,
            decided_at=taken.fact.occurred_at,
            standing="in-force",
        )
    ]
    due = _started(readings, PUBLICATION_CLOCK, taken)
    if due is not None:
        dossier.publication = taken.index
        rows.append(put_new(PublicationRow, **_key(dossier, taken), due_on=due.due_on, problem=due.problem))
    return rows


def _revocation(dossier: Dossier, taken: Taken, *_: Any) -> list[RowChange]:
    if dossier.decision is None:
        return []
    standing = taken.fact.outcome or "revoked"
    return [change(DecisionRow, {"sub": dossier.sub, "index": dossier.decision}, standing=standing)]


def _service(dossier: Dossier, taken: Taken, *_: Any) -> list[RowChange]:
    signed = taken.details.get("receipt_signed")
    return [
        put_new(
            ServiceRow,
            **_key(dossier, taken),
            jti=taken.jti,
            step=taken.fact.step,
            method=taken.text("method"),
            receipt_signed=signed if isinstance(signed, bool) else None,
            served_at=taken.fact.occurred_at,
        )
    ]


def _payment(dossier: Dossier, taken: Taken, *_: Any) -> list[RowChange]:
    return [
        put_new(
            PaymentRow,
            **_key(dossier, taken),
            jti=taken.jti,
            amount=taken.amount("amount") or Decimal(0),
            surcharge=taken.amount("surcharge") or Decimal(0),
            method=taken.text("method"),
            receipt_no=taken.text("receipt_no"),
            paid_at=taken.fact.occurred_at,
        )
    ]


def _measure(dossier: Dossier, taken: Taken, *_: Any) -> list[RowChange]:
    return [
        put_new(
            EnforcementRow,
            **_key(dossier, taken),
            jti=taken.jti,
            measure=taken.fact.step,
            outcome=taken.fact.outcome,
            amount=taken.amount("amount"),
            occurred_at=taken.fact.occurred_at,
        )
    ]


def _letter(letter: str) -> Act:
    def act(
        dossier: Dossier, taken: Taken, _: Procedure, readings: Sequence[ClockReading]
    ) -> list[RowChange]:
        # A letter while another waits for its reply begins no clock of its own: one reply answers both.
        due = next((r for r in reversed(readings) if r.clock == REPLY_CLOCK and r.ended_on is None), None)
        dossier.letters.append(taken.index)
        return [
            put_new(
                LetterRow,
                **_key(dossier, taken),
                jti=taken.jti,
                letter=letter,
                issued_by=taken.signer,
                issued_at=taken.fact.occurred_at,
                reply_due_on=None if due is None else due.due_on,
                problem=None if due is None else due.problem,
            )
        ]

    return act


def _reply(dossier: Dossier, taken: Taken, *_: Any) -> list[RowChange]:
    """One reply answers every letter that waits."""
    replied = {"replied_index": taken.index, "replied_at": taken.fact.occurred_at}
    rows = [change(LetterRow, {"sub": dossier.sub, "index": index}, **replied) for index in dossier.letters]
    dossier.letters.clear()
    return rows


def _publication(
    dossier: Dossier, taken: Taken, procedure: Procedure, _: Sequence[ClockReading]
) -> list[RowChange]:
    columns = {
        "published_at": taken.fact.occurred_at,
        "remove_on": _removal(procedure, dossier.header.get("party_kind"), taken.fact.day),
        "withdrawn_at": None,
        "reason": None,
    }
    if dossier.publication is not None:
        return [change(PublicationRow, {"sub": dossier.sub, "index": dossier.publication}, **columns)]
    index = dossier.decision
    if index is None:
        return []
    dossier.publication = index
    return [put_new(PublicationRow, sub=dossier.sub, index=index, **columns)]


def _withdrawal(dossier: Dossier, taken: Taken, *_: Any) -> list[RowChange]:
    if dossier.publication is None:
        return []
    key = {"sub": dossier.sub, "index": dossier.publication}
    return [change(PublicationRow, key, withdrawn_at=taken.fact.occurred_at, reason=taken.fact.outcome)]


def _removal(procedure: Procedure, party_kind: str | None, published: date) -> date | None:
    years = procedure.threshold(DISPLAY_YEARS, party_kind)
    if years is None:
        return None
    year = published.year + int(years)
    leap_day = (published.month, published.day) == (2, 29)
    return date(year, 3, 1) if leap_day and year % 4 else published.replace(year=year)


def _started(readings: Sequence[ClockReading], clock: str, taken: Taken) -> ClockReading | None:
    """The clock's run that this step began."""
    return next((r for r in readings if r.clock == clock and r.started_seq == taken.index), None)


_MEASURES = (
    "preservation", "preservation-disposal", "seizure", "seizure-extension", "seizure-disposal", "surcharge",
    "dunning", "court-application", "court-enforcement",
)  # fmt: skip

ACTS: Mapping[str, Act] = {
    "evidence": _evidence(None),
    "scene-record": _evidence("scene-record"),
    "inspection": _evidence("scene-record"),
    "interview": _evidence(None),
    "appraisal-result": _evidence("expert-opinion"),
    "decision": _decision,
    **dict.fromkeys(("decision-revocation", "late-revocation"), _revocation),
    "notice-service": _service,
    "decision-service": _service,
    "payment": _payment,
    **dict.fromkeys(_MEASURES, _measure),
    "supervision-opinion": _letter("opinion"),
    "supervision-decision": _letter("decision"),
    "supervision-reply": _reply,
    "publication": _publication,
    "publication-withdrawal": _withdrawal,
}
