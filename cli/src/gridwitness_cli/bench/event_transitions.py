"""What records cost: steps of events as signed statements with their effects, beside the bare rows."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from gridwitness.errors import GridWitnessError
from gridwitness.events import Ask, EventRow, Report
from gridwitness.grids import kinds
from gridwitness.platform import Platform
from gridwitness.records import rfc3339

from gridwitness_cli.bench.bare_transitions import seconds_bare
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.officers import confirmed_key
from gridwitness_cli.bench.stage import AGENCY, SECOND, Stage
from gridwitness_cli.matter_list import approve_matters

MATTER, GRID = "TX-01", "TX-GRID"
UNITS = ("TX-A", "TX-B", "TX-C", "TX-D")
"""The first one answers for the grid."""
WAVE = 400
_STEPS: Sequence[tuple[str, dict[str, Any], str | None]] = (
    ("accept", {"matter": MATTER}, None),
    ("file", {}, None),
    ("dispatch", {"unit": UNITS[0], "basis": "rule", "list": f"{MATTER}@1", "because": "清单 list"}, None),
    ("sign", {}, None),
    ("answer", {"result": "done"}, "已处置"),
)
"""The platform's own steps from report to answer; with the report six of each event."""


def transition_rows(stage: Stage, transitions: int) -> Iterator[Measurement]:
    """Transitions a second with record, effect and receipt, beside plain writes of the same rows."""
    prepare(stage)
    count = max(1, transitions // (1 + len(_STEPS)))
    began = time.perf_counter()
    subs = reported(stage.platform, count)
    for step, details, note in _STEPS:
        _take(stage.platform, subs, step, details, note)
    seconds = time.perf_counter() - began
    made = count * (1 + len(_STEPS))
    bare = made / seconds_bare(stage, subs, WAVE)
    name = f"{made:,} transitions of {count:,} events, recorded"
    yield Measurement(name, made / seconds, "transitions/s", "bare SQL of the same rows, no record", bare)


def prepare(stage: Stage) -> None:
    """A grid, units and a matter of the list, registered and approved as in a real deployment."""
    platform = stage.platform
    since = rfc3339((platform.clock.now() - timedelta(days=1)).replace(microsecond=0))
    period = {"valid_from": since, "valid_to": None}
    unit = {
        "parent": None,
        "grid": None,
        "calendar": "cn",
        "hours": {"hours": [["00:00", "24:00"]]},
        **period,
    }
    units = [{"unit": number, "name": number, "category": "department", **unit} for number in UNITS]
    grid = {"grid": GRID, "category": "base", "level": 1, "parent": None, "name": "试区", "unit": UNITS[0]}
    duty = {
        "level": 1,
        "unit": UNITS[0],
        "amount": 4,
        "measure": "work-hours",
        "closing": {"zh": "清理干净", "en": "cleared"},
    }
    entry = {
        "category": "event",
        "class": "01",
        "class_zh": "市容环境",
        "zh": "暴露垃圾",
        "en": "litter",
        "duties": [duty],
    }
    proposal = {"matter": MATTER, "version": 1, "change": "admit", "entry": entry, "reason": "bench"}
    for kind, entries in (
        (kinds.UNIT, units),
        (kinds.GRID, [{**grid, "area": None, **period}]),
        (kinds.PROPOSED, [{**proposal, "effective_from": since}]),
    ):
        with platform.transaction() as session:
            for entered in platform.grid_registers.take(session, AGENCY, kind, entries):
                if entered.error is not None:
                    raise entered.error
    with platform.transaction() as session:
        chief = platform.accounts.create(
            session,
            agency=AGENCY,
            username="bench-chief",
            display_name=None,
            password=secrets.token_urlsafe(15),
            roles=["duty_chief"],
            by=None,
        )
        holder = str(chief.id)
    approve_matters(platform, AGENCY, confirmed_key(platform, AGENCY, SECOND, holder), by=holder)


def reported(
    platform: Platform, count: int, title: str = "路面垃圾", text: str = "路口有垃圾堆放"
) -> list[str]:
    """Subjects of that many fresh events."""
    subs: list[str] = []
    for first in range(0, count, WAVE):
        reports = [
            Report(
                agency=AGENCY,
                channel="bench",
                channel_key=secrets.token_hex(8),
                title=title,
                description=text,
                grid=GRID,
            )
            for _ in range(min(WAVE, count - first))
        ]
        with platform.transaction() as session:
            subs += [_done(row).sub for row in platform.events.reports(session, reports, None)]
    return subs


def _take(
    platform: Platform, subs: Sequence[str], step: str, details: dict[str, Any], note: str | None
) -> None:
    for first in range(0, len(subs), WAVE):
        asks = [Ask(sub, step, details=details, note=note) for sub in subs[first : first + WAVE]]
        with platform.transaction() as session:
            for row in platform.events.steps(session, asks):
                _done(row)


def _done(row: EventRow | GridWitnessError) -> EventRow:
    if isinstance(row, GridWitnessError):
        raise row
    return row
