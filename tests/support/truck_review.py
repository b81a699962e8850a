"""Anomalies that wait for a review, and reviews signed for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gridwitness.records import Outcome
from gridwitness.trucks import kinds
from gridwitness.trucks.models_anomalies import AnomalyRow
from sqlalchemy import select
from support.platform import Officer, RunningPlatform
from support.truck_findings import changes, finding
from support.truck_registers import enter


def file_anomaly(running: RunningPlatform, serial: int, **changed: Any) -> str:
    """One anomaly that rests on the passage of this message, stored before; gives its subject."""
    at = running.clock.now().replace(microsecond=0) - timedelta(hours=1)
    found = finding(serial, **{"at": at, **changed})
    with running.platform.transaction() as session:
        assert running.platform.filing.file(session, changes(found)) == 1
    return anomaly_row(running, key=found["key"]).sub


def anomaly_row(running: RunningPlatform, **where: str) -> AnomalyRow:
    """The anomaly's row as it is committed."""
    with running.platform.transaction() as session:
        return session.scalars(select(AnomalyRow).filter_by(**where)).one()


def review(officer: Officer, sub: str, outcome: str, **changed: Any) -> Outcome:
    """Sign a review of what the anomaly says now and hand it in."""
    fields = {
        "entry": anomaly_row(officer.running, sub=sub).entry,
        "outcome": outcome,
        "reason": "调取原图复核，号牌与车身一致",
        "second_source": "车载终端轨迹",
        "files": [],
        **changed,
    }
    return enter(officer, kinds.REVIEW, fields, sub)
