"""Hundreds of thousands of invented events with their steps and clocks, as lines of COPY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridwitness.events.models import ClockRow, EventRow, StepRow

from gridwitness_cli.bench.event_district import CELL, HIGH, SOUTH, WEST, WIDE, District
from gridwitness_cli.bench.stage import AGENCY, Stage
from gridwitness_cli.bench.unguarded import NO_EFFECT, copy_lines, unguarded

_YEARS = 3
_WEYL = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, near 2¹²⁸ over the golden ratio."""
_OPEN_IN_THOUSAND = 80
"""Of all events; 92 % are closed, as a municipality of this size says."""
_STATES = ("reported", "accepted", "filed", "dispatched", "handling", "answered")
_STEPS = (
    ("report", 1, "reported"),
    ("accept", 2, "accepted"),
    ("dispatch", 3, "dispatched"),
    ("close", 6, "closed"),
)
"""Four steps an event: 630,000 events have 2.5 million."""
_MINUTES = (0, 20, 40, 60, 300, 480)
"""After its report an event is accepted, filed, dispatched, answered, closed."""
_KNOWN = {1: 1, 2: 2, 3: 4, 4: 6}
"""By steps taken: how many of these times it has."""
_CHANNELS = ("hotline", "worker-app", "wechat", "web", "open311")
_HOURS = '{"hours": [["09:00", "12:00"], ["13:30", "17:30"]]}'
_EVENT = (
    "sub", "number", "agency", "channel", "channel_key", "category", "matter", "matter_version", "urgency",
    "grid", "lat_e6", "lon_e6", "title", "description", "state", "round", "unit", "responsible_since",
    "reported_at", "reported_by", "accepted_at", "filed_at", "dispatched_at", "answered_at", "closed_at",
    "outcome", "satisfaction", "returns", "loop", "steps", "moved_at", "effect",
)  # fmt: skip
_STEP = (
    "jti", "sub", "seq", "round", "step", "stage", "state", "actor", "unit", "details", "occurred_at",
    "effect",
)  # fmt: skip
_CLOCK = (
    "sub", "round", "clock", "unit", "number", "amount", "measure", "rule", "calendar", "hours", "started_at",
    "started_by", "due_at", "triple_at", "added", "pauses", "ended_at", "ended_by", "state", "excused",
    "effect",
)  # fmt: skip
_ZERO = str(NO_EFFECT)
_NULL = "\\N"


@dataclass(frozen=True, slots=True)
class _Event:
    """One event as its lines need it."""

    place: int
    sub: str
    reported: datetime
    state: str
    lat_e6: int
    lon_e6: int
    matter: str
    unit: str
    account: str
    loop: str
    """The version of the loop in force, which the event keeps."""

    @property
    def closed(self) -> bool:
        return self.state == "closed"

    @property
    def taken(self) -> int:
        """How many of the four steps were taken."""
        return 4 if self.closed else min(3, 1 + _STATES.index(self.state))


def load_events(stage: Stage, district: District, first: int, last: int, total: int) -> None:
    """COPY the events first … last-1 of `total`, spread over three years up to now."""
    with unguarded(stage, (EventRow, StepRow, ClockRow)) as superuser:
        now = stage.platform.clock.now()
        with stage.platform.transaction() as session:
            loop = stage.platform.events.loops.in_force(session).at(now).version
        for model, columns, lines in (
            (EventRow, _EVENT, _event_line),
            (StepRow, _STEP, _step_lines),
            (ClockRow, _CLOCK, _clock_lines),
        ):
            drawn = _events(district, first, last, total, now, loop)
            copy_lines(
                superuser, model, columns, (line for event in drawn for line in lines(event, district))
            )


def _events(
    district: District, first: int, last: int, total: int, now: datetime, loop: str
) -> Iterator[_Event]:
    """The same ones at every call; whoever reads them again draws them again.

    Draws are the bits of a Weyl sequence: spread evenly, and quicker than a generator for each event.
    """
    apart = timedelta(days=365 * _YEARS) / total
    for place in range(first, last):
        bits = (place + 1) * _WEYL % (1 << 128)
        is_open = (bits >> 96) % 1000 < _OPEN_IN_THOUSAND
        yield _Event(
            place=place,
            sub=f"{bits:032x}",
            reported=now - apart * (total - place),
            state=_STATES[(bits >> 40) % len(_STATES)] if is_open else "closed",
            lat_e6=SOUTH + (bits >> 64) % (HIGH * CELL),
            lon_e6=WEST + (bits >> 20) % (WIDE * CELL),
            matter=district.matters[(bits >> 50) % len(district.matters)],
            unit=district.units[1 + (bits >> 30) % 100],
            account=str(district.accounts[place % len(district.accounts)]),
            loop=loop,
        )


def _event_line(event: _Event, district: District) -> Iterator[str]:
    known = _KNOWN[event.taken]
    times = [_text(event.reported + timedelta(minutes=minutes)) for minutes in _MINUTES[:known]]
    reported, accepted, filed, dispatched, answered, closed = times + [_NULL] * (len(_MINUTES) - known)
    grid = district.cell_at(event.lat_e6, event.lon_e6)
    yield "\t".join(
        (
            event.sub, f"{AGENCY}-{event.reported.year}-{2_000_000 + event.place}", AGENCY,
            _CHANNELS[event.place % len(_CHANNELS)], f"b{event.place}", "event", event.matter, "1", "normal",
            grid, str(event.lat_e6), str(event.lon_e6), "路面垃圾", "路口有垃圾堆放，请尽快清理", event.state,
            "1", event.unit if known > 2 else _NULL, dispatched, reported, event.account, accepted, filed,
            dispatched, answered, closed, "solved" if event.closed else _NULL, _NULL, "0", event.loop,
            str(event.taken), times[-1], _ZERO,
        )
    )  # fmt: skip


def _step_lines(event: _Event, _district: District) -> Iterator[str]:
    for seq, (step, stage, state) in enumerate(_STEPS[: event.taken]):
        occurred = _text(event.reported + timedelta(minutes=20 * seq))
        yield "\t".join(
            (
                _jti(event, seq), event.sub, str(2 * seq), "1", step, str(stage), state, event.account,
                event.unit if seq > 1 else _NULL, "{}", occurred, _ZERO,
            )
        )  # fmt: skip


def _clock_lines(event: _Event, _district: District) -> Iterator[str]:
    """The term to handle, of what was dispatched: one in seven late."""
    if event.taken < 3:
        return
    started = event.reported + timedelta(minutes=60)
    due = started + timedelta(hours=8 if event.place % 7 else 2)
    ended = event.reported + timedelta(minutes=300)
    late = ended > due
    state = ("late" if late else "met") if event.closed else "running"
    yield "\t".join(
        (
            event.sub, "1", "handle", event.unit, "0", "4", "work-hours", f"{event.matter}@1", "cn", _HOURS,
            _text(started), _jti(event, 2), _text(due), _text(due + 2 * (due - started)), "0", "[]",
            _text(ended) if event.closed else _NULL, _jti(event, 3) if event.closed else _NULL, state, "f",
            _ZERO,
        )
    )  # fmt: skip


def _jti(event: _Event, seq: int) -> str:
    """Times first, as the real ones: they come in order."""
    return f"{event.place:08x}-{seq:04x}-7000-8000-{event.sub[:12]}"


def _text(moment: datetime) -> str:
    return moment.isoformat()
