"""Periods of snapshots: fixed, beside one another, beginning at a local midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ORIGIN = date(2024, 1, 1)
"""A Monday: with periods of a week all of them begin on one."""


@dataclass(frozen=True, slots=True)
class Period:
    """`[begins, ends)` in UTC."""

    begins: datetime
    ends: datetime


def period_at(when: datetime, days: int, zone: ZoneInfo) -> Period:
    """The period of so many local days that holds this moment."""
    since = (when.astimezone(zone).date() - ORIGIN).days
    first = ORIGIN + timedelta(days=since // days * days)
    return Period(_midnight(first, zone), _midnight(first + timedelta(days=days), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
