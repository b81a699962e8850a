"""Decisions shown to the public (三项制度; 行政处罚法 2021 Art. 48), and those that should be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.cases.models import CaseRow, DecisionRow, LetterRow, PartyRow, PublicationRow
from gridwitness.cases.views import case_number
from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor
from gridwitness.plain_row import plain, plain_value

_JOINED = (
    select(PublicationRow, CaseRow, DecisionRow)
    .join(CaseRow, CaseRow.sub == PublicationRow.sub)
    .join(DecisionRow, (DecisionRow.sub == PublicationRow.sub) & (DecisionRow.index == PublicationRow.index))
)


def published(
    session: Session, agency: str | None, today: date, after: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """What the public sees of decisions, newest first, and where the next page begins (None: nowhere).

    A withdrawn one stays in the list with its reason and without its content; one whose time is over is gone.
    Raises InvalidInput `cursor-invalid`, `limit`.
    """
    check_limit(limit)
    query = _JOINED.add_columns(PartyRow.name).outerjoin(
        PartyRow, (PartyRow.sub == PublicationRow.sub) & (PartyRow.number == 1)
    )
    query = query.where(
        PublicationRow.published_at.is_not(None),
        or_(PublicationRow.remove_on.is_(None), PublicationRow.remove_on > today),
    )
    if agency is not None:
        query = query.where(CaseRow.agency == agency)
    place = tuple_(PublicationRow.published_at, PublicationRow.sub)
    if after is not None:
        query = query.where(place < tuple_(*_read_place(after)))
    newest = query.order_by(PublicationRow.published_at.desc(), PublicationRow.sub.desc()).limit(limit + 1)
    rows = session.execute(newest).all()
    shown = [_shown(*found) for found in rows[:limit]]
    if len(rows) <= limit:
        return shown, None
    last = rows[limit - 1][0]
    return shown, make_cursor(last.published_at.isoformat(), last.sub)


def _read_place(cursor: str) -> tuple[datetime, str]:
    published_at, sub = read_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(published_at or ""), sub or ""
    except ValueError as error:
        raise cursor_invalid() from error


def to_publish(session: Session, agency: str, today: date) -> list[dict[str, Any]]:
    """Decisions that wait for publication, earliest due first; `overdue` where the day has passed."""
    query = _JOINED.where(
        CaseRow.agency == agency,
        PublicationRow.published_at.is_(None),
        DecisionRow.standing == "in-force",
    ).order_by(PublicationRow.due_on, PublicationRow.sub)
    return [
        {
            "sub": case.sub,
            "number": case_number(case),
            "due_on": plain_value(row.due_on),
            "problem": row.problem,
            "overdue": row.due_on is not None and row.due_on < today,
        }
        for row, case, _ in session.execute(query)
    ]


def to_withdraw(session: Session, agency: str, today: date) -> list[dict[str, Any]]:
    """Published decisions that must go: no longer in force, or shown long enough."""
    query = _JOINED.where(
        CaseRow.agency == agency,
        PublicationRow.published_at.is_not(None),
        PublicationRow.withdrawn_at.is_(None),
        or_(DecisionRow.standing != "in-force", PublicationRow.remove_on <= today),
    ).order_by(PublicationRow.published_at, PublicationRow.sub)
    return [
        {
            "sub": case.sub,
            "number": case_number(case),
            "reason": "expired" if decision.standing == "in-force" else decision.standing,
            "remove_on": plain_value(row.remove_on),
        }
        for row, case, decision in session.execute(query)
    ]


def letters(session: Session, agency: str, today: date, *, waiting_only: bool) -> list[dict[str, Any]]:
    """Letters of supervision to an agency, earliest reply first; `overdue` where none came in time."""
    query = select(LetterRow, CaseRow).join(CaseRow, CaseRow.sub == LetterRow.sub)
    query = query.where(CaseRow.agency == agency)
    if waiting_only:
        query = query.where(LetterRow.replied_index.is_(None))
    query = query.order_by(LetterRow.reply_due_on, LetterRow.sub, LetterRow.index)
    return [
        {"sub": case.sub, "number": case_number(case), **plain(row), "overdue": _is_late(row, today)}
        for row, case in session.execute(query)
    ]


def _is_late(row: LetterRow, today: date) -> bool:
    return row.replied_index is None and row.reply_due_on is not None and row.reply_due_on < today


def _shown(row: PublicationRow, case: CaseRow, decision: DecisionRow, party: str | None) -> dict[str, Any]:
    listed = {
        "number": case_number(case),
        "agency": case.agency,
        "procedure": case.procedure,
        "published_at": plain_value(row.published_at),
        "remove_on": plain_value(row.remove_on),
        "withdrawn_at": plain_value(row.withdrawn_at),
        "reason": row.reason,
    }
    if row.withdrawn_at is not None:
        return listed
    return listed | {
        "matter": case.matter,
        "article": case.article,
        "party_kind": case.party_kind,
        "party": _public_name(party, case.party_kind),
        "decided_at": plain_value(decision.decided_at),
        "outcome": decision.outcome,
        "fine": plain_value(decision.fine),
        "penalty_kinds": decision.penalty_kinds,
    }


def _public_name(name: str | None, party_kind: str | None) -> str | None:
    """An organisation by its name; of a person the family name only; None where it was erased."""
    if name is None or party_kind == "organisation":
        return name
    return name[0] + "某"
