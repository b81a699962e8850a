"""A deployment with events that went through everything, and the figures of their week, to attack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, cast

from gridwitness.events import EventRow
from gridwitness.events.event_file import EventFileMaker
from gridwitness.events.models import ClockRow
from gridwitness.feeds import Feed
from gridwitness.performance.periods import Days
from gridwitness.provision import write_trust
from gridwitness.records import RowChange, change, current_log, heads_of, rfc3339
from gridwitness_evidence import Record
from support.attack_story import Story
from support.attack_target import Stage, Target, backed_up, dropped
from support.event_desk import EventDesk
from support.event_story import EventStory, tell_events
from support.platform import CITY, running_platform

MONDAY = datetime(2026, 5, 11, 1, tzinfo=UTC)
WEEK = Days(date(2026, 5, 11), date(2026, 5, 17))


@dataclass
class EventStage(Stage):
    """An honest deployment with events, all anchored, and one snapshot of their week."""

    events: EventStory


@contextmanager
def standing_events() -> Iterator[EventStage]:
    """All of it accepted and anchored."""
    with running_platform(begin=MONDAY) as running:
        zhang = running.officer("zhang")
        story = Story(zhang, zhang, zhang, (), (), {}, "", cast(Feed, None), MONDAY)
        events = tell_events(EventDesk.open(running))
        running.drain()
        running.advance(7 * 86_400)
        with running.platform.transaction() as session:
            running.platform.performance.snapshot(session, CITY, WEEK)
        running.drain()
        write_trust(running.platform)
        running.audit("--files", str(running.home / "files")).require_proved()
        backup = backed_up(running)
        try:
            yield EventStage(running, story, backup, events)
        finally:
            dropped(backup)


@dataclass
class Ledger:
    """The events of a copy, and what an attacker with the agency's service key does to them."""

    target: Target
    story: EventStory

    def effect(self, sub: str, *changes: RowChange) -> None:
        """An effect in the event's subject, signed and anchored in order, for nobody's step."""
        target = self.target
        with target.platform.transaction() as session:
            log = target.running.log()
            target.platform.acceptance.machine_step(session, log, sub, list(changes), by=None)
        target.running.drain()

    def clock(self, sub: str, name: str, **columns: Any) -> None:
        """Change the newest clock of a name by an effect."""
        row = self.target.rows(
            "SELECT round, unit, number FROM events.clock WHERE sub = %s AND clock = %s"
            " ORDER BY round DESC, number DESC",
            *(sub, name),
        )[0]
        self.effect(sub, change(ClockRow, {"sub": sub, "clock": name, **row}, **columns))

    def step(self, sub: str, step: str, *, by: str | None = None, **fields: Any) -> Record:
        """A step under the service key, made as the platform would."""
        running = self.target.running
        with running.platform.transaction() as session:
            log = current_log(session, CITY)
            event = running.platform.events.find(session, sub)
            actor = None if by is None else str(self.story.desk.account(by))
            given = {
                "loop": event.loop, "step": step, "round": event.round,
                "occurred_at": rfc3339(running.clock.now()), "actor": actor, "unit": None, "details": {},
                **dict.fromkeys(("note", "title", "description", "latitude", "longitude", "address")),
                "files": [], **fields,
            }  # fmt: skip
            head = heads_of(session, [(log.name, sub)]).get((log.name, sub))
            return running.platform.acceptance.writer(session).sign(
                *(log, "event.step.v1", sub, head, given),
                key=running.platform.keystore.service_key(CITY), iss=CITY, src="self",
            )  # fmt: skip

    def refusal(self, record: Record) -> str:
        """The code with which the platform refuses it."""
        outcome = self.target.running.accept(record)[0]
        assert outcome.error is not None, "the platform accepted it"
        return str(outcome.error.code)

    def force(self, record: Record) -> None:
        """Have it stored and anchored all the same."""
        self.target.force(record)
        self.target.running.drain()

    def place(self, record: Record) -> dict[str, Any]:
        """What a report names of its place."""
        claims = record.claims
        return {"log": CITY, "index": self.target.leaf(record), "jti": claims.jti, "sub": claims.sub,
                "seq": claims.seq}  # fmt: skip

    def event(self, sub: str) -> EventRow:
        """Its row."""
        with self.target.platform.transaction() as session:
            return self.target.platform.events.find(session, sub)

    def file(self, sub: str) -> dict[str, Any]:
        """The event file as the platform gives it out."""
        platform = self.target.platform
        with platform.transaction() as session:
            made = EventFileMaker(platform.bundles).make(
                session, platform.events.find(session, sub), show_personal=True
            )
        file: dict[str, Any] = json.loads(json.dumps(made))
        return file


def ledger_at(stage: EventStage, target: Target) -> Ledger:
    """The same events at a copy of the deployment."""
    desk = replace(stage.events.desk, running=target.running)
    return Ledger(target, replace(stage.events, desk=desk))
