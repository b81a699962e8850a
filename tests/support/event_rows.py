"""Rows of the tables of events, made up at random: times crowd at the edges of a period, names are few."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

BEGINS = datetime(2026, 10, 31, 16, tzinfo=UTC)
ENDS = datetime(2026, 11, 30, 16, tzinfo=UTC)
AGENCIES = ("330100CG", "330100GA")
_MOMENTS = [
    BEGINS - timedelta(days=40),
    BEGINS - timedelta(seconds=1),
    BEGINS,
    BEGINS + timedelta(days=1),
    BEGINS + timedelta(days=9, seconds=7),
    BEGINS + timedelta(days=20),
    ENDS - timedelta(seconds=1),
    ENDS,
    ENDS + timedelta(days=3),
]
_GRIDS = (
    None,
    "",
    "G-1",
    "3301",
    "330106",
    "330106001",
    "330106001002",
    "330106001002003",
    "330107001002004",
    "３３０１０６００１",
)
_UNITS = (None, "U1", "U2", "330106-9")
_CLOCKS = (
    "verify",
    "accept",
    "file",
    "dispatch",
    "sign",
    "handle",
    "check",
    "close",
    "callback",
    "reply",
    "checkin",
)
_STATES = (
    "reported",
    "verified",
    "filed",
    "dispatched",
    "handling",
    "answered",
    "checked",
    "closed",
    "void",
    "merged",
)
_STEPS = (
    "report",
    "accept",
    "file",
    "void",
    "dispatch",
    "return_grant",
    "self_handle",
    "on_the_spot",
    "urge",
    "reopen",
)
_PEOPLE = (None, *(UUID(int=i) for i in range(1, 4)))
_LEAST = {
    "event": {"channel": "web", "category": "event", "urgency": "normal", "loop": "00", "steps": 1},
    "step": {"details": {}, "seq": 0, "stage": 1},
    "clock": {
        "amount": 1,
        "measure": "work-hours",
        "rule": "loop",
        "calendar": "cn",
        "hours": {},
        "pauses": [],
    },
}


class EventRows:
    """Random tables; the same seed gives the same rows."""

    def __init__(self, seed: int, events: int) -> None:
        self._random = random.Random(seed)
        self._serial = 0
        self.rows: dict[str, list[dict[str, Any]]] = {
            table: [] for table in ("event", "step", "clock", "ask", "order", "checkin", "assignment")
        }
        for number in range(events):
            self._event(number)

    def _one(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def _time(self, least: float = 0.0) -> datetime | None:
        return None if self._random.random() < least else self._random.choice(_MOMENTS)

    def _id(self) -> UUID:
        self._serial += 1
        return UUID(int=2**64 + self._serial)

    def _event(self, number: int) -> None:
        sub = f"{number:032x}"
        self.rows["event"].append(
            _LEAST["event"]
            | {
                "sub": sub,
                "number": f"{number:06}",
                "agency": self._one(AGENCIES[0], *AGENCIES),
                "matter": self._one(None, "0101", "0202"),
                "grid": self._one(*_GRIDS),
                "state": self._one(*_STATES),
                "round": self._one(1, 1, 2),
                "unit": self._one(*_UNITS),
                "handler": self._one(*_PEOPLE),
                "reported_at": self._time(),
                "reported_by": self._one(*_PEOPLE),
                **{
                    f"{name}_at": self._time(0.3)
                    for name in ("accepted", "filed", "dispatched", "answered", "closed")
                },
                "outcome": self._one(None, "solved", "partly"),
                "satisfaction": self._one(None, "satisfied", "basically", "dissatisfied"),
                "returns": self._one(0, 0, 1),
                "moved_at": self._time(),
                "detection": self._one(None, "01"),
                "emergency": self._one(None, "II"),
                "merged_into": self._one(None, "U1"),
                "mode": self._one(None, "U1"),
            }
        )
        steps = [self._step(sub, seq) for seq in range(self._random.randint(1, 5))]
        for at in range(self._random.randint(0, 7)):
            self._clock(sub, at, steps)
        for number_of in range(self._random.randint(0, 2)):
            self._sideways(sub, number_of)

    def _step(self, sub: str, seq: int) -> UUID:
        jti = self._id()
        row = {"jti": jti, "sub": sub, "seq": seq, "round": self._one(1, 2), "step": self._one(*_STEPS)}
        row |= {"state": self._one(*_STATES), "actor": self._one(*_PEOPLE), "unit": self._one(*_UNITS)}
        self.rows["step"].append(_LEAST["step"] | row | {"occurred_at": self._time()})
        return jti

    def _clock(self, sub: str, at: int, steps: list[UUID]) -> None:
        ended = self._time(0.4)
        state = self._one("running", "paused") if ended is None else self._one("met", "late", "void")
        self.rows["clock"].append(
            _LEAST["clock"]
            | {
                "sub": sub,
                "round": self._one(1, 2),
                "clock": self._one("handle", *_CLOCKS),
                "unit": self._one("", "U1", "U2"),
                "number": at,
                "started_at": self._time(),
                "started_by": self._one(*steps),
                "due_at": self._time(0.15),
                "added": self._one(0, 0, 2),
                "ended_at": ended,
                "ended_by": None if ended is None else self._one(*steps),
                "state": state,
                "problem": self._one(None, None, "calendar-unpublished"),
                "excused": self._one(False, False, True),
            }
        )

    def _sideways(self, sub: str, number: int) -> None:
        decided = self._time(0.5)
        ask = {
            "jti": self._step(sub, 50 + number),
            "sub": sub,
            "round": self._one(1, 2),
            "what": self._one("return", "extend", "suspend", "appeal"),
            "number": number,
            "clock": self._one(None, "handle"),
            "asked_by": self._one(*_PEOPLE[1:]),
            "unit": self._one(*_UNITS[1:]),
            "state": "open" if decided is None else self._one("granted", "refused"),
            "decided_by": None if decided is None else self._one(*_PEOPLE),
            "decided_at": decided,
        }
        self.rows["ask"].append(ask)
        order = {"sub": sub, "number": number, "level": self._one(1, 2), "unit": self._one(*_UNITS[1:])}
        order |= {"reason": "overdue", "automatic": self._one(True, False), "raised_at": self._time()}
        order |= {"replied_at": self._time(0.5), "lifted_at": self._time(0.5), "state": "open"}
        self.rows["order"].append(order)
        checkin = {"sub": sub, "number": number, "unit": self._one(*_UNITS[1:]), "called_at": self._time()}
        checkin |= {"due_at": self._time(), "checked_in_at": self._time(0.4), "rated_at": self._time(0.4)}
        checkin |= {"checked_in_by": self._one(*_PEOPLE), "rating": self._one(None, 1, 4, 5)}
        self.rows["checkin"].append(checkin)
        row = {"sub": sub, "round": self._one(1, 2), "number": number, "unit": self._one(*_UNITS[1:])}
        row |= {"part": self._one("lead", "helper"), "basis": self._one("rule", "manual")}
        row |= {"state": self._one("dispatched", "signed", "returned"), "handler": self._one(*_PEOPLE)}
        row |= {"assigned_at": self._time(), "signed_at": self._time(0.4), "answered_at": self._time(0.4)}
        self.rows["assignment"].append(row)


@contextmanager
def laid_down(
    connection: psycopg.Connection[Any], rows: Mapping[str, list[dict[str, Any]]]
) -> Iterator[None]:
    """The rows in the tables, never committed: no record stands behind them."""
    try:
        with connection.cursor() as cursor:
            for table, members in rows.items():
                for row in members:
                    columns = ", ".join(row)
                    places = ", ".join(["%s"] * len(row))
                    values = [Jsonb(v) if isinstance(v, dict | list) else v for v in row.values()]
                    statement = f'INSERT INTO events."{table}" ({columns}, effect) '
                    statement += f"VALUES ({places}, gen_random_uuid())"
                    cursor.execute(statement.encode(), values)
        yield
    finally:
        connection.rollback()
