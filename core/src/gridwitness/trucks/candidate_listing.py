"""Candidates: hits that no other one supports yet; for people to look at, never anomalies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor
from gridwitness.records import rfc3339
from gridwitness.trucks.models_sightings import CandidateRow
from gridwitness.trucks.reasons import reason_of


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Candidates as JSON values, newest first, and where the next page begins."""

    items: Sequence[dict[str, Any]]
    cursor: str | None


def candidate_page(
    session: Session, rule: str | None = None, after: str | None = None, limit: int = 100
) -> CandidatePage:
    """Hits that are no finding (of one rule). Raises InvalidInput `cursor-invalid`, `limit`."""
    check_limit(limit)
    row = CandidateRow
    query = select(row).where(row.finding.is_(False))
    if rule is not None:
        query = query.where(row.rule == rule)
    if after is not None:
        query = query.where(tuple_(row.at, row.key) < _place(after))
    rows = [*session.scalars(query.order_by(row.at.desc(), row.key.desc()).limit(limit + 1))]
    more = len(rows) > limit
    cursor = make_cursor(rows[limit - 1].at.isoformat(), rows[limit - 1].key) if more else None
    return CandidatePage([_told(each) for each in rows[:limit]], cursor)


def _told(row: CandidateRow) -> dict[str, Any]:
    measured: dict[str, str] = json.loads(row.measured or "{}")
    return {
        "key": row.key,
        "rule": row.rule,
        "plate": row.plate,
        "checkpoint": row.checkpoint,
        "at": rfc3339(row.at),
        "needs": row.needs,
        "reason": reason_of(row.rule, measured, row.checkpoint),
        "measured": measured,
    }


def _place(cursor: str) -> tuple[datetime, str]:
    at, key = read_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at or "").astimezone(UTC), key or ""
    except (ValueError, OverflowError):
        raise cursor_invalid() from None
