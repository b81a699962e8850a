"""Making snapshots: once a period is over, detected and anchored, its anomalies become a record.

numpy and h3 are loaded by whoever makes one, not by those who only read them.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from gridwitness_evidence import base64url
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.hotspots.cells import FORMAT, pack
from gridwitness.hotspots.composition import ALPHA, LEAST_CARRIERS, Composition, Counted, compose
from gridwitness.hotspots.exposure import exposure_bytes, exposure_digest, exposure_in
from gridwitness.hotspots.kinds import SNAPSHOT
from gridwitness.hotspots.models import ExposureRow, SnapshotRow
from gridwitness.hotspots.periods import Period, period_at
from gridwitness.hotspots.sources import Sources, Told, read_sources
from gridwitness.records import Acceptance, Log, OwnKeys, latest_seen, rfc3339
from gridwitness.rules.models import VersionRow
from gridwitness.settings import Settings

FAMILIES = ("passages", "positions")
SETTLING = timedelta(minutes=30)
"""After a period's end: what is late may still come, be looked at and be anchored."""
PATIENCE = timedelta(days=1)
"""How long after that a snapshot waits for detection that is behind."""
OLDEST = timedelta(days=40)
"""Times further back than that before their receipt are those of a wrong clock and open no period."""

_RULES = "trucks/detection"
_NO_RULES = 64 * "0"
_EARLIEST = text("""
    SELECT least(
        (SELECT min(greatest(b.captured_from, CAST(:after AS timestamptz)))
         FROM feeds.batch AS b JOIN feeds.feed AS f ON f.feed = b.feed
         WHERE f.agency = :agency AND b.captured_to >= :after
            AND b.captured_from > b.received_from - CAST(:oldest AS interval)
            AND b.captured_from <= b.received_to),
        (SELECT min(a.occurred_at) FROM trucks.anomaly AS a
         WHERE a.agency = :agency AND a.occurred_at >= :after)
    )
""")
_BEHIND = text("""
    SELECT EXISTS (
        SELECT FROM records.record AS r
        WHERE r.log = :log AND r.kind IN ('feed.batch.v1', 'truck.anomaly.v2', 'truck.review.v1')
            AND (r.leaf_index IS NULL OR r.leaf_index >= :size) AND r.received_at <= :settled
    ) OR (:patient AND EXISTS (SELECT FROM trucks.work AS w WHERE w.since < :ends))
""")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class SnapshotMaker:
    """Makes the snapshots of an agency, one after the other, in the order of their periods."""

    def __init__(self, acceptance: Acceptance, own_keys: OwnKeys, clock: Clock, settings: Settings) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._clock = clock
        self._settings = settings

    def make_next(self, session: Session, log: Log) -> SnapshotRow | None:
        """The next snapshot that is due, or None. `log`: the agency's open log. The caller commits."""
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"hotspots/{log.agency}"}
        )
        seen = latest_seen(session, log.name)
        due = [(period.ends, at, period) for at, period in self._due(session, log).items()]
        if seen is None or not due:
            return None
        _, at, period = min(due, key=lambda one: one[:2])
        if self._is_behind(session, log, seen.size, period):
            return None
        return self._make(session, log, seen.size, FAMILIES[at], period)

    def _due(self, session: Session, log: Log) -> dict[int, Period]:
        """By family (its place in `FAMILIES`) the next period that is over."""
        rows = session.execute(
            select(SnapshotRow.family, func.max(SnapshotRow.period_to))
            .where(SnapshotRow.agency == log.agency)
            .group_by(SnapshotRow.family)
        )
        ends: dict[str, datetime] = {family: end for family, end in rows}
        found = {}
        for at, family in enumerate(FAMILIES):
            period = self._next_period(session, log.agency, ends.get(family, _BEGINNING))
            if period is not None and period.ends + SETTLING <= self._clock.now():
                found[at] = period
        return found

    def _next_period(self, session: Session, agency: str, after: datetime) -> Period | None:
        """The first one, from `after` on, in which anything was told."""
        earliest = session.scalar(_EARLIEST, {"agency": agency, "after": after, "oldest": OLDEST})
        if earliest is None:
            return None
        period = period_at(earliest, self._settings.hotspot_period_days, self._settings.zone)
        # Where the operator changed their length, the last one may reach into this one.
        return Period(max(period.begins, after), period.ends)

    def _is_behind(self, session: Session, log: Log, size: int, period: Period) -> bool:
        given = {
            "log": log.name,
            "size": size,
            "settled": period.ends + SETTLING,
            "ends": period.ends,
            "patient": self._clock.now() < period.ends + SETTLING + PATIENCE,
        }
        return bool(session.scalar(_BEHIND, given))

    def _make(self, session: Session, log: Log, size: int, family: str, period: Period) -> SnapshotRow:
        settings = self._settings
        resolution = settings.hotspot_resolution
        sources = read_sources(session, log, size, family, period)
        exposure = exposure_in(session, log.agency, family, period, resolution)
        counted = [self._counted(one) for one in sources.anomalies]
        composed = compose(counted, exposure, resolution, settings.hotspot_floor)
        data = exposure_bytes(exposure)
        newest = select(func.max(SnapshotRow.number)).where(SnapshotRow.agency == log.agency)
        number = (session.scalar(newest) or 0) + 1
        fields = {
            "number": number,
            "family": family,
            "period_from": rfc3339(period.begins),
            "period_to": rfc3339(period.ends),
            "resolution": resolution,
            "rules": self._rules(session),
            "method": self._method(),
            "size": size,
            "exposure": exposure_digest(data),
            **_of_sources(sources),
            **_of_cells(composed),
        }
        statement = self._acceptance.sign_own(
            session,
            log,
            SNAPSHOT,
            secrets.token_hex(16),
            fields,
            key=self._own_keys.service_key(log.agency),
            iss=log.agency,
        )
        self._acceptance.accept_one(session, statement, internal=True)
        session.add(ExposureRow(agency=log.agency, number=number, cells=data))
        session.flush()
        return session.get_one(SnapshotRow, (log.agency, number))

    def _counted(self, told: Told) -> Counted:
        hour = told.occurred_at.astimezone(self._settings.zone).hour
        return Counted(told.cell, told.plate, told.carrier, hour, told.rule)

    def _method(self) -> dict[str, Any]:
        return {
            "name": "gi-star",
            "ring": 1,
            "alpha": ALPHA,
            "floor": self._settings.hotspot_floor,
            "carriers": LEAST_CARRIERS,
            "zone": self._settings.time_zone,
            "cells": FORMAT,
        }

    def _rules(self, session: Session) -> str:
        newest = select(VersionRow.digest).where(VersionRow.name == _RULES).order_by(VersionRow.number.desc())
        return session.scalar(newest.limit(1)) or _NO_RULES


def _of_sources(sources: Sources) -> dict[str, Any]:
    return {"inputs": sources.root, "inputs_count": len(sources.leaves)}


def _of_cells(composed: Composition) -> dict[str, Any]:
    packed = pack(composed.cells)
    return {
        "cells": base64url.encode(packed),
        "result": hashlib.sha256(packed).hexdigest(),
        "suppressed": composed.suppressed,
    }
