"""Events as an audit finds them: the steps of each, and its rows as the effects leave them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from gridwitness_verifier.audit.effect_fold import EVENT_TABLES
from gridwitness_verifier.events.facts import StepFact, step_fact
from gridwitness_verifier.events.standing import Row
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.scratch import Scratch

_STEP_INDEX = "CREATE INDEX IF NOT EXISTS event_step_sub ON event_step (sub)"
_ROW_INDEX = "CREATE INDEX IF NOT EXISTS event_row_sub ON event_row (sub, tbl, key)"
# In the order of the walk, which is that of the lines of logs and their leaves.
_STEPS = "SELECT sub, log, leaf, seq, jti, iat, src, kid, fields FROM event_step ORDER BY sub, rowid"
_ROWS = "SELECT sub, tbl, key, log, leaf, put, columns FROM event_row ORDER BY sub, tbl, key, rowid"
_ROWS_BELOW = """
SELECT sub, tbl, key, log, leaf, put, columns FROM event_row
WHERE log IN (SELECT log FROM line WHERE line = ?) AND (log <> ? OR leaf < ?) AND leaf IS NOT NULL
  AND tbl <> 'events.reporter'
ORDER BY sub, tbl, key, rowid
"""
_HOLDERS = "SELECT kid, account FROM holder"


@dataclass
class AuditedEvent:
    """One event; `rows` by table without its schema, `log` where its newest step stands."""

    sub: str
    log: str | None = None
    facts: list[StepFact] = field(default_factory=list)
    fields: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each step shows, by `jti`."""
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def event(self) -> Row | None:
        """Its row of `events.event`."""
        return next(iter(self.rows.get("event", [])), None)


def anything_of_events(scratch: Scratch) -> bool:
    """Whether a log holds a step of an event, or an effect on their tables."""
    found = scratch.rows("SELECT 1 FROM event_step UNION ALL SELECT 1 FROM event_row LIMIT 1")
    return next(found, None) is not None


def read_events(scratch: Scratch, logs: Mapping[str, AuditedLog]) -> Iterator[AuditedEvent]:
    """Every event with all its steps and rows; also what has only one of them."""
    scratch.settle()
    scratch.execute(_STEP_INDEX)
    scratch.execute(_ROW_INDEX)
    holders = dict(scratch.rows(_HOLDERS))
    steps = groupby(scratch.rows(_STEPS), key=lambda row: row[0])
    rows = groupby(scratch.rows(_ROWS), key=lambda row: row[0])
    one, other = next(steps, None), next(rows, None)
    while one is not None or other is not None:
        sub = min(group[0] for group in (one, other) if group is not None)
        found = AuditedEvent(sub)
        if one is not None and one[0] == sub:
            _take_steps(found, one[1], logs, holders)
            one = next(steps, None)
        if other is not None and other[0] == sub:
            found.rows = _fold(other[1])
            other = next(rows, None)
        yield found


def rows_below(scratch: Scratch, line: int, log: str, size: int) -> Iterator[dict[str, list[Row]]]:
    """The rows of each event as the leaves of a line leave them, up to `size` of its last log."""
    scratch.execute(_ROW_INDEX)
    for _, group in groupby(scratch.rows(_ROWS_BELOW, (line, log, size)), key=lambda row: row[0]):
        yield _fold(group)


def _take_steps(
    found: AuditedEvent,
    rows: Iterator[tuple[Any, ...]],
    logs: Mapping[str, AuditedLog],
    holders: Mapping[str, str],
) -> None:
    for _, log, leaf, seq, jti, iat, src, kid, text in rows:
        head = logs[log].covering(leaf)
        found.log = log
        found.fields[jti] = json.loads(text)
        found.facts.append(
            step_fact(
                found.fields[jti],
                jti=jti,
                seq=seq,
                iat=iat,
                signer=holders.get(kid),
                where={"log": log, "index": leaf, "jti": jti, "sub": found.sub, "seq": seq},
                anchored=None if head is None else head.time,
                imported=src == "import",
            )
        )


def _fold(rows: Iterator[tuple[Any, ...]]) -> dict[str, list[Row]]:
    """The effects on each row of one event put together, in their order."""
    found: dict[str, list[Row]] = {}
    for (table, _), changes in groupby(rows, key=lambda row: (row[1], row[2])):
        merged: dict[str, str | None] = {}
        alive = False
        for *_, put, columns in changes:
            merged, alive = {**(merged if alive else {}), **json.loads(columns)}, bool(put)
        if alive:
            found.setdefault(table.removeprefix(EVENT_TABLES), []).append(merged)
    return found
