"""Clocks as effects state them, held to the runs that the steps give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .. import strict_json
from ..errors import VerificationError
from ..procedure.calendar import Calendars, Year
from .hours import parse_hours
from .limit import Limit
from .loop import Loop
from .matters import Entry
from .runs import COUNTED_ON, Appeal, Run, Runs

PAUSED, RUNNING, MET, LATE, VOID = "paused", "running", "met", "late", "void"
_TEXTS = ("unit", "clock", "measure", "rule", "calendar", "started_by", "state")

Row = Mapping[str, str | None]
Key = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a clock says that the steps do not give; `column` None: it is missing, or one too many."""

    code: str
    column: str | None
    detail: str
    run: Run | None


@dataclass
class Rules:
    """What clocks rest on beside the loop: years of the calendar with the time of the block that published
    each (None: not known), and the entries of the responsibility list by `<matter>@<version>`.
    """

    years: dict[int, tuple[Year, int | None]] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    def calendars(self, before: datetime | None = None) -> Calendars:
        """Those published; with `before` only those that were by then."""
        return Calendars(
            {
                number: year
                for number, (year, published) in self.years.items()
                if before is None or published is None or published <= before.timestamp()
            }
        )


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A clock that was read as its row says it, for who wants to name what is late."""

    run: Run
    due_at: datetime | None
    state: str
    excused: bool


def compare_clocks(
    loop: Loop, rules: Rules, runs: Runs, rows: Sequence[Row]
) -> tuple[list[Difference], list[ClockReading]]:
    """Every run has its row and every row its run; what differs, and the readings that hold."""
    differences: list[Difference] = []
    readings: list[ClockReading] = []
    stated = {_place(row): row for row in rows}
    excused = _excused(runs.appeals, rows)
    for run in _newest(runs.runs).values():
        row = _take(stated, run)
        if row is None:
            differences.append(Difference("clock-missing", None, f"no clock {run.name}", run))
            continue
        found = [*_differences(loop, rules, run, row)]
        if (row.get("excused") == "true") != (_place(row) in excused):
            found.append(_difference(run, "excused", row.get("excused"), _place(row) in excused))
        differences += found
        if not found:
            readings.append(
                ClockReading(
                    run, _moment(row.get("due_at")), str(row.get("state")), row.get("excused") == "true"
                )
            )
    for row in stated.values():
        detail = f"clock {row.get('clock')} of round {row.get('round')} begins with no step"
        differences.append(Difference("clock-extra", None, detail, None))
    return differences, readings


def _newest(runs: Sequence[Run]) -> dict[tuple[int, str, str | None, int], Run]:
    """The run that a row of each key speaks of: a clock begun again takes the place of the one before."""
    return {(run.round, run.clock.name, run.unit, run.number): run for run in runs}


def _excused(appeals: Sequence[Appeal], rows: Sequence[Row]) -> set[str]:
    """Clocks that granted appeals speak of: those of their unit, or all where none is its own."""
    found: set[str] = set()
    for appeal in appeals:
        named = [
            row for row in rows if (row.get("clock"), row.get("round")) == (appeal.clock, str(appeal.round))
        ]
        own = [row for row in named if row.get("unit") == appeal.unit]
        found |= {_place(row) for row in own or named}
    return found


def _place(row: Row) -> str:
    return "/".join(str(row.get(name)) for name in ("round", "clock", "number", "unit"))


def _take(stated: dict[str, Row], run: Run) -> Row | None:
    for key, row in stated.items():
        same = (row.get("round"), row.get("clock"), row.get("number")) == (
            str(run.round),
            run.clock.name,
            str(run.number),
        )
        if same and run.unit in (None, row.get("unit")):
            return stated.pop(key)
    return None


def _differences(loop: Loop, rules: Rules, run: Run, row: Row) -> Iterator[Difference]:
    if any(not isinstance(row.get(name), str) for name in _TEXTS):
        yield Difference("clock-differs", None, f"{run.name}: a column is missing", run)
        return
    ended = run.ended
    expected = {
        "started_by": run.started.jti,
        "started_at": run.started_at,
        "ended_by": None if ended is None else ended.jti,
        "ended_at": run.ended_at,
        "added": str(run.added),
    }
    for column, right in expected.items():
        said = row.get(column)
        shown: Any = _moment(said) if isinstance(right, datetime) else said
        if shown != right and not (column.endswith("_at") and right is None and said is not None and ended):
            yield _difference(run, column, said, right)
    try:
        yield from _compare_limit(loop, rules, run, row)
    except VerificationError as error:
        yield Difference("clock-differs", None, f"{run.name}: {error.message}", run)


def _compare_limit(loop: Loop, rules: Rules, run: Run, row: Row) -> Iterator[Difference]:
    amount, measure, rule = int(row.get("amount") or -1), str(row["measure"]), str(row["rule"])
    if (why := _wrong_rule(rules, run, amount, measure, rule)) is not None:
        yield Difference("clock-rule", "rule", f"{run.name}: {why}", run)
        return
    pauses = _pauses(row.get("pauses"))
    if [*map(list, pauses)] != [*map(list, run.pauses)]:
        yield _difference(run, "pauses", row.get("pauses"), len(run.pauses))
        return
    if run.started_at is None:
        return
    hours = parse_hours(row["calendar"], strict_json.loads(row.get("hours") or "null"))
    # A year that was published since changes no clock that could not be told before.
    known = rules.calendars(run.started_at if row.get("problem") is not None else None)
    limit = Limit(run.started_at, amount, run.added, measure, hours, known, loop.zone, run.limit_pauses)
    promised = _moment(run.promised) if rule == "promised" else None
    due, triple, unpublished = limit.ends(loop.numbers["overdue_factor"], promised)
    if (row.get("problem") is not None) != unpublished:
        yield _difference(run, "problem", row.get("problem"), "a calendar" if unpublished else None)
        return
    if _moment(row.get("due_at")) != due:
        yield _difference(run, "due_at", row.get("due_at"), due)
        return
    if _moment(row.get("triple_at")) != triple:
        yield _difference(run, "triple_at", row.get("triple_at"), triple)
    state = _state(run, due)
    if row["state"] not in state:
        yield _difference(run, "state", row["state"], " or ".join(state))


def _state(run: Run, due: datetime | None) -> tuple[str, ...]:
    """The states that a clock can have; one that nobody can tell the limit of ends as void."""
    if run.ended is None:
        return (PAUSED,) if run.pauses and run.pauses[-1][1] is None else (RUNNING,)
    passed = due is not None and run.ended_at is not None and run.ended_at > due
    if due is None or (run.dropped and not (passed and run.clock.name in COUNTED_ON)):
        return (VOID,)
    if run.ended_at is None:
        return (MET, LATE)
    return (LATE,) if passed else (MET,)


def _wrong_rule(rules: Rules, run: Run, amount: int, measure: str, rule: str) -> str | None:
    if run.promised or rule == "promised":
        same = bool(run.promised) == (rule == "promised")
        return None if same else f"the dispatch promises {run.promised}, the clock goes by {rule}"
    if rule == "loop":
        right = (run.clock.amount, run.clock.measure)
        return (
            None
            if (amount, measure) == right
            else f"{amount} {measure}; the loop gives {right[0]} {right[1]}"
        )
    entry = rules.entries.get(rule) if run.clock.listed else None
    if entry is None:
        return f"goes by {rule}, which is no approved entry of the list"
    return None if entry.allows(amount, measure) else f"{amount} {measure}; {rule} lists no such limit"


def _pauses(text: str | None) -> list[tuple[datetime | None, datetime | None]]:
    value = strict_json.loads(text or "[]")
    if not isinstance(value, list) or not all(isinstance(pause, list) and len(pause) == 2 for pause in value):
        raise VerificationError("clock-differs", "pauses without their form")
    return [(_moment(begun), _moment(ended)) for begun, ended in value]


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise VerificationError("clock-differs", "a time without its form") from error


def _difference(run: Run, column: str, said: Any, right: Any) -> Difference:
    return Difference(
        "clock-differs", column, f"{run.name}: {column} is {_text(said)}, the steps give {_text(right)}", run
    )


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return "nothing" if value is None else f"{value:.60}" if isinstance(value, str) else str(value)
