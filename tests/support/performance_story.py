"""A platform whose tables of events hold random rows, each carried by effects of its event's subject.

with performance_story() as story:
    story.fix(FIRST, LAST)       # a snapshot
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gridwitness.database import load_models
from gridwitness.performance import Days, PerformanceSnapshotRow
from gridwitness.records import RowChange, current_log
from support.event_rows import ENDS, EventRows
from support.platform import CITY, PASSWORD, RunningPlatform, running_platform

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DAYS = Days(FIRST, LAST)
_SOME_SEED, _EVENTS = 20261128, 14


@dataclass(frozen=True)
class Person:
    """An account and its token."""

    account: str
    token: str


@dataclass
class PerformanceStory:
    """The platform, and the rows as they were put down."""

    running: RunningPlatform
    rows: dict[str, list[dict[str, Any]]]

    def person(self, role: str | None, scope: str | None = None) -> Person:
        """Somebody with one role (None: none) and a login."""
        accounts = self.running.platform.accounts
        with self.running.platform.transaction() as session:
            row = accounts.create(
                session,
                agency=CITY,
                username=f"person-{secrets.token_hex(4)}",
                display_name=None,
                password=PASSWORD,
                roles=[],
                by=None,
            )
            if role is not None:
                accounts.grant(session, row.id, role, CITY, scope, by=None)
            token, _ = accounts.open_session(session, row.id)
        return Person(str(row.id), token)

    def put_down(self) -> None:
        """Every row by an effect in the city's log."""
        tables = load_models().tables
        with self.running.platform.transaction() as session:
            log = current_log(session, CITY)
            for event in self.rows["event"]:
                changes = [
                    _put(tables[f"events.{table}"], row)
                    for table, members in self.rows.items()
                    for row in members
                    if row["sub"] == event["sub"]
                ]
                self.running.platform.acceptance.machine_step(session, log, event["sub"], changes, by=None)

    def fix(self, days: Days = DAYS) -> PerformanceSnapshotRow:
        """A snapshot of the city."""
        with self.running.platform.transaction() as session:
            return self.running.platform.performance.snapshot(session, CITY, days)


@contextmanager
def performance_story() -> Iterator[PerformanceStory]:
    """Everything put down and anchored, and the period is over."""
    with running_platform() as running:
        behind = ENDS + timedelta(days=5) - running.platform.clock.now()
        running.clock.advance(max(0, int(behind.total_seconds())))
        story = PerformanceStory(running, EventRows(_SOME_SEED, _EVENTS).rows)
        story.put_down()
        running.drain()
        yield story


def _put(table: Any, row: dict[str, Any]) -> RowChange:
    keys = {column.name for column in table.primary_key}
    columns = {
        column.name: row.get(column.name)
        for column in table.columns
        if column.info["class"] == "stated" and column.name not in keys
    }
    return RowChange(table, {name: row[name] for name in keys}, columns, new=True)
