"""Hotspot snapshots that are due, made by the detector; the worker publishes them."""

from __future__ import annotations

import logging

from gridwitness.hotspots.making import SnapshotMaker
from gridwitness.hotspots.models import SnapshotRow
from gridwitness.platform import Platform
from gridwitness.records import open_logs

_log = logging.getLogger("gridwitness.hotspots")


def make_due(platform: Platform) -> list[SnapshotRow]:
    """Make every snapshot that is due, of every agency, each in a transaction of its own."""
    maker = SnapshotMaker(platform.acceptance, platform.keystore, platform.clock, platform.settings)
    with platform.sessions() as session:
        logs = open_logs(session)
    made = []
    for log in logs:
        while True:
            with platform.transaction() as session:
                row = maker.make_next(session, log)
                if row is None:
                    break
                session.expunge(row)
            made.append(row)
            _log.info("snapshot %d of %s: %s from %s", row.number, row.agency, row.family, row.period_from)
    return made
