"""What can be counted: the tables of events, their columns, and of which kind they are (format sec. 27)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["text", "integer", "boolean", "given"]
"""`given`: a time or an account, of which only can be asked whether it is there."""

EVENT_COLUMNS: Mapping[str, ColumnKind] = {
    "accepted_at": "given",
    "answered_at": "given",
    "category": "text",
    "channel": "text",
    "closed_at": "given",
    "detection": "text",
    "dispatched_at": "given",
    "emergency": "text",
    "filed_at": "given",
    "grid": "text",
    "handler": "given",
    "matter": "text",
    "merged_into": "text",
    "mode": "text",
    "outcome": "text",
    "reported_by": "given",
    "returns": "integer",
    "round": "integer",
    "satisfaction": "text",
    "state": "text",
    "unit": "text",
    "urgency": "text",
}
"""Columns of the event itself; of another table's row they are asked as `event.<column>`."""


@dataclass(frozen=True, slots=True)
class Countable:
    """One table. A row is there from its `begins` on; `happened`: times that did not happen if they lie at
    the end of the period or after it.
    """

    table: str
    begins: str
    columns: Mapping[str, ColumnKind]
    happened: tuple[str, ...]
    days: tuple[str, ...]


_CLOCKS = Countable(
    "clock",
    "started_at",
    {
        "added": "integer",
        "clock": "text",
        "due_at": "given",
        "due_in": "boolean",
        "ended_at": "given",
        "first_round": "boolean",
        "late_open": "boolean",
        "measure": "text",
        "problem": "text",
        "state": "text",
        "unit": "text",
    },
    ("ended_at",),
    ("started_at", "due_at", "ended_at"),
)

COUNTABLE: Mapping[str, Countable] = {
    "events": Countable(
        "event",
        "reported_at",
        {**EVENT_COLUMNS, "first_round": "boolean", "in_time": "boolean"},
        ("accepted_at", "filed_at", "dispatched_at", "answered_at", "closed_at"),
        ("reported_at", "accepted_at", "filed_at", "dispatched_at", "answered_at", "closed_at"),
    ),
    "clocks": _CLOCKS,
    "steps": Countable(
        "step",
        "occurred_at",
        {
            "actor": "given",
            "first_round": "boolean",
            "in_time": "boolean",
            "stage": "integer",
            "state": "text",
            "step": "text",
            "unit": "text",
        },
        (),
        ("occurred_at",),
    ),
    "asks": Countable(
        "ask",
        "asked_at",
        {
            "clock": "text",
            "decided_at": "given",
            "decided_by": "given",
            "first_round": "boolean",
            "state": "text",
            "unit": "text",
            "what": "text",
        },
        ("decided_at",),
        ("asked_at", "decided_at"),
    ),
    "orders": Countable(
        "order",
        "raised_at",
        {
            "automatic": "boolean",
            "level": "integer",
            "lifted_at": "given",
            "reason": "text",
            "replied_at": "given",
            "unit": "text",
        },
        ("replied_at", "lifted_at"),
        ("raised_at", "replied_at", "lifted_at"),
    ),
    "checkins": Countable(
        "checkin",
        "called_at",
        {
            "checked_in_at": "given",
            "rated_at": "given",
            "rating": "integer",
            "unit": "text",
        },
        ("checked_in_at", "rated_at"),
        ("called_at", "due_at", "checked_in_at", "rated_at"),
    ),
    "assignments": Countable(
        "assignment",
        "assigned_at",
        {
            "answered_at": "given",
            "basis": "text",
            "first_round": "boolean",
            "part": "text",
            "signed_at": "given",
            "state": "text",
            "unit": "text",
        },
        ("signed_at", "answered_at"),
        ("assigned_at", "signed_at", "answered_at"),
    ),
}


def column_kind(of: str, column: str) -> ColumnKind | None:
    """The kind of a column of a table; None where there is none."""
    prefix, _, bare = column.rpartition(".")
    if prefix == "event" and of != "events":
        return EVENT_COLUMNS.get(bare)
    return None if prefix else COUNTABLE[of].columns.get(column)
