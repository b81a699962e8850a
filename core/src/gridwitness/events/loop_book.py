"""The loops that were published: read back from their records, parsed once for each version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.errors import NotFound
from gridwitness.events.loop import Loop
from gridwitness.events.loop_document import CHINA, NAME, bundled_loop, read_loop
from gridwitness.rules import Rules
from gridwitness.rules.models import VersionRow

IN_FORCE = date(1970, 1, 1)
"""Before any event: the bundled loop is no law, and events of the past are taken over too."""


def publish_loop(rules: Rules[Calendars], session: Session, agency: str, zone: ZoneInfo) -> list[str]:
    """Record the bundled loop unless it was once; gives the names. An operator may have changed it since.

    It says in which zone clocks count, unless that is China's.
    """
    content = bundled_loop()
    if zone.key != CHINA:
        content["zone"] = zone.key
    return [NAME] if rules.publish_once(session, agency, NAME, content, (IN_FORCE, None)) else []


@dataclass(frozen=True, slots=True)
class LoopsInForce:
    """Every version with the local days it is in force."""

    versions: Sequence[tuple[date, date | None, Loop]]
    zone: ZoneInfo

    def at(self, moment: datetime) -> Loop:
        """The newest version in force at a moment: what an event of then begins with.

        Raises NotFound `loop-unknown`.
        """
        on = moment.astimezone(self.zone).date()
        for since, until, loop in reversed(self.versions):
            if since <= on and (until is None or on <= until):
                return loop
        raise NotFound("loop-unknown", f"No loop is in force on {on}.", "publish one")


class LoopBook:
    """Gives loops by version and by time. What is kept follows from the digest alone, so is never stale."""

    def __init__(self, rules: Rules[Calendars], zone: ZoneInfo) -> None:
        """`zone`: in which a day begins."""
        self._rules = rules
        self._zone = zone
        self._parsed: dict[str, Loop] = {}

    def in_force(self, session: Session) -> LoopsInForce:
        """All versions. One query."""
        rows = self._rules.versions_of(session, NAME)
        return LoopsInForce(
            [(row.effective_from, row.effective_to, self._read(session, row)) for row in rows], self._zone
        )

    def version(self, session: Session, digest: str) -> Loop:
        """The loop of a version (hex SHA-256). Raises NotFound `loop-unknown`."""
        if digest not in self._parsed:
            self.in_force(session)
        if digest not in self._parsed:
            raise NotFound("loop-unknown", f"No loop {digest[:64]!r} was published.", None)
        return self._parsed[digest]

    def _read(self, session: Session, row: VersionRow) -> Loop:
        if row.digest not in self._parsed:
            self._parsed[row.digest] = read_loop(self._rules.content(session, row))
        return self._parsed[row.digest]
