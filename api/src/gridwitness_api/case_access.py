"""Who may see a case, and what of it."""

from __future__ import annotations

from gridwitness.cases import CaseRow
from gridwitness.errors import NotFound
from gridwitness.members import Actor
from sqlalchemy.orm import Session

PERSONAL_READERS = frozenset({"officer", "agency_head", "legal_reviewer", "hearing_chair", "auditor"})
"""Roles that may see a party's personal data, in the case's agency; each reading is recorded."""

REFUSAL_READERS = frozenset({"agency_head", "auditor"})
"""Roles that may see which steps were refused, and whose."""


def readable_case(session: Session, actor: Actor, sub: str) -> CaseRow:
    """A case the actor may read. Raises NotFound `case-unknown`, also to who may not."""
    row = session.get(CaseRow, sub)
    if row is None or not actor.may_read(row.agency):
        raise NotFound("case-unknown", f"There is no case {sub}.", "see GET /api/v1/cases")
    return row


def require_personal(actor: Actor, agency: str) -> None:
    """Raises Forbidden `role-missing`."""
    actor.require(PERSONAL_READERS, agency)
