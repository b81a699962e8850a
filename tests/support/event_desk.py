"""People who work on events, and what they say: a district with its cast on a running platform.

desk = EventDesk.open(running)
event = desk.reported()
event = desk.take(event.sub, "accept", "acceptor", details={"matter": "0102"})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gridwitness.events import EventHistory, EventRow, Report
from gridwitness.members import Actor, Grant
from support.grid_registers import ROADS, TOWNSHIP, UNIT_GRIDS, admit, duty, entry, middle, proposal, register
from support.platform import CITY, PASSWORD, RunningPlatform

MATTER, SLOW = "0102", "0201"
"""By the township within four work hours; by the road department within five working days."""
CAST: Mapping[str, tuple[str, str | None, str | None]] = {
    "worker": ("grid_worker", UNIT_GRIDS[0], None),
    "acceptor": ("acceptor", None, None),
    "chief": ("duty_chief", None, None),
    "dispatcher": ("dispatcher", None, None),
    "head": ("agency_head", None, None),
    "checker": ("checker", "330106001", None),
    "handler": ("handler", None, TOWNSHIP),
    "mender": ("handler", None, ROADS),
    "stranger": ("handler", None, "SZ-1"),
}
"""Role, its scope, and the unit somebody works for."""


@dataclass
class EventDesk:
    """The cast as actors, by name."""

    running: RunningPlatform
    actors: dict[str, Actor]

    @classmethod
    def open(cls, running: RunningPlatform) -> EventDesk:
        """Registers, two matters, everybody's account."""
        register(running)
        slow = entry(
            duties=[duty(who=ROADS, amount=5, measure="working-days")], zh="道路破损", en="road damage"
        )
        proposer = running.officer("proposer", roles=["dispatcher"])
        approver = running.officer("approver", roles=["duty_chief"])
        admit(proposer, approver, [proposal(MATTER), proposal(SLOW, entry=slow)])
        desk = cls(running, {})
        for name, (role, scope, unit) in CAST.items():
            desk.add(name, role, scope, unit)
        return desk

    def add(
        self, name: str, role: str, scope: str | None = None, unit: str | None = None, agency: str = CITY
    ) -> Actor:
        """One more person."""
        platform = self.running.platform
        with platform.transaction() as session:
            row = platform.accounts.create(
                session,
                agency=agency,
                username=f"desk-{name}",
                display_name=None,
                password=PASSWORD,
                roles=[],
                by=None,
            )
            platform.accounts.grant(session, row.id, role, agency, scope, by=None)
            if unit is not None:
                platform.staff.join(session, row.id, unit, by=None)
        self.actors[name] = Actor(row.id, agency, row.username, (Grant(role, agency, scope),))
        return self.actors[name]

    def account(self, name: str) -> UUID:
        return self.actors[name].account

    def report(self, by: str | None = "worker", **changed: Any) -> EventRow:
        """A report from the first unit grid, with changes."""
        latitude, longitude = middle(0)
        given: dict[str, Any] = {
            "agency": CITY,
            "channel": "worker-app",
            "title": "暴露垃圾",
            "description": "路边堆放垃圾",
            "lat": latitude / 1e6,
            "lon": longitude / 1e6,
            **changed,
        }
        with self.running.platform.transaction() as session:
            return self.running.platform.events.report(session, Report(**given), self._actor(by))

    def take(self, sub: str, step: str, by: str | None, **given: Any) -> EventRow:
        """One step in the name of one of the cast; None: the platform's own."""
        with self.running.platform.transaction() as session:
            return self.running.platform.events.step(session, sub, step, self._actor(by), **given)

    def go(
        self, sub: str, *steps: tuple[str, str | None] | tuple[str, str | None, Mapping[str, Any]]
    ) -> EventRow:
        """Several steps, each half a minute after the one before."""
        event = None
        for step in steps:
            self.running.advance(30)
            event = self.take(sub, step[0], step[1], **(dict(step[2]) if len(step) > 2 else {}))
        assert event is not None
        return event

    def dispatched(self, unit: str = TOWNSHIP, **details: Any) -> EventRow:
        """An event on its way to a unit."""
        event = self.report()
        return self.go(event.sub, *opening(unit, **details))

    def handling(self, unit: str = TOWNSHIP, by: str = "handler") -> EventRow:
        """An event that its unit has signed for."""
        return self.go(self.dispatched(unit).sub, ("sign", by))

    def history(self, sub: str) -> EventHistory:
        with self.running.platform.transaction() as session:
            return self.running.platform.events.history(session, sub)

    def clocks(self, sub: str) -> dict[tuple[int, str, int], Any]:
        """Clocks by round, name and number."""
        return {(row.round, row.clock, row.number): row for row in self.history(sub).clocks}

    def now(self) -> datetime:
        return self.running.clock.now()

    def _actor(self, name: str | None) -> Actor | None:
        return None if name is None else self.actors[name]


def opening(unit: str = TOWNSHIP, matter: str = MATTER, **details: Any) -> Sequence[Any]:
    """Accepted, filed, dispatched."""
    return (
        ("accept", "acceptor", {"details": {"matter": matter}}),
        ("file", "chief"),
        ("dispatch", "dispatcher", {"details": {"unit": unit, "basis": "rule", **details}}),
    )
