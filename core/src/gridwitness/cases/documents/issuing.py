"""Documents issued: rendered, stored by their digest, and put on record in their case.

The record `document.issued.v1` is signed with the service key at the case's next place; it names the step
(`jti` and entry digest) and the file by SHA-256 and SM3. The PDF holds personal data, so that its `files`
field may be erased, and the file with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.cases.documents.content import DocumentContent
from gridwitness.cases.documents.gathering import gather
from gridwitness.cases.kinds import DOCUMENT
from gridwitness.cases.models import CaseRow, DocumentRow, StepRow
from gridwitness.cases.rule_book import RuleBook
from gridwitness.cases.views import case_number
from gridwitness.clock import Clock
from gridwitness.errors import Conflict, NotFound
from gridwitness.records import (
    Acceptance,
    FileStore,
    OwnKeys,
    add_file,
    lock_subjects,
    log_named,
    record_row,
    stored_record,
)

MEDIA_TYPE = "application/pdf"


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that was issued. `file` as the record names it (§3 `files`); None where it was erased.

    `jti`: of the `document.issued.v1`. `replayed`: it had been issued before.
    """

    document: str
    statement: UUID
    jti: UUID
    file: dict[str, Any] | None
    replayed: bool = False


class Documents:
    """Use cases of documents; they take a session, the caller commits."""

    def __init__(
        self,
        rules: RuleBook,
        acceptance: Acceptance,
        own_keys: OwnKeys,
        files: FileStore,
        clock: Clock,
        public_url: str,
    ) -> None:
        """`public_url`: what verification links begin with, without a slash at its end."""
        self._rules = rules
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._files = files
        self._clock = clock
        self._public_url = public_url

    def issue(self, session: Session, sub: str, statement: UUID, *, by: str | None) -> Issued:
        """Issue the document of a step; the one issued before where there is one.

        Raises NotFound `case-unknown`, `statement-unknown`; Conflict `document-none`.
        """
        case = _case(session, sub)
        lock_subjects(session, [(case.log, sub)])
        step, document = self._documented(session, case, statement)
        before = select(DocumentRow).where(
            DocumentRow.statement == statement, DocumentRow.document == document
        )
        issued = session.scalars(before).first()
        if issued is not None:
            return _issued(session, issued, replayed=True)
        content = self._gather(session, case, step, document)
        name = f"{case_number(case) or sub}-{document}.pdf"
        file = self._store(session, name, document, content)
        return self._record(session, case, content, document, file, by=by)

    def issued(self, session: Session, sub: str) -> list[Issued]:
        """What was issued in a case, oldest first. Raises NotFound `case-unknown`."""
        rows = session.scalars(
            select(DocumentRow).where(DocumentRow.sub == _case(session, sub).sub).order_by(DocumentRow.jti)
        )
        return [_issued(session, row) for row in rows]

    def _documented(self, session: Session, case: CaseRow, statement: UUID) -> tuple[StepRow, str]:
        step = session.scalars(
            select(StepRow).where(StepRow.jti == statement, StepRow.sub == case.sub)
        ).first()
        if step is None:
            raise NotFound("statement-unknown", f"The case has no step {statement}.", "name a step's jti")
        document = self._rules.procedure(session, case.rules).steps[step.step].document
        if document is None:
            raise Conflict(
                "document-none",
                f"Of a step {step.step} the procedure issues no document.",
                "name another step",
            )
        return step, document

    def _gather(self, session: Session, case: CaseRow, step: StepRow, document: str) -> DocumentContent:
        procedure = self._rules.procedure(session, case.rules)
        return gather(session, case, step, procedure, document, self._public_url)

    def _store(self, session: Session, name: str, document: str, content: DocumentContent) -> dict[str, Any]:
        # Loading the PDF library takes a second, which only who issues should wait for.
        from gridwitness.cases.documents.rendering import render  # noqa: PLC0415

        pdf = render(document, content)
        digest = sha256(pdf).hexdigest()
        stored = add_file(session, self._files, digest, [pdf], self._clock.now())
        return {
            "name": name,
            "sha256": digest,
            "sm3": stored.sm3,
            "size": stored.size,
            "type": MEDIA_TYPE,
        }

    def _record(
        self,
        session: Session,
        case: CaseRow,
        content: DocumentContent,
        document: str,
        file: dict[str, Any],
        *,
        by: str | None,
    ) -> Issued:
        log = log_named(session, case.log)
        statement = self._acceptance.sign_own(
            session,
            log,
            DOCUMENT,
            case.sub,
            {
                "statement": content.origin.jti,
                "entry": content.origin.entry,
                "document": document,
                "files": [file],
            },
            key=self._own_keys.service_key(log.agency),
            iss=log.agency,
            by=by,
        )
        record = self._acceptance.accept_one(session, statement, internal=True).record
        assert record is not None
        return Issued(document, UUID(content.origin.jti), UUID(record.claims.jti), file)


def _case(session: Session, sub: str) -> CaseRow:
    row = session.get(CaseRow, sub)
    if row is None:
        raise NotFound("case-unknown", f"There is no case {sub}.", "see the list of cases")
    return row


def _issued(session: Session, row: DocumentRow, *, replayed: bool = False) -> Issued:
    files = stored_record(record_row(session, row.jti)).fields.get("files")
    return Issued(row.document, row.statement, row.jti, files[0] if files else None, replayed)
