"""A row as it stood at the end of the period, in SQL (format section 27): its columns, and whose it is.

Aliases: `t` the table counted, `e` its event, `s` the step that ended a clock or asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gridwitness.performance.countable import COUNTABLE, EVENT_COLUMNS

DIVISION_DIGITS = (4, 6, 9, 12)
"""Lengths of the codes above a unit grid's: city, district, street, community."""

_HAPPENED = {"accepted_at", "filed_at", "dispatched_at", "answered_at", "closed_at"}


def _by_then(column: str) -> str:
    """A time, where it came before the end."""
    return f"CASE WHEN {column} < :ends THEN {column} END"


def _standing(clock: str) -> str:
    """The state of a clock at the end of the period."""
    return (
        f"CASE WHEN {clock}.excused AND ({clock}.state <> 'void' OR {clock}.ended_at >= :ends) THEN 'met' "
        f"WHEN {clock}.ended_at >= :ends THEN 'running' ELSE {clock}.state END"
    )


def _late_open(clock: str) -> str:
    return f"COALESCE({_standing(clock)} IN ('running', 'paused') AND {clock}.due_at < :ends, FALSE)"


_EVENT = {
    **{column: f"e.{column}" for column in EVENT_COLUMNS},
    **{column: _by_then(f"e.{column}") for column in _HAPPENED},
}
_EVENT_IN_TIME = (
    "NOT EXISTS (SELECT FROM events.clock AS k WHERE k.sub = e.sub AND k.started_at < :ends "
    f"AND ({_standing('k')} = 'late' OR {_late_open('k')}))"
)
_STEP_IN_TIME = (
    "NOT EXISTS (SELECT FROM events.clock AS k WHERE k.sub = t.sub AND k.ended_by = t.jti "
    "AND k.ended_at > k.due_at AND NOT k.excused)"
)
_SPECIAL: Mapping[str, Mapping[str, str]] = {
    "events": {"first_round": "e.round = 1", "in_time": _EVENT_IN_TIME},
    "clocks": {
        "due_in": "COALESCE(t.due_at >= :begins AND t.due_at < :ends, FALSE)",
        "late_open": _late_open("t"),
        "state": _standing("t"),
    },
    "steps": {"in_time": _STEP_IN_TIME},
    "asks": {
        "asked_at": "s.occurred_at",
        "decided_by": "CASE WHEN t.decided_at < :ends THEN t.decided_by END",
        "state": "CASE WHEN t.decided_at < :ends THEN t.state ELSE 'open' END",
    },
}
_WORKERS = {
    "events": "e.reported_by",
    "clocks": (
        "CASE WHEN t.ended_at < :ends THEN s.actor "
        "WHEN t.clock = 'handle' AND (t.state <> 'void' OR t.ended_at >= :ends) "
        "AND e.round = t.round AND e.unit = t.unit THEN e.handler END"
    ),
    "steps": "t.actor",
    "asks": "t.asked_by",
    "orders": "CAST(NULL AS uuid)",
    "checkins": "t.checked_in_by",
    "assignments": "t.handler",
}
_JOINS = {
    "events": "events.event AS e",
    "clocks": "events.clock AS t JOIN events.event AS e ON e.sub = t.sub "
    "LEFT JOIN events.step AS s ON s.jti = t.ended_by",
    "asks": "events.ask AS t JOIN events.event AS e ON e.sub = t.sub JOIN events.step AS s ON s.jti = t.jti",
}


def source(of: str) -> str:
    """What stands behind FROM."""
    table = COUNTABLE[of].table
    return _JOINS.get(of) or f'events."{table}" AS t JOIN events.event AS e ON e.sub = t.sub'


def column(of: str, name: str) -> str:
    """The SQL of a column, as it stood at the end of the period."""
    if name.startswith("event."):
        return _EVENT[name.removeprefix("event.")]
    special = _SPECIAL.get(of, {}).get(name)
    if special is not None:
        return special
    if of == "events":
        return _EVENT.get(name, f"e.{name}")
    if name == "first_round":
        return "t.round = 1"
    return _by_then(f"t.{name}") if name in COUNTABLE[of].happened else f"t.{name}"


def moment(of: str, name: str) -> str:
    """The SQL of a time as it stands in the table: for ranges, which an index may serve."""
    if of == "asks" and name == "asked_at":
        return "s.occurred_at"
    return f"e.{name}" if of == "events" else f"t.{name}"


def owners(of: str, wanted: Iterable[str]) -> dict[str, str]:
    """By alias the SQL of whose a row is; `by` is the part of an alias before the colon."""
    found: dict[str, str] = {}
    for by in wanted:
        if by == "unit":
            found[by] = "NULLIF(e.unit, '')" if of == "events" else "NULLIF(t.unit, '')"
        elif by == "worker":
            found[by] = f"CAST({_WORKERS[of]} AS text)"
        elif by == "grid":
            found[by] = "NULLIF(e.grid, '')"
            found |= {f"grid:{digits}": _division(digits) for digits in DIVISION_DIGITS}
        else:
            found[by] = f"NULLIF(e.{by}, '')"
    return found


def _division(digits: int) -> str:
    return f"CASE WHEN length(e.grid) > {digits} AND e.grid ~ '^[0-9]+$' THEN left(e.grid, {digits}) END"
