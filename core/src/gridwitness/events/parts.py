"""Which units have a part in an event, round by round, dispatch by dispatch (docs/format.md section 24)."""

from __future__ import annotations

from typing import Any

from gridwitness.events.course import Course, Row
from gridwitness.events.models import AssignmentRow
from gridwitness.events.statement import Statement


def assign(
    course: Course, statement: Statement, unit: str, number: int, part: str, basis: str, **columns: Any
) -> None:
    """A unit gets its part (`lead`, `helper`) in the present round; `columns`: beside the usual ones."""
    event = course.event
    assert event is not None
    course.put(
        AssignmentRow,
        {"sub": course.sub, "round": event["round"], "number": number, "unit": unit},
        **{"part": part, "state": "dispatched", "basis": basis, "assigned_at": statement.at, **columns},
    )


def put_part(course: Course, row: Row, **columns: Any) -> None:
    """A part goes on: some of its columns change."""
    key = {name: row[name] for name in ("sub", "round", "number", "unit")}
    course.put(AssignmentRow, key, **columns)


def lead_of(course: Course) -> Row | None:
    """The present dispatch's leading part."""
    return next((row for row in course.assignments() if row["part"] == "lead"), None)


def add_helpers(course: Course, statement: Statement, units: list[str]) -> None:
    """Helpers of the present dispatch; who has a part already is passed over."""
    present = course.assignments()
    number = max((row["number"] for row in present), default=1)
    known = {row["unit"] for row in present}
    for unit in units:
        if unit not in known:
            basis = present[0]["basis"] if present else "manual"
            assign(course, statement, unit, number, "helper", basis)
