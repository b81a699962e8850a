"""Reading anomalies: pages, newest first, and one with everything that was recorded of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import InvalidInput, NotFound
from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor
from gridwitness.records.models import RecordRow
from gridwitness.trucks.kinds import ANOMALY, REVIEW
from gridwitness.trucks.models_anomalies import AnomalyRow, ReviewRow

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees WGS 84."""


@dataclass(frozen=True, slots=True)
class AnomalyFilter:
    """Which anomalies; None asks for all. `since` and `until`: occurred in [since, until)."""

    agency: str
    rule: str | None = None
    state: str | None = None
    level: str | None = None
    plate: str | None = None
    checkpoint: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class AnomalyPage:
    """Anomalies, newest first, and where the next page begins."""

    rows: Sequence[AnomalyRow]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One anomaly with its reviews and the records of its subject, oldest first."""

    row: AnomalyRow
    reviews: Sequence[ReviewRow]
    records: Sequence[tuple[str, str, int, datetime]]
    """(jti, kind, seq, received_at)"""


def anomaly_page(
    session: Session, wanted: AnomalyFilter, after: str | None = None, limit: int = 100
) -> AnomalyPage:
    """A page of anomalies. Raises InvalidInput `cursor-invalid`, `limit`."""
    check_limit(limit)
    query = select(AnomalyRow).where(AnomalyRow.agency == wanted.agency, *_conditions(wanted))
    if after is not None:
        query = query.where(tuple_(AnomalyRow.occurred_at, AnomalyRow.sub) < _place(after))
    query = query.order_by(AnomalyRow.occurred_at.desc(), AnomalyRow.sub.desc()).limit(limit + 1)
    rows = [*session.scalars(query)]
    if len(rows) <= limit:
        return AnomalyPage(rows, None)
    last = rows[limit - 1]
    return AnomalyPage(rows[:limit], make_cursor(last.occurred_at.isoformat(), last.sub))


def recorded_anomaly(session: Session, sub: str) -> Recorded:
    """One anomaly. Raises NotFound `anomaly-unknown`."""
    row = session.get(AnomalyRow, sub, populate_existing=True)
    if row is None:
        raise NotFound("anomaly-unknown", f"There is no anomaly {sub}.", "see the list of anomalies")
    reviews = select(ReviewRow).where(ReviewRow.sub == sub).order_by(ReviewRow.reviewed_at, ReviewRow.jti)
    records = (
        select(RecordRow.jti, RecordRow.kind, RecordRow.seq, RecordRow.received_at)
        .where(RecordRow.sub == sub, RecordRow.kind.in_((ANOMALY, REVIEW)))
        .order_by(RecordRow.accept_order)
    )
    found = [(str(jti), kind, seq, at) for jti, kind, seq, at in session.execute(records)]
    return Recorded(row, [*session.scalars(reviews)], found)


def parse_box(text: str) -> Box:
    """`west,south,east,north` in degrees. Raises InvalidInput `box`."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise _no_box() from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # NaN is refused here, too
        raise _no_box()
    return west, south, east, north


def _no_box() -> InvalidInput:
    return InvalidInput(
        "box", "A box is west,south,east,north in degrees.", "for example 120.1,30.2,120.3,30.4"
    )


def _conditions(wanted: AnomalyFilter) -> list[ColumnElement[bool]]:
    row = AnomalyRow
    same = (
        (row.rule, wanted.rule),
        (row.state, wanted.state),
        (row.level, wanted.level),
        (row.plate, wanted.plate),
        (row.checkpoint, wanted.checkpoint),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in same if value is not None]
    if wanted.since is not None:
        found.append(row.occurred_at >= wanted.since)
    if wanted.until is not None:
        found.append(row.occurred_at < wanted.until)
    if wanted.box is not None:
        west, south, east, north = (round(degrees * 1_000_000) for degrees in wanted.box)
        found += [row.lon_e6.between(west, east), row.lat_e6.between(south, north)]
    return found


def _place(cursor: str) -> tuple[datetime, str]:
    at, sub = read_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at or "").astimezone(UTC), sub or ""
    except (ValueError, OverflowError):
        raise cursor_invalid() from None
