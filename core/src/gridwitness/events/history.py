"""An event with everything that happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.events.models import (
    AskRow,
    AssignmentRow,
    CheckinRow,
    ClockRow,
    EventRow,
    LinkRow,
    OrderRow,
    StepRow,
    WhistleRow,
)


@dataclass(frozen=True, slots=True)
class EventHistory:
    """Oldest first."""

    event: EventRow
    steps: Sequence[StepRow]
    clocks: Sequence[ClockRow]
    assignments: Sequence[AssignmentRow]
    asks: Sequence[AskRow]
    orders: Sequence[OrderRow]
    whistles: Sequence[WhistleRow]
    checkins: Sequence[CheckinRow]
    links: Sequence[LinkRow]


def read_history(session: Session, event: EventRow) -> EventHistory:
    """What the tables hold of the event now."""

    def rows(model: Any, *order: Any) -> list[Any]:
        query = select(model).where(model.sub == event.sub).order_by(*order)
        return list(session.scalars(query.execution_options(populate_existing=True)))

    return EventHistory(
        event=event,
        steps=rows(StepRow, StepRow.seq),
        clocks=rows(ClockRow, ClockRow.started_at, ClockRow.clock, ClockRow.unit, ClockRow.number),
        assignments=rows(
            *(AssignmentRow, AssignmentRow.round, AssignmentRow.number),
            *(AssignmentRow.part.desc(), AssignmentRow.unit),
        ),
        asks=rows(AskRow, AskRow.jti),
        orders=rows(OrderRow, OrderRow.number),
        whistles=rows(WhistleRow, WhistleRow.number),
        checkins=rows(CheckinRow, CheckinRow.number, CheckinRow.unit),
        links=rows(LinkRow, LinkRow.linked_at, LinkRow.other),
    )
