"""Anomalies as a case may lean on them: the port `AnomalyStanding` of the cases feature, filled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.cases import KnownAnomaly
from gridwitness.records import lock_subjects, stored_record
from gridwitness.records.models import RecordRow
from gridwitness.trucks.models import CheckpointRow
from gridwitness.trucks.models_anomalies import AnomalyRow

_SUBJECT = re.compile(r"[0-9a-f]{32}")
_FREE = "truck.anomaly.v1"
"""An agency's own word, without a row: its newest record says where the review stands."""


class ReviewedAnomalies:
    """Anomalies that detection filed, and those an agency states itself."""

    def find(self, session: Session, subs: Iterable[str]) -> Mapping[str, KnownAnomaly]:
        """By subject; held until the transaction ends."""
        wanted = [sub for sub in set(subs) if _SUBJECT.fullmatch(sub)]
        if not wanted:
            return {}
        lock_subjects(session, [("", sub) for sub in wanted])
        found = _free(session, wanted)
        rows = select(AnomalyRow).where(AnomalyRow.sub.in_(wanted)).execution_options(populate_existing=True)
        for row in session.scalars(rows):
            found[row.sub] = KnownAnomaly(row.sub, row.state, _device(session, row), row.occurred_at)
        return found


def _free(session: Session, subs: list[str]) -> dict[str, KnownAnomaly]:
    query = select(RecordRow).where(RecordRow.sub.in_(subs), RecordRow.kind == _FREE)
    found: dict[str, KnownAnomaly] = {}
    for row in session.scalars(query.order_by(RecordRow.received_at, RecordRow.seq)):
        state = stored_record(row).fields.get("state", "suspected")
        found[row.sub] = KnownAnomaly(row.sub, state, None, None)
    return found


def _device(session: Session, row: AnomalyRow) -> str | None:
    """The device of the anomaly's checkpoint at that time."""
    checkpoint = CheckpointRow
    return session.scalars(
        select(checkpoint.device).where(
            checkpoint.checkpoint == row.checkpoint,
            checkpoint.valid_from <= row.occurred_at,
            checkpoint.valid_to.is_(None) | (row.occurred_at < checkpoint.valid_to),
        )
    ).first()
