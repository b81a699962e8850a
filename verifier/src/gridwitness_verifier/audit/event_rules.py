"""What events are judged by, as the logs publish it: loops, calendars, dictionaries, responsibility lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from gridwitness_verifier.base64url import encode
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.events.clock_rows import Rules
from gridwitness_verifier.events.loop import Loop, parse_loop
from gridwitness_verifier.events.matters import MatterRecord, approved_entries
from gridwitness_verifier.events.metrics import Dictionary, parse_metrics
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.procedure.calendar import parse_calendar

_UNITS = "SELECT key, columns FROM unit_row ORDER BY key, rowid"
_RULES = "SELECT name, log, leaf, content FROM rule ORDER BY rowid"
_MATTERS = """
SELECT s.kind, s.jti, e.digest, e.iat, s.fields FROM statement s JOIN entry e ON e.jti = s.jti
WHERE s.kind IN ('matter.proposed.v1', 'matter.decided.v1')
"""


Hours = tuple[str | None, str | None]


@dataclass(frozen=True)
class EventRules:
    """Loops and dictionaries by version; what can not be read judges nothing."""

    loops: dict[str, Loop]
    dictionaries: dict[str, Dictionary]
    rules: Rules
    hours: Mapping[str, frozenset[Hours]]
    """Calendar and hours that each unit ever had."""


def read_event_rules(scratch: Scratch, logs: Mapping[str, AuditedLog]) -> EventRules:
    """Everything published, in the order of the logs; of a calendar's year the newest version counts."""
    loops: dict[str, Loop] = {}
    dictionaries: dict[str, Dictionary] = {}
    rules = Rules()
    for name, log, leaf, text in scratch.rows(_RULES):
        content = json.loads(text)
        with suppress(VerificationError):
            if name == "events/loop":
                loop = parse_loop(content)
                loops[loop.version] = loop
            elif name == "performance/metrics":
                dictionary = parse_metrics(content)
                dictionaries[dictionary.version] = dictionary
            else:
                number, year = parse_calendar(content)
                head = logs[log].covering(leaf) if log in logs else None
                rules.years[number] = (year, None if head is None else head.time)
    scratch.execute("CREATE INDEX IF NOT EXISTS entry_jti ON entry (jti)")
    records = (
        MatterRecord(kind, jti, encode(digest), iat, json.loads(text))
        for kind, jti, digest, iat, text in scratch.rows(_MATTERS)
    )
    rules.entries.update(approved_entries(records))
    return EventRules(loops, dictionaries, rules, _read_hours(scratch))


def _read_hours(scratch: Scratch) -> dict[str, frozenset[Hours]]:
    found: dict[str, set[Hours]] = {}
    for _, changes in groupby(scratch.rows(_UNITS), key=lambda row: row[0]):
        merged: dict[str, str | None] = {}
        for _, columns in changes:
            merged |= json.loads(columns)
            found.setdefault(merged.get("unit") or "", set()).add(
                (merged.get("calendar"), merged.get("hours"))
            )
    return {unit: frozenset(hours) for unit, hours in found.items()}
