"""The loops that were published: read back from their records, parsed once for each version."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.errors import NotFound
from gridwitness.events.loop import Loop
from gridwitness.events.loop_document import NAME, bundled_loop, read_loop
from gridwitness.rules import Rules

IN_FORCE = date(1970, 1, 1)
"""Before any event: the bundled loop is a method of ours and no law; events of the past are taken over too."""


def publish_loop(rules: Rules[Calendars], session: Session, agency: str) -> list[str]:
    """Record the bundled loop unless it was once; gives the names. An operator may have changed it since."""
    return [NAME] if rules.publish_once(session, agency, NAME, bundled_loop(), (IN_FORCE, None)) else []


class LoopBook:
    """Gives loops by version and by day. What is kept follows from the digest alone, so it is never stale."""

    def __init__(self, rules: Rules[Calendars]) -> None:
        self._rules = rules
        self._parsed: dict[str, Loop] = {}

    def current(self, session: Session, on: date) -> Loop:
        """The newest version in force on a local day. Raises NotFound `loop-unknown`."""
        in_force = [
            row
            for row in self._rules.versions_of(session, NAME)
            if row.effective_from <= on and (row.effective_to is None or on <= row.effective_to)
        ]
        if not in_force:
            raise NotFound("loop-unknown", f"No loop is in force on {on}.", "publish one")
        return self.version(session, in_force[-1].digest)

    def version(self, session: Session, digest: str) -> Loop:
        """The loop of a version (hex SHA-256). Raises NotFound `loop-unknown`."""
        if digest not in self._parsed:
            rows = [row for row in self._rules.versions_of(session, NAME) if row.digest == digest]
            if not rows:
                raise NotFound("loop-unknown", f"No loop {digest[:64]!r} was published.", None)
            self._parsed[digest] = read_loop(self._rules.content(session, rows[0]))
        return self._parsed[digest]
