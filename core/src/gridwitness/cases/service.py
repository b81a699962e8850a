"""Use cases of enforcement cases; steps themselves come in as signed records by `records.Acceptance`."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.cases import publications
from gridwitness.cases.advice import Adviser
from gridwitness.cases.anomalies import AnomalyStanding
from gridwitness.cases.case_file import CaseFileMaker
from gridwitness.cases.judging import local_day
from gridwitness.cases.listing import CaseFilter, list_cases
from gridwitness.cases.loading import load_dossiers
from gridwitness.cases.models import CaseRow, RefusalRow
from gridwitness.cases.recording import Notebook, readings_of
from gridwitness.cases.rule_book import RuleBook, records_of
from gridwitness.cases.views import case_line, case_view, refusal_view
from gridwitness.clock import Clock
from gridwitness.errors import NotFound
from gridwitness.plain_row import plain
from gridwitness.records import Acceptance, BundleMaker


class Cases:
    """Cases found, listed, judged before signing, and handed to an auditor."""

    def __init__(
        self,
        rules: RuleBook,
        anomalies: AnomalyStanding,
        acceptance: Acceptance,
        bundles: BundleMaker,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._clock = clock
        self._files = CaseFileMaker(bundles)
        self.advice = Adviser(rules, anomalies, clock)
        """What may come next, and whether a draft would pass."""
        self.notebook = Notebook(acceptance, clock)
        """Refused steps and readings, recorded."""

    def today(self) -> date:
        """The local day by which dues are read."""
        return local_day(self._clock.now())

    def row(self, session: Session, sub: str) -> CaseRow:
        """A case's row. Raises NotFound `case-unknown`."""
        row = session.get(CaseRow, sub, populate_existing=True)
        if row is None:
            raise NotFound("case-unknown", f"There is no case {sub}.", "see the list of cases")
        return row

    def numbered(self, session: Session, agency: str, year: int, number: int) -> CaseRow:
        """The case with a number. Raises NotFound `case-unknown`."""
        query = select(CaseRow).where(
            CaseRow.agency == agency, CaseRow.year == year, CaseRow.number == number
        )
        row = session.scalars(query).first()
        if row is None:
            raise NotFound("case-unknown", f"There is no case {agency}-{year}-{number:06}.", None)
        return row

    def find(self, session: Session, sub: str, *, personal: bool = False) -> dict[str, Any]:
        """The whole case as of today, JSON-ready. Raises NotFound `case-unknown`."""
        row = self.row(session, sub)
        procedure = self._rules.procedure(session, row.rules)
        calendars = self._rules.calendars(session)
        today = self.today()
        return case_view(session, row, procedure, calendars, today, personal=personal)

    def page(
        self, session: Session, wanted: CaseFilter, after: str | None = None, limit: int = 50
    ) -> dict[str, Any]:
        """A page of cases, earliest due first: `rows` and the `cursor` of the next page (or None)."""
        page = list_cases(session, wanted, after, limit)
        today = self.today()
        return {"rows": [case_line(row, today) for row in page.rows], "cursor": page.cursor}

    def case_file(self, session: Session, sub: str, *, show_personal: bool) -> dict[str, Any]:
        """Everything that proves the case (`docs/format.md` section 16). The caller records the reading.

        Raises NotFound `case-unknown`, Conflict `not-anchored-yet`.
        """
        row = self.row(session, sub)
        dossier = load_dossiers(session, [sub])[sub]
        rules = records_of(self._rules.versions(session), row.rules)
        return self._files.make(session, row, dossier, rules, show_personal=show_personal)

    def refusals(
        self, session: Session, agency: str, sub: str | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """Refused steps of an agency or of one case, newest first."""
        query = select(RefusalRow).where(RefusalRow.agency == agency)
        if sub is not None:
            query = query.where(RefusalRow.case_sub == sub)
        query = query.order_by(RefusalRow.refused_at.desc(), RefusalRow.id).limit(limit)
        return [refusal_view(row) for row in session.scalars(query)]

    def readings(self, session: Session, sub: str) -> list[dict[str, Any]]:
        """Who took the case out, oldest first."""
        return [plain(row, without=("effect",)) for row in readings_of(session, sub)]

    def published(
        self, session: Session, agency: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[list[dict[str, Any]], str | None]:
        """What the public sees of decisions (of one agency), newest first, and the next page's cursor."""
        return publications.published(session, agency, self.today(), after, limit)

    def to_publish(self, session: Session, agency: str) -> list[dict[str, Any]]:
        """Decisions that wait for publication."""
        return publications.to_publish(session, agency, self.today())

    def to_withdraw(self, session: Session, agency: str) -> list[dict[str, Any]]:
        """Published decisions that must go."""
        return publications.to_withdraw(session, agency, self.today())

    def letters(self, session: Session, agency: str, *, waiting_only: bool = False) -> list[dict[str, Any]]:
        """Letters of supervision to an agency."""
        return publications.letters(session, agency, self.today(), waiting_only=waiting_only)

    def record_reading(self, session: Session, sub: str, account: UUID, what: str, *, personal: bool) -> UUID:
        """Record that an account took out a part of a case."""
        return self.notebook.record_reading(session, self.row(session, sub), account, what, personal=personal)
