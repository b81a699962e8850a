"""Use cases of events: report, step, find, history. Statements are signed with the agency's service key on an
account's word; what a person's own device signed comes in by `records.Acceptance`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import GridWitnessError, NotFound
from gridwitness.events.acting import acting_unit
from gridwitness.events.history import EventHistory, read_history
from gridwitness.events.kinds import STEP
from gridwitness.events.listing import EventFilter, EventPage, list_events
from gridwitness.events.loop import Loop, Step
from gridwitness.events.loop_book import LoopBook
from gridwitness.events.models import EventRow
from gridwitness.events.options import options
from gridwitness.events.reporting import Report, Reports, answered
from gridwitness.events.sight import Sight, with_below
from gridwitness.events.statistics import KeptStatistics, Statistics, statistics
from gridwitness.events.todo import Desk, Waiting, todo
from gridwitness.grids.staff import units_of
from gridwitness.grids.territories import Territories
from gridwitness.members import Actor
from gridwitness.records import (
    Acceptance,
    OwnKeys,
    Submission,
    current_log,
    heads_of,
    lock_subjects,
    rfc3339,
)

_SUB = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Ask:
    """A step somebody asks for. `actor`: None for the platform itself; `unit`: for whom the actor acts, found
    where it is None; `occurred_at`: now; `round`: the event's.
    """

    sub: str
    step: str
    actor: Actor | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    files: Sequence[Mapping[str, Any]] = ()
    unit: str | None = None
    occurred_at: datetime | None = None
    round: int | None = None
    src: str = "self"


class Events:
    """Use cases; they take a session, the caller commits."""

    def __init__(
        self,
        acceptance: Acceptance,
        own_keys: OwnKeys,
        clock: Clock,
        loops: LoopBook,
        territories: Territories,
    ) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._clock = clock
        self._territories = territories
        self._reports = Reports(acceptance, own_keys, clock, loops, territories)
        self._statistics = KeptStatistics()
        self.loops = loops

    def report(self, session: Session, report: Report, actor: Actor | None) -> EventRow:
        """A new event; the same (channel, channel_key) again gives the same one.

        Raises Conflict `event-known` (its contents differ; `sub` in the context), and what the first step
        does: `matter-unknown`, `grid-unknown`, `event-role`, `event-scope`, `event-details`, …
        """
        return answered(self._reports.take(session, [report], actor)[0])

    def reports(
        self, session: Session, reports: Sequence[Report], actor: Actor | None
    ) -> list[EventRow | GridWitnessError]:
        """Many reports in one batch, in order: an event or an error each."""
        return self._reports.take(session, reports, actor)

    def step(
        self,
        session: Session,
        sub: str,
        step: str,
        actor: Actor | None,
        *,
        details: Mapping[str, Any] | None = None,
        note: str | None = None,
        files: Sequence[Mapping[str, Any]] = (),
        unit: str | None = None,
        occurred_at: datetime | None = None,
        round: int | None = None,
    ) -> EventRow:
        """Take one step; gives the event after it. Raises NotFound `event-unknown`; Conflict `event-state`
        (with `allowed`), `event-round`, `ask-open`, `ask-none`, `return-limit`; Forbidden `event-role`,
        `event-scope`; InvalidInput `event-details`, `event-note`, `event-files`, `event-time`.
        """
        asked = Ask(sub, step, actor, details or {}, note, files, unit, occurred_at, round)
        return answered(self.steps(session, [asked])[0])

    def steps(self, session: Session, asks: Sequence[Ask]) -> list[EventRow | GridWitnessError]:
        """Many steps, in order: the event after it, or an error, each. Several of one event are fine.

        Each wave of different events is one acceptance. Rows of one event are the same object: they show it
        as it is at the end.
        """
        results: dict[int, EventRow | GridWitnessError] = {}
        waiting = list(enumerate(asks))
        while waiting:
            wave: dict[str, int] = {}
            later = []
            for place, ask in waiting:
                if ask.sub in wave:
                    later.append((place, ask))
                else:
                    wave[ask.sub] = place
            results |= self._wave(session, [(place, asks[place]) for place in wave.values()])
            waiting = later
        return [results[place] for place in range(len(asks))]

    def find(self, session: Session, name: str) -> EventRow:
        """One event by subject or number. Raises NotFound `event-unknown`."""
        column = EventRow.sub if _SUB.fullmatch(name) else EventRow.number
        row = None
        if "\0" not in name:
            found = select(EventRow).where(column == name).execution_options(populate_existing=True)
            row = session.scalars(found).one_or_none()
        if row is None:
            raise _unknown(name)
        return row

    def loop_of(self, session: Session, event: EventRow) -> Loop:
        """The version of the loop that the event keeps."""
        return self.loops.version(session, event.loop)

    def history(self, session: Session, name: str) -> EventHistory:
        """An event with all that belongs to it. Raises NotFound `event-unknown`."""
        return read_history(session, self.find(session, name))

    def sight(self, session: Session, actor: Actor, agency: str) -> Sight:
        """Which of an agency's events the actor sees."""
        return Sight.of(actor, agency, units_of(session, actor.account), self._territories.at(session))

    def readable(self, session: Session, name: str, actor: Actor) -> EventRow:
        """An event the actor sees. Raises NotFound `event-unknown`, also for who does not."""
        event = self.find(session, name)
        if not self.sight(session, actor, event.agency).sees(session, event):
            raise _unknown(name)
        return event

    def options(self, session: Session, event: EventRow, actor: Actor) -> Sequence[tuple[Step, bool]]:
        """Steps that the event's state allows, and whether the actor has role and scope for each."""
        return options(session, self.loop_of(session, event), self._territories.at(session), event, actor)

    def todo(self, session: Session, actor: Actor, agency: str, limit: int) -> list[Waiting]:
        """What waits for the actor in an agency, what is due first in front."""
        territory = self._territories.at(session)
        units = with_below(units_of(session, actor.account), territory)
        loop = self.loops.in_force(session).at(self._clock.now())
        return todo(session, loop, Desk(actor, agency, units, territory), limit)

    def statistics(self, session: Session, wanted: EventFilter, cuts: Sequence[str]) -> Statistics:
        """Counts by each cut, at most ten seconds old. Raises InvalidInput `cut`."""
        return self._statistics.get(
            wanted, cuts, lambda: statistics(session, wanted, cuts, self._clock.now())
        )

    def page(self, session: Session, wanted: EventFilter, cursor: str | None, limit: int) -> EventPage:
        """One page of events, newest movement first. Raises InvalidInput `cursor-invalid`, `limit`."""
        return list_events(session, wanted, cursor, limit)

    def _wave(
        self, session: Session, asks: Sequence[tuple[int, Ask]]
    ) -> dict[int, EventRow | GridWitnessError]:
        """One step of each event: signed at its head, accepted together."""
        results: dict[int, EventRow | GridWitnessError] = {}
        subs = {ask.sub for _, ask in asks if "\0" not in ask.sub}
        lock_subjects(session, [("", sub) for sub in subs])
        events = _fresh(session, subs)
        logs = {agency: current_log(session, agency) for agency in {e.agency for e in events.values()}}
        heads = heads_of(session, [(logs[event.agency].name, sub) for sub, event in events.items()])
        writer = self._acceptance.writer(session)
        signed: list[tuple[int, str]] = []
        batch: list[Submission] = []
        for place, ask in asks:
            event = events.get(ask.sub)
            try:
                if event is None:
                    raise NotFound("event-unknown", f"There is no event {ask.sub[:64]!r}.", None)
                log = logs[event.agency]
                record = writer.sign(
                    *(log, STEP, ask.sub, heads.get((log.name, ask.sub)), self._fields(session, ask, event)),
                    key=self._own_keys.service_key(event.agency),
                    iss=event.agency,
                    src=ask.src,
                )
            except GridWitnessError as error:
                results[place] = error
                continue
            signed.append((place, ask.sub))
            batch.append(Submission(record.presentation, by=_account(ask.actor)))
        outcomes = self._acceptance.accept(session, batch) if batch else []
        after = _fresh(session, {sub for _, sub in signed})
        for (place, sub), outcome in zip(signed, outcomes, strict=True):
            results[place] = after[sub] if outcome.error is None else outcome.error
        return results

    def _fields(self, session: Session, ask: Ask, event: EventRow) -> dict[str, Any]:
        """What the record says."""
        loop = self.loops.version(session, event.loop)
        details = {name: value for name, value in ask.details.items() if value is not None}
        unit = ask.unit
        if unit is None and ask.actor is not None and ask.step in loop.steps:
            territory = self._territories.at(session)
            unit = acting_unit(session, territory, event, loop.steps[ask.step], details, ask.actor)
        at = ask.occurred_at or max(self._clock.now(), event.moved_at)
        return {
            "loop": event.loop,
            "step": ask.step,
            "round": event.round if ask.round is None else ask.round,
            "occurred_at": rfc3339(at),
            "actor": _account(ask.actor),
            "unit": unit,
            "details": details,
            "note": ask.note,
            **dict.fromkeys(("title", "description", "latitude", "longitude", "address")),
            "files": [dict(file) for file in ask.files],
        }


def _unknown(name: str) -> NotFound:
    return NotFound("event-unknown", f"There is no event {name[:64]!r}.", "see the list of events")


def _account(actor: Actor | None) -> str | None:
    return None if actor is None else str(actor.account)


def _fresh(session: Session, subs: set[str]) -> dict[str, EventRow]:
    """Events as they stand now."""
    if not subs:
        return {}
    found = select(EventRow).where(EventRow.sub.in_(subs)).execution_options(populate_existing=True)
    return {row.sub: row for row in session.scalars(found)}
