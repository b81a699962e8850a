"""What `hotspot.snapshot.v1` changes: the agency's next snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput
from gridwitness.hotspots.kinds import SNAPSHOT
from gridwitness.hotspots.models import SnapshotRow
from gridwitness.records import Log, RowChange, put_new

_AS_THEY_ARE = (
    "number",
    "family",
    "resolution",
    "rules",
    "method",
    "size",
    "inputs",
    "inputs_count",
    "exposure",
    "cells",
    "result",
    "suppressed",
)


@dataclass(slots=True)
class _Loaded:
    """By agency its last number, and by agency and family where the last period ended."""

    numbers: dict[str, int] = field(default_factory=dict)
    ends: dict[tuple[str, str], datetime] = field(default_factory=dict)


class SnapshotHandler:
    """Numbers have no gap and periods of a family go forward, as the contract has it."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """Where the agencies are."""
        agencies = {record.claims.iss for record in records}
        rows = session.execute(
            select(
                SnapshotRow.agency,
                SnapshotRow.family,
                func.max(SnapshotRow.number),
                func.max(SnapshotRow.period_to),
            )
            .where(SnapshotRow.agency.in_(agencies))
            .group_by(SnapshotRow.agency, SnapshotRow.family)
        )
        loaded = _Loaded()
        for agency, family, number, end in rows:
            loaded.numbers[agency] = max(number, loaded.numbers.get(agency, 0))
            loaded.ends[agency, family] = end
        return loaded

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The snapshot's row. Raises Conflict `snapshot-number`, `snapshot-period`; InvalidInput `fields`."""
        fields, agency = record.fields, log.agency
        begins, ends = (datetime.fromisoformat(fields[name]) for name in ("period_from", "period_to"))
        if ends <= begins:
            raise InvalidInput("fields", "The period is empty.", None)
        expected = loaded.numbers.get(agency, 0) + 1
        if fields["number"] != expected:
            raise Conflict("snapshot-number", f"The next snapshot of {agency} is {expected}.", None)
        last = loaded.ends.get((agency, fields["family"]))
        if last is not None and begins < last:
            raise Conflict("snapshot-period", f"Periods of {fields['family']} go on from {last}.", None)
        loaded.numbers[agency] = expected
        loaded.ends[agency, fields["family"]] = ends
        return [
            put_new(
                SnapshotRow,
                agency=agency,
                period_from=begins,
                period_to=ends,
                record=UUID(record.claims.jti),
                head=record.leaf_hash,
                **{name: fields[name] for name in _AS_THEY_ARE},
            )
        ]


HOTSPOT_HANDLERS = {SNAPSHOT: SnapshotHandler()}
