"""Movements: every step of every event, in the order in which they became visible; no personal data.

The order is that of (transaction, place in the queue of acceptance), cut off below the oldest transaction
still open: what is behind a position can never be overtaken by something before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.records import rfc3339

_POSITION = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})")
_LAST = 2**63 - 1

_AFTER = text("""
    SELECT r.accepted_in::text, r.accept_order, r.jti::text, e.sub, e.agency, e.number, s.step, s.stage,
        s.state, s.round, e.unit, e.grid, e.matter, e.urgency, s.occurred_at
    FROM records.record AS r
    JOIN events.step AS s ON s.jti = r.jti
    JOIN events.event AS e ON e.sub = s.sub
    WHERE r.kind = 'event.step.v1'
        AND (r.accepted_in, r.accept_order) > (CAST(:accepted_in AS xid8), CAST(:accept_order AS bigint))
        AND r.accepted_in < pg_snapshot_xmin(pg_current_snapshot())
        AND (CAST(:agency AS text) IS NULL OR e.agency = :agency)
        AND (CAST(:grids AS text[]) IS NULL OR e.grid = ANY(:grids))
        AND (cardinality(CAST(:steps AS text[])) = 0 OR s.step = ANY(:steps))
    ORDER BY r.accepted_in, r.accept_order
    LIMIT :limit
""")
_NEWEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between movements: all at or before it have been seen."""

    accepted_in: int
    accept_order: int

    def __str__(self) -> str:
        """As `parse` reads it."""
        return f"{self.accepted_in}.{self.accept_order}"

    @classmethod
    def parse(cls, given: str) -> Position | None:
        """The position; None for what is none."""
        found = _POSITION.fullmatch(given)
        if found is None or max(numbers := [int(part) for part in found.groups()]) > _LAST:
            return None
        return cls(*numbers)


BEGINNING = Position(0, 0)


@dataclass(frozen=True, slots=True)
class Movement:
    """One step of one event; `unit`, `grid`, `matter` as the event has them by now."""

    position: Position
    record: str
    event: str
    agency: str
    number: str
    step: str
    stage: int
    state: str
    round: int
    unit: str | None
    grid: str | None
    matter: str | None
    urgency: str
    occurred_at: datetime

    def as_document(self) -> dict[str, Any]:
        """What webhooks, upper platforms and streams are told (docs/format.md section 25)."""
        return {
            "id": str(self.position),
            "event": self.event,
            "number": self.number,
            "step": self.step,
            "state": self.state,
            "stage": self.stage,
            "unit": self.unit,
            "grid": self.grid,
            "matter": self.matter,
            "occurred_at": rfc3339(self.occurred_at),
            "record": self.record,
        }


def newest(session: Session) -> Position:
    """Behind everything that can be seen now."""
    return Position(int(session.execute(_NEWEST).scalar_one()) - 1, _LAST)


def movements_after(
    session: Session,
    position: Position,
    limit: int,
    *,
    agency: str | None = None,
    grids: Collection[str] | None = None,
    steps: Collection[str] = (),
) -> list[Movement]:
    """Movements behind a position, in order: of an agency, of grids (None: all), of steps (none: all)."""
    rows = session.execute(
        _AFTER,
        {
            "accepted_in": str(position.accepted_in),
            "accept_order": position.accept_order,
            "agency": agency,
            "grids": None if grids is None else sorted(grids),
            "steps": sorted(steps),
            "limit": limit,
        },
    )
    return [Movement(Position(int(row[0]), row[1]), *row[2:]) for row in rows]
