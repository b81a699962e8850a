"""Similar closed events: how such a matter was handled before, and by whom. No citizen's words are shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.events.likeness import likeness
from gridwitness.events.models import EventRow

CLOSED = ("closed", "assessed")
_LOOKED_AT = 300
_SAME_MATTER, _SAME_GRID = 300, 100
_LEAST = 250
"""Thousandths from which on an event is shown as similar."""


@dataclass(frozen=True, slots=True)
class Similar:
    """One closed event. `score` in thousandths; `text`: how alike the words are, None where one has none."""

    sub: str
    number: str
    matter: str | None
    grid: str | None
    unit: str | None
    outcome: str | None
    satisfaction: str | None
    closed_at: datetime | None
    dispatched_at: datetime | None
    answered_at: datetime | None
    score: int
    text: int | None


def similar_events(
    session: Session, event: EventRow, grids: Collection[str] | None = None, limit: int = 5
) -> list[Similar]:
    """The most alike of the newest closed ones, first of the same matter. `grids`: only events there."""
    seen: dict[str, EventRow] = {}
    base = select(EventRow).where(
        EventRow.agency == event.agency, EventRow.state.in_(CLOSED), EventRow.sub != event.sub
    )
    if grids is not None:
        base = base.where(EventRow.grid.in_(grids))
    if event.matter is not None:
        same = base.where(EventRow.matter == event.matter)
        seen |= {r.sub: r for r in session.scalars(same.order_by(EventRow.moved_at.desc()).limit(_LOOKED_AT))}
    if len(seen) < _LOOKED_AT:
        rest = base.order_by(EventRow.moved_at.desc()).limit(_LOOKED_AT - len(seen))
        seen |= {row.sub: row for row in session.scalars(rest)}
    found = [_similar(event, row) for row in seen.values()]
    found = [one for one in found if one.score >= _LEAST]
    return sorted(found, key=lambda one: (-one.score, one.number))[:limit]


def _similar(event: EventRow, row: EventRow) -> Similar:
    mine, other = _text(event), _text(row)
    text = likeness(mine, other) if mine.strip() and other.strip() else None
    matter = _SAME_MATTER if event.matter is not None and event.matter == row.matter else 0
    grid = _SAME_GRID if event.grid is not None and event.grid == row.grid else 0
    score = matter + grid + (text or 0) * (1000 - _SAME_MATTER - _SAME_GRID) // 1000
    return Similar(
        sub=row.sub,
        number=row.number,
        matter=row.matter,
        grid=row.grid,
        unit=row.unit,
        outcome=row.outcome,
        satisfaction=row.satisfaction,
        closed_at=row.closed_at,
        dispatched_at=row.dispatched_at,
        answered_at=row.answered_at,
        score=score,
        text=text,
    )


def _text(row: EventRow) -> str:
    return f"{row.title or ''} {row.description or ''}"
