"""Rows of events as the interface shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridwitness.database import Base
from gridwitness.events import EventHistory, EventRow, Loop
from gridwitness.events.loop import Step
from gridwitness.events.todo import Waiting
from gridwitness.plain_row import plain
from gridwitness.platform import Platform
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.schemas.event_history import EventHistoryView, EventOption, WaitingView
from gridwitness_api.schemas.events import EventView


def event_view(loop: Loop, row: EventRow) -> EventView:
    """An event with its state in words."""
    state = loop.states[row.state]
    words = {"stage": state.stage, "zh": state.zh, "en": state.en, "open": state.open}
    return EventView.model_validate({**plain(row, without=("effect",)), **words})


def event_views(platform: Platform, session: Session, rows: Sequence[EventRow]) -> list[EventView]:
    """Events, each in the words of its own loop."""
    loops = {row.loop: platform.events.loops.version(session, row.loop) for row in rows}
    return [event_view(loops[row.loop], row) for row in rows]


def history_view(loop: Loop, history: EventHistory) -> EventHistoryView:
    """An event whole."""

    def named(words: Any, row: Base) -> dict[str, Any]:
        return {**plain(row), "zh": words.zh, "en": words.en}

    beside = {
        name: [plain(row) for row in getattr(history, name)]
        for name in ("assignments", "asks", "orders", "whistles", "checkins", "links")
    }
    return EventHistoryView.model_validate(
        {
            "event": event_view(loop, history.event),
            "steps": [named(loop.steps[row.step], row) for row in history.steps],
            "clocks": [named(loop.clocks[row.clock], row) for row in history.clocks],
            **beside,
        }
    )


def option_view(step: Step, yours: bool) -> EventOption:
    """A step the state allows."""
    details = {
        name: {
            "type": detail.type,
            "required": detail.required,
            "values": None if detail.values is None else list(detail.values),
            "zh": detail.zh,
        }
        for name, detail in step.details.items()
    }
    return EventOption(
        step=step.name,
        zh=step.zh,
        en=step.en,
        stage=step.stage,
        yours=yours,
        scope=step.scope,
        roles=sorted(step.roles),
        note=step.note,
        files=step.files,
        details=details,
    )


def waiting_view(loop: Loop, found: Waiting) -> WaitingView:
    """One line of a to-do list."""
    step = loop.steps[found.step]
    return WaitingView(
        event=event_view(loop, found.event),
        step=step.name,
        step_zh=step.zh,
        step_en=step.en,
        clock=found.clock,
        due_at=None if found.due_at is None else rfc3339(found.due_at),
    )
