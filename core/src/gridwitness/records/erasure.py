"""Erasure of personal data (个人信息保护法 Art. 47): requested, approved by a second person, anchored, done,
confirmed.

1. request: who, which field of which subject, why
2. approval by another person; the service key signs `record.erasure.v1`, naming the digests that go
3. once that record is anchored: disclosures, the row's value and files named only there are destroyed
4. an effect confirms it

All other proofs stay valid: the entries keep the digests (`docs/format.md` section 13).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from gridwitness_evidence import Disclosure, Record
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.database import load_models
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.records.acceptance import Acceptance
from gridwitness.records.bundles import record_state, rfc3339, stored_record
from gridwitness.records.effects import EFFECT_KIND, RowChange, change, put_new
from gridwitness.records.files import FileStore
from gridwitness.records.kinds import KINDS
from gridwitness.records.logs import Log, log_named, open_log
from gridwitness.records.models import ErasureRow, FileRow, RecordRow
from gridwitness.records.signers import OwnKeys
from gridwitness.records.subjects import lock_subjects, subject_log

ERASURE_KIND = "record.erasure.v1"
ERASABLE_COLUMNS = frozenset(
    {"members.account.display_name", "trucks.anomaly.plate", "trucks.reading.plate"}
    | {f"events.event.{column}" for column in ("title", "description", "address", "lat_e6", "lon_e6")}
    | {"events.step.note", "events.reporter.name", "events.reporter.phone"}
    | {
        f"cases.party.{column}"
        for column in ("name", "document_type", "document_number", "address", "phone", "representative")
    }
)
"""Columns of effects that may be erased; fields of statements say so in their kind."""


@dataclass(frozen=True, slots=True)
class _Named:
    """One disclosure of the field, and where it stands."""

    row: RecordRow
    place: int
    disclosure: Disclosure
    record: Record


class Erasures:
    """Use cases of erasure; they take a session, the caller commits."""

    def __init__(
        self, acceptance: Acceptance, own_keys: OwnKeys, files: FileStore, clock: Clock, retention: timedelta
    ) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._files = files
        self._clock = clock
        self._retention = retention

    def request(self, session: Session, sub: str, field: str, reason: str, by: UUID) -> ErasureRow:
        """Ask for a field of a subject to be erased. Raises Forbidden `not-erasable`, `retention-runs`;
        NotFound.
        """
        log = self._log(session, sub)
        named = self._named(session, log, sub, field)
        self._check_retention(session, log, sub)
        if not named:
            raise NotFound("nothing-to-erase", f"Subject {sub} shows no {field}.", None)
        if not reason.strip():
            raise InvalidInput("reason-missing", "An erasure needs a reason.", None)
        identifier = uuid4()
        row = put_new(
            ErasureRow,
            id=identifier,
            log=log.name,
            sub=sub,
            field=field,
            reason=reason,
            requested_by=by,
            approved_by=None,
            record=None,
            state="requested",
        )
        self._acceptance.machine_step(session, log, sub, [row], by=str(by))
        return session.get_one(ErasureRow, identifier)

    def approve(self, session: Session, identifier: UUID, by: UUID) -> ErasureRow:
        """A second person approves; the erasure is recorded. Raises Forbidden `second-person`, Conflict."""
        row = self._held(session, identifier)
        if row.state != "requested":
            raise Conflict("erasure-decided", f"Erasure {identifier} is {row.state}.", None)
        if row.requested_by == by:
            raise Forbidden(
                "second-person", "Who asked for an erasure cannot approve it.", "ask another person"
            )
        log = log_named(session, row.log)
        ended = self._check_retention(session, log, row.sub)
        digests = sorted({n.disclosure.digest for n in self._named(session, log, row.sub, row.field)})
        fields = {
            "field": row.field,
            "digests": digests,
            "reason": row.reason,
            "requested_by": str(row.requested_by),
            "approved_by": str(by),
            "retention_ended": rfc3339(ended),
        }
        key = self._own_keys.service_key(log.agency)
        statement = self._acceptance.sign_own(
            session, log, ERASURE_KIND, row.sub, fields, key=key, iss=log.agency, by=str(by)
        )
        outcome = self._acceptance.accept_one(session, statement, internal=True)
        assert outcome.record is not None
        jti = outcome.record.claims.jti
        step = change(ErasureRow, {"id": identifier}, state="approved", approved_by=by, record=UUID(jti))
        self._acceptance.machine_step(session, log, row.sub, [step], by=str(by), cause=jti)
        session.expire(row)
        return row

    def ready(self, session: Session) -> list[UUID]:
        """Approved erasures whose record is anchored."""
        approved = session.scalars(select(ErasureRow).where(ErasureRow.state == "approved")).all()
        return [row.id for row in approved if _is_anchored(session, row)]

    def complete_one(self, session: Session, identifier: UUID) -> bool:
        """Carry out one erasure that is ready; False where it is not. Repeatable after a crash.

        Its files go before the transaction ends: if it fails, the next run finds them gone and goes on.
        """
        row = self._held(session, identifier)
        if row.state != "approved" or not _is_anchored(session, row):
            return False
        self._destroy(session, row)
        return True

    def complete(self, session: Session) -> int:
        """Carry out every erasure that is ready, in one transaction; how many were."""
        return sum(self.complete_one(session, identifier) for identifier in self.ready(session))

    def _destroy(self, session: Session, row: ErasureRow) -> None:
        log = log_named(session, row.log)
        digests = _digests_of(session, row)
        shown = self._named(session, log, row.sub, row.field)
        # What came after the erasure was recorded is not named by it, and stays.
        named = [found for found in shown if found.disclosure.digest in digests]
        orphans = _files_named_only_here(session, named)
        for found in named:
            kept: list[str | None] = list(found.row.disclosures)
            kept[found.place] = None
            found.row.disclosures = kept
        session.flush()
        steps = [change(ErasureRow, {"id": row.id}, state="done"), *_emptied(shown, digests)]
        self._acceptance.machine_step(session, log, row.sub, steps, by=None, cause=str(row.record))
        session.refresh(row)
        for sha256 in orphans:
            session.execute(delete(FileRow).where(FileRow.sha256 == bytes.fromhex(sha256)))
            self._files.remove(sha256)

    @staticmethod
    def _held(session: Session, identifier: UUID) -> ErasureRow:
        """The erasure as it stands, with its subject locked to the end of the transaction."""
        row = find_erasure(session, identifier)
        lock_subjects(session, [(row.log, row.sub)])
        session.refresh(row)
        return row

    def _log(self, session: Session, sub: str) -> Log:
        name = subject_log(session, sub)
        if name is None:
            raise NotFound("subject-unknown", f"There is no subject {sub}.", None)
        log = log_named(session, name)
        if open_log(session, log) != log:
            raise Conflict(
                "log-closed",
                f"Log {name} was closed: an erasure has to stand in the log of what it erases.",
                None,
            )
        return log

    def _check_retention(self, session: Session, log: Log, sub: str) -> datetime:
        newest = session.scalars(
            select(RecordRow)
            .where(
                RecordRow.log == log.name,
                RecordRow.sub == sub,
                RecordRow.kind.not_in([EFFECT_KIND, ERASURE_KIND]),
            )
            .order_by(RecordRow.seq.desc())
            .limit(1)
        ).first()
        if newest is None:
            newest = session.scalars(
                select(RecordRow)
                .where(RecordRow.log == log.name, RecordRow.sub == sub)
                .order_by(RecordRow.seq)
                .limit(1)
            ).one()
        ended = newest.received_at + self._retention
        if ended > self._clock.now():
            raise Forbidden(
                "retention-runs", f"The records of subject {sub} must be kept until {rfc3339(ended)}.", None
            )
        return ended

    @staticmethod
    def _named(session: Session, log: Log, sub: str, field: str) -> list[_Named]:
        rows = session.scalars(
            select(RecordRow).where(RecordRow.log == log.name, RecordRow.sub == sub).order_by(RecordRow.seq)
        ).all()
        return [named for row in rows for named in _disclosures_of(row, field)]


def find_erasure(session: Session, identifier: UUID) -> ErasureRow:
    """One erasure. Raises NotFound `erasure-unknown`."""
    row = session.get(ErasureRow, identifier)
    if row is None:
        raise NotFound("erasure-unknown", f"There is no erasure {identifier}.", None)
    return row


def _disclosures_of(row: RecordRow, field: str) -> list[_Named]:
    """The field's disclosures of one record; for an effect `field` is `schema.table.column`."""
    if all(disclosure is None for disclosure in row.disclosures):
        return []
    record = stored_record(row)
    if row.kind == EFFECT_KIND:
        names = _effect_names(record, field)
    else:
        kind = KINDS[row.kind]
        if field in kind.fields and field not in kind.erasable:
            raise Forbidden(
                "not-erasable", f"{field!r} of {row.kind} may not be erased.", "see docs/format.md section 3"
            )
        names = {field}
    return [
        _Named(row, place, disclosure, record)
        for place, disclosure in enumerate(record.disclosures)
        if disclosure is not None and disclosure.name in names
    ]


def _effect_names(record: Record, field: str) -> set[str]:
    if "." not in field:
        return set()
    if field not in ERASABLE_COLUMNS:
        raise Forbidden(
            "not-erasable", f"Column {field!r} may not be erased.", "see docs/format.md section 4"
        )
    table, _, column = field.rpartition(".")
    return {
        f"{name}.{column}"
        for name, value in record.fields.items()
        if name.count(".") == 1 and isinstance(value, dict) and value.get("table") == table
    }


def _emptied(shown: Sequence[_Named], digests: frozenset[str]) -> list[RowChange]:
    """The stated rows whose column holds an erased value: it becomes NULL. `shown` in the order of `seq`."""
    newest: dict[tuple[str, str, str], tuple[RowChange, bool]] = {}
    for found in shown:
        if found.row.kind != EFFECT_KIND:
            continue
        row_name, _, column = found.disclosure.name.rpartition(".")
        row: dict[str, Any] = found.record.fields[row_name]
        table = load_models().tables[row["table"]]
        key = {name: table.columns[name].type.python_type(text) for name, text in row["key"].items()}
        emptied = RowChange(table, key, {column: None}, new=False)
        newest[row["table"], str(sorted(row["key"].items())), column] = (
            emptied,
            found.disclosure.digest in digests,
        )
    return [emptied for emptied, erased in newest.values() if erased]


def _is_anchored(session: Session, row: ErasureRow) -> bool:
    return (
        row.record is not None and record_state(session, session.get_one(RecordRow, row.record)) == "anchored"
    )


def _digests_of(session: Session, row: ErasureRow) -> frozenset[str]:
    """The digests that the erasure's own record names."""
    assert row.record is not None
    return frozenset(stored_record(session.get_one(RecordRow, row.record)).fields["digests"])


def _files_named_only_here(session: Session, named: Sequence[_Named]) -> list[str]:
    """Files of erased `files` fields that no other record of the platform still names."""
    digests = {
        file["sha256"]
        for found in named
        if isinstance(found.disclosure.value, list)
        for file in found.disclosure.value
        if isinstance(file, dict) and "sha256" in file
    }
    if not digests:
        return []
    gone = {(found.row.jti, found.place) for found in named}
    for row in session.scalars(select(RecordRow).where(RecordRow.kind.in_(_kinds_with_files()))):
        record = stored_record(row)
        for place, disclosure in enumerate(record.disclosures):
            if disclosure is not None and (row.jti, place) not in gone and isinstance(disclosure.value, list):
                digests -= {file.get("sha256") for file in disclosure.value if isinstance(file, dict)}
    return sorted(digests)


def _kinds_with_files() -> list[str]:
    return [
        kind.name for kind in KINDS.values() if any(field.type == "files" for field in kind.fields.values())
    ]
