"""Lists of cases, by due date; every filter has an index or a handful of rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.cases.models import CaseOfficerRow, CaseRow
from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor

FINISHED = ("closed", "archived", "dropped")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases shows; None = all. `agencies`: those the reader may read."""

    agencies: Sequence[str]
    state: str | None = None
    milestone: str | None = None
    procedure: str | None = None
    officer: UUID | None = None
    article: str | None = None
    district: str | None = None
    due_before: date | None = None
    year: int | None = None
    number: int | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page, earliest due first, cases without due date last; `cursor` = where the next page begins."""

    rows: Sequence[CaseRow]
    cursor: str | None


def list_cases(session: Session, wanted: CaseFilter, after: str | None, limit: int) -> CasePage:
    """A page of cases. Raises InvalidInput `cursor-invalid`, `limit`."""
    check_limit(limit)
    due, sub = _read_cursor(after) if after is not None else (None, "")
    rows: list[CaseRow] = []
    if after is None or due is not None:
        dated: ColumnElement[bool] = CaseRow.next_due_on.is_not(None)
        if due is not None:
            dated = and_(dated, tuple_(CaseRow.next_due_on, CaseRow.sub) > tuple_(due, sub))
        rows += _first(session, wanted, dated, limit + 1)
    if len(rows) <= limit and wanted.due_before is None:
        undated: ColumnElement[bool] = CaseRow.next_due_on.is_(None)
        if due is None:
            undated = and_(undated, CaseRow.sub > sub)
        rows += _first(session, wanted, undated, limit + 1 - len(rows))
    page = rows[:limit]
    return CasePage(page, _cursor(page[-1]) if len(rows) > limit else None)


def _first(session: Session, wanted: CaseFilter, place: ColumnElement[bool], limit: int) -> list[CaseRow]:
    """The first cases of a part of the list. Agency by agency, so that an index also gives the order."""
    found: list[CaseRow] = []
    for agency in dict.fromkeys(wanted.agencies):
        query = _filtered(wanted).where(CaseRow.agency == agency, place)
        # The due date stands in the order also where it is null: so does it in the index.
        found += session.scalars(query.order_by(CaseRow.next_due_on, CaseRow.sub).limit(limit))
    return sorted(found, key=lambda row: (row.next_due_on or date.max, row.sub))[:limit]


def _filtered(wanted: CaseFilter) -> Select[Any]:
    equal = {
        CaseRow.state: wanted.state,
        CaseRow.milestone: wanted.milestone,
        CaseRow.procedure: wanted.procedure,
        CaseRow.article: wanted.article,
        CaseRow.district: wanted.district,
        CaseRow.year: wanted.year,
        CaseRow.number: wanted.number,
    }
    query = select(CaseRow).where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.due_before is not None:
        query = query.where(CaseRow.next_due_on < wanted.due_before)
    if wanted.open_only:
        query = query.where(CaseRow.state.not_in(FINISHED))
    if wanted.officer is None:
        return query
    # An officer's cases are few among all: they are found first, whatever the planner makes of the limit.
    theirs = select(CaseOfficerRow.sub).where(CaseOfficerRow.account == wanted.officer).cte("theirs")
    theirs = theirs.prefix_with("MATERIALIZED")
    return query.join(theirs, CaseRow.sub == theirs.c.sub)


def _cursor(row: CaseRow) -> str:
    return make_cursor(None if row.next_due_on is None else row.next_due_on.isoformat(), row.sub)


def _read_cursor(cursor: str) -> tuple[date | None, str]:
    due, sub = read_cursor(cursor, 2)
    try:
        return None if due is None else date.fromisoformat(due), sub or ""
    except ValueError as error:
        raise cursor_invalid() from error
