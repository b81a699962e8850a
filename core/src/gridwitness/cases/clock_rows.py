"""Rows of a case's clocks: only what the step changed is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from gridwitness.calendars import ClockReading
from gridwitness.cases.dossier import Dossier
from gridwitness.cases.models import ClockRow
from gridwitness.records import RowChange, change, put_new, remove
from gridwitness.rules import Procedure

_COLUMNS = ("rule", "duty", "started_on", "due_on", "problem", "state", "ended_on")


def clock_rows(dossier: Dossier, readings: Sequence[ClockReading]) -> list[RowChange]:
    """Rows that differ from what the dossier holds; it holds the new ones afterwards."""
    turns: Counter[str] = Counter()
    now: dict[tuple[str, int], dict[str, Any]] = {}
    for reading in readings:
        now[reading.clock, turns[reading.clock]] = {name: getattr(reading, name) for name in _COLUMNS}
        turns[reading.clock] += 1
    rows: list[RowChange] = []
    for (clock, turn), columns in now.items():
        key = {"sub": dossier.sub, "clock": clock, "turn": turn}
        before = dossier.clocks.get((clock, turn))
        if before is None:
            rows.append(put_new(ClockRow, **key, **columns))
        elif before != columns:
            changed = {name: value for name, value in columns.items() if before[name] != value}
            rows.append(change(ClockRow, key, **changed))
    for clock, turn in dossier.clocks.keys() - now.keys():
        rows.append(remove(ClockRow, {"sub": dossier.sub, "clock": clock, "turn": turn}))
    dossier.clocks = now
    return rows


def next_due(procedure: Procedure, readings: Sequence[ClockReading]) -> dict[str, Any]:
    """The earliest running clock, as columns of the case's row.

    A party's clock counts where an execution ends it (payment, dunning). A right that lapses, such as that to
    reconsideration, is nobody's delay.
    """
    running: list[tuple[date, str, str]] = [
        (reading.due_on, reading.clock, reading.rule)
        for reading in readings
        if reading.state == "running" and reading.due_on is not None and _is_duty(procedure, reading)
    ]
    due, clock, rule = min(running, default=(None, None, None))
    return {"next_due_on": due, "next_due_clock": clock, "next_due_rule": rule}


def _is_duty(procedure: Procedure, reading: ClockReading) -> bool:
    if reading.duty != "party":
        return True
    clock = procedure.clocks.get(reading.clock)
    ends = () if clock is None else clock.end
    return any(procedure.milestone_of(step) == "execution" for step in ends)
