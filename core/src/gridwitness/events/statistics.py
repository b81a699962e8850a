"""Counts of events by state, place, unit and class; and the same kept for some seconds, for wall displays."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Select, func, select, text, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import InvalidInput
from gridwitness.events.listing import EventFilter, filtered
from gridwitness.events.models import ClockRow, EventRow

CUTS: Mapping[str, Any] = {
    "state": EventRow.state,
    "category": EventRow.category,
    "urgency": EventRow.urgency,
    "channel": EventRow.channel,
    "matter": EventRow.matter,
    "unit": EventRow.unit,
    "grid": EventRow.grid,
}
"""What events may be counted by."""
KEPT_SECONDS = 10.0
_MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts at `as_of`. `counts`: cut → value → events; `overdue`: clock → events past due by it."""

    as_of: datetime
    total: int
    counts: Mapping[str, Mapping[str | None, int]]
    overdue: Mapping[str, int]


def statistics(session: Session, wanted: EventFilter, cuts: Sequence[str], now: datetime) -> Statistics:
    """Count the events of a filter, one pass for all cuts. Raises InvalidInput `cut`."""
    unknown = [cut for cut in cuts if cut not in CUTS]
    if unknown or not cuts:
        raise InvalidInput("cut", f"Events are not counted by {unknown[:1]!r}.", f"one of {[*CUTS]}")
    total, counts = 0, {cut: dict[str | None, int]() for cut in cuts}
    whole = (1 << len(cuts)) - 1
    for count, mask, *values in session.execute(_grouped(wanted, cuts)):
        if mask == whole:
            total = count
            continue
        for place, cut in enumerate(cuts):
            if not mask >> (len(cuts) - 1 - place) & 1:
                counts[cut][values[place]] = count
    return Statistics(now, total, counts, _overdue(session, wanted, now))


def _grouped(wanted: EventFilter, cuts: Sequence[str]) -> Select[Any]:
    """Counts by each cut and of all; which one a row is of, PostgreSQL's `grouping` says."""
    columns = [CUTS[cut] for cut in cuts]
    shown: list[Any] = [func.count(), func.grouping(*columns), *columns]
    sets = func.grouping_sets(*(tuple_(column) for column in columns), text("()"))
    return filtered(select(*shown).where(EventRow.agency.in_(wanted.agencies)), wanted).group_by(sets)


def _overdue(session: Session, wanted: EventFilter, now: datetime) -> dict[str, int]:
    shown: list[Any] = [ClockRow.clock, func.count(func.distinct(ClockRow.sub))]
    query = (
        select(*shown)
        .join(EventRow, EventRow.sub == ClockRow.sub)
        .where(ClockRow.state == "running", ClockRow.due_at < now)
        .where(EventRow.agency.in_(wanted.agencies))
        .group_by(ClockRow.clock)
        .order_by(ClockRow.clock)
    )
    found: list[tuple[str, int]] = [
        (clock, count) for clock, count in session.execute(filtered(query, wanted))
    ]
    return dict(found)


@dataclass(slots=True)
class _Kept:
    lock: Lock = field(default_factory=Lock)
    value: Statistics | None = None
    counted: float = 0.0


class KeptStatistics:
    """Counts anew at most every ten seconds for each question; others get what was counted last.

    What is asked often costs the same for a thousand events and for a million. Answers say `as_of`.
    """

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._kept: OrderedDict[tuple[EventFilter, tuple[str, ...]], _Kept] = OrderedDict()

    def get(self, wanted: EventFilter, cuts: Sequence[str], count: Callable[[], Statistics]) -> Statistics:
        """What is kept, or else counted now; one at a time counts the same question."""
        with self._lock:
            kept = self._kept.setdefault((wanted, tuple(cuts)), _Kept())
            self._kept.move_to_end((wanted, tuple(cuts)))
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        if kept.value is not None and time.monotonic() - kept.counted < self._seconds:
            return kept.value
        if not kept.lock.acquire(blocking=kept.value is None):
            assert kept.value is not None
            return kept.value  # somebody counts already
        try:
            if kept.value is None or time.monotonic() - kept.counted >= self._seconds:
                kept.value, kept.counted = count(), time.monotonic()
            return kept.value
        finally:
            kept.lock.release()
