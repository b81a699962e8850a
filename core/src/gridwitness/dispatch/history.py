"""The office's own history as examples to learn from: whose each closed event was in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.dispatch.service import fields_of
from gridwitness.dispatch.similar import CLOSED
from gridwitness.events.models import EventRow

_CHUNK = 1_000


def history(session: Session, agency: str) -> Iterator[dict[str, Any]]:
    """`text`, `unit`, `hours` and more of every closed event that was dispatched and has words left.

    These are citizens' words: whoever writes them down keeps them from others.
    """
    query = select(EventRow).where(
        EventRow.agency == agency, EventRow.state.in_(CLOSED), EventRow.unit.is_not(None)
    )
    for row in session.scalars(query.order_by(EventRow.sub).execution_options(yield_per=_CHUNK)):
        text = f"{row.title or ''}\n{row.description or ''}".strip()
        if not text:
            continue
        hours = None
        if row.dispatched_at is not None and row.answered_at is not None:
            hours = round((row.answered_at - row.dispatched_at).total_seconds() / 3600, 2)
        yield {"text": text, "unit": row.unit, "hours": hours, **fields_of(row, None)}
