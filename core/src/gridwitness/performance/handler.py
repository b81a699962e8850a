"""What `performance.snapshot.v1` changes: the agency's next snapshot of figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.performance.dictionary import NAME
from gridwitness.performance.kinds import SNAPSHOT
from gridwitness.performance.models import PerformanceSnapshotRow
from gridwitness.records import Log, RowChange, put_new
from gridwitness.rules import VersionRow

_AS_THEY_ARE = ("number", "title", "metrics", "size", "events", "result", "files")


class _Loaded:
    """By agency its last number; the versions of the dictionary that were published."""

    def __init__(self, numbers: dict[str, int], versions: frozenset[str]) -> None:
        self.numbers = numbers
        self.versions = versions


class PerformanceSnapshotHandler:
    """Numbers have no gap, the dictionary is a published one, and one file holds the figures."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """Where the agencies are."""
        row = PerformanceSnapshotRow
        found = session.execute(
            select(row.agency, func.max(row.number))
            .where(row.agency.in_({record.claims.iss for record in records}))
            .group_by(row.agency)
        )
        versions = session.scalars(select(VersionRow.digest).where(VersionRow.name == NAME))
        return _Loaded({agency: number for agency, number in found}, frozenset(versions))

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The snapshot's row.

        Raises Conflict `snapshot-number`; NotFound `metrics-unknown`; InvalidInput `fields`, `foreign-log`.
        """
        fields, agency = record.fields, log.agency
        if agency != record.claims.iss:
            raise InvalidInput("foreign-log", "Figures are fixed in the signer's own log.", None)
        begins, ends = (datetime.fromisoformat(fields[name]) for name in ("period_from", "period_to"))
        if ends <= begins:
            raise InvalidInput("fields", "The period is empty.", None)
        if [file["sha256"] for file in fields["files"]] != [fields["result"]]:
            raise InvalidInput("fields", "`files` names the one file whose SHA-256 is `result`.", None)
        if fields["metrics"] not in loaded.versions:
            raise NotFound("metrics-unknown", "This version of the metrics was never published.", None)
        expected = loaded.numbers.get(agency, 0) + 1
        if fields["number"] != expected:
            raise Conflict("snapshot-number", f"The next snapshot of {agency} is {expected}.", None)
        loaded.numbers[agency] = expected
        return [
            put_new(
                PerformanceSnapshotRow,
                agency=agency,
                period_from=begins,
                period_to=ends,
                record=UUID(record.claims.jti),
                **{name: fields[name] for name in _AS_THEY_ARE},
            )
        ]


PERFORMANCE_HANDLERS = {SNAPSHOT: PerformanceSnapshotHandler()}
