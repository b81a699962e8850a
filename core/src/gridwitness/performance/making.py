"""Snapshots: the figures of a period that is over, fixed by a record, so that anybody can recompute them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from gridwitness_evidence import strict_json
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.performance.counted_events import events_counted
from gridwitness.performance.dictionary import Dictionary
from gridwitness.performance.figures import as_document, figures
from gridwitness.performance.kinds import SNAPSHOT
from gridwitness.performance.models import PerformanceSnapshotRow
from gridwitness.performance.periods import Period
from gridwitness.performance.tallies import Selection, tally
from gridwitness.records import (
    Acceptance,
    FileStore,
    Log,
    OwnKeys,
    add_file,
    current_log,
    latest_seen,
    rfc3339,
)

CUTS = ("agency", "grid", "post", "unit", "worker")
"""By what a snapshot has its figures."""
_WAITING = text("""
    SELECT EXISTS (
        SELECT FROM records.record AS r JOIN events.event AS e ON e.sub = r.sub
        WHERE r.log = :log AND (r.leaf_index IS NULL OR r.leaf_index >= :size)
            AND e.agency = :agency AND e.reported_at < :ends
    )
""")


class SnapshotMaker:
    """Fixes figures, agency by agency, numbered without gap."""

    def __init__(self, acceptance: Acceptance, own_keys: OwnKeys, files: FileStore, clock: Clock) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._files = files
        self._clock = clock

    def make(
        self,
        session: Session,
        agency: str,
        dictionary: Dictionary,
        period: Period,
        title: str,
        *,
        by: str | None = None,
    ) -> PerformanceSnapshotRow:
        """The snapshot, made now; the caller commits. `by`: the account that asks, None for a machine.

        The size is read first and what waits is looked at last: a step that comes between is seen to wait.
        Raises Conflict `period-running`, `snapshot-behind`; InvalidInput `snapshot-title`.
        """
        self._check_ask(period, title)
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"performance/{agency}"}
        )
        log = current_log(session, agency)
        seen = latest_seen(session, log.name)
        size = 0 if seen is None else seen.size
        selection = Selection(agency, period)
        tallies = tally(session, dictionary.counts(), selection, CUTS)
        found = figures(dictionary, tallies, agency, CUTS)
        events = events_counted(session, dictionary.counts(), selection)
        given = {"log": log.name, "size": size, "agency": agency, "ends": period.ends}
        if session.scalar(_WAITING, given):
            raise Conflict(
                "snapshot-behind", "Steps of these events are not yet anchored.", "try again in a moment"
            )
        newest = select(func.max(PerformanceSnapshotRow.number)).where(
            PerformanceSnapshotRow.agency == agency
        )
        number = 1 + (session.scalar(newest) or 0)
        data = strict_json.canonical(as_document(period, found))
        file = self._kept(session, f"figures-{agency}-{number}.json", data)
        fields = {
            "number": number,
            "title": title,
            "period_from": rfc3339(period.begins),
            "period_to": rfc3339(period.ends),
            "metrics": dictionary.version,
            "size": size,
            "events": events,
            "result": file["sha256"],
            "files": [file],
        }
        self._record(session, log, fields, by)
        return session.get_one(PerformanceSnapshotRow, (agency, number))

    def _check_ask(self, period: Period, title: str) -> None:
        if period.ends > self._clock.now():
            raise Conflict("period-running", "The period is not over.", "make the snapshot after its end")
        if not title.strip() or not title.isprintable() or len(title) > 200:
            raise InvalidInput("snapshot-title", "A snapshot needs a title of at most 200 characters.", None)

    def _record(self, session: Session, log: Log, fields: dict[str, Any], by: str | None) -> None:
        statement = self._acceptance.sign_own(
            session,
            log,
            SNAPSHOT,
            secrets.token_hex(16),
            fields,
            key=self._own_keys.service_key(log.agency),
            iss=log.agency,
            by=by,
        )
        self._acceptance.accept_one(session, statement, internal=True)

    def _kept(self, session: Session, name: str, data: bytes) -> dict[str, str | int]:
        now: datetime = self._clock.now()
        digest = hashlib.sha256(data).hexdigest()
        stored = add_file(session, self._files, digest, [data], now, "text/plain")
        return {
            "name": name,
            "sha256": stored.sha256,
            "sm3": stored.sm3,
            "size": stored.size,
            "type": "text/plain",
        }


def snapshot_page(
    session: Session, agency: str, before: int | None, limit: int
) -> list[PerformanceSnapshotRow]:
    """Snapshots of an agency, newest first, from the one before this number on."""
    row = PerformanceSnapshotRow
    query = select(row).where(row.agency == agency)
    if before is not None:
        query = query.where(row.number < before)
    return [*session.scalars(query.order_by(row.number.desc()).limit(limit))]


def find_snapshot(session: Session, agency: str, number: int) -> PerformanceSnapshotRow:
    """One snapshot. Raises NotFound `snapshot-unknown`."""
    found = session.get(PerformanceSnapshotRow, (agency, number))
    if found is None:
        raise NotFound("snapshot-unknown", f"Agency {agency} has no snapshot {number}.", "see their list")
    return found
