"""How many cases are open, what is overdue, which milestones wait: for metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gridwitness.cases import FINISHED, CaseRow
from gridwitness.cases.models import ClockRow, MilestoneRow, RegistrationRow
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Numbers by agency; an agency without any is left out."""

    open_cases: Mapping[str, int]
    overdue_clocks: Mapping[str, int]
    waiting_milestones: Mapping[str, int]
    """Accepted, and not on the contract yet."""


def case_standing(session: Session, today: date) -> CaseStanding:
    """As of `today`, a local day."""
    open_cases = (
        select(CaseRow.agency, func.count()).where(CaseRow.state.not_in(FINISHED)).group_by(CaseRow.agency)
    )
    overdue = (
        select(CaseRow.agency, func.count())
        .join(ClockRow, ClockRow.sub == CaseRow.sub)
        .where(ClockRow.state == "running", ClockRow.due_on < today)
        .group_by(CaseRow.agency)
    )
    registered = and_(RegistrationRow.sub == MilestoneRow.sub, RegistrationRow.index == MilestoneRow.index)
    waiting = (
        select(CaseRow.agency, func.count())
        .join(MilestoneRow, MilestoneRow.sub == CaseRow.sub)
        .outerjoin(RegistrationRow, registered)
        .where(RegistrationRow.sub.is_(None))
        .group_by(CaseRow.agency)
    )
    found = (
        {agency: number for agency, number in session.execute(query)}
        for query in (open_cases, overdue, waiting)
    )
    return CaseStanding(*found)
