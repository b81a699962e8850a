"""The metric dictionary as a published record: recorded at the first start, read back by its version."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.errors import NotFound
from gridwitness.performance.dictionary import NAME, Dictionary, bundled_metrics
from gridwitness.rules import Rules, VersionRow

IN_FORCE = date(2000, 1, 1)
"""Before any event: the bundled dictionary is a method of ours and no law."""


def publish_metrics(rules: Rules[Calendars], session: Session, agency: str) -> list[str]:
    """Record the bundled dictionary unless it was once; gives the names. An operator may have changed it."""
    published = rules.publish_once(session, agency, NAME, bundled_metrics(), (IN_FORCE, None))
    return [NAME] if published else []


class PublishedMetrics:
    """Reads what was published; a version is parsed once, for it follows from its digest."""

    def __init__(self, rules: Rules[Calendars]) -> None:
        self._rules = rules
        self._parsed: dict[str, Dictionary] = {}

    def in_force(self, session: Session, day: date) -> Dictionary:
        """The newest version in force on a local day. Raises NotFound `metrics-unknown`."""
        rows = [
            row
            for row in self._rules.versions_of(session, NAME)
            if row.effective_from <= day <= (row.effective_to or day)
        ]
        if not rows:
            raise NotFound(
                "metrics-unknown", f"No metrics are in force on {day}.", "`gridwitness performance publish`"
            )
        return self._read(session, rows[-1])

    def version(self, session: Session, version: str) -> Dictionary:
        """One version by its digest. Raises NotFound `metrics-unknown`."""
        return self._read(session, self._row(session, version))

    def content(self, session: Session, version: str) -> Any:
        """The document of a version. Raises NotFound `metrics-unknown`."""
        return self._rules.content(session, self._row(session, version))

    def publish(self, session: Session, agency: str, content: Any, since: date, *, by: str | None) -> str:
        """Record a dictionary of the agency's own; gives its version.

        Raises InvalidInput `metrics-invalid`, `metric-fines`; Conflict `rule-unchanged`.
        """
        version = Dictionary.parse(content).version
        self._rules.publish(session, agency, NAME, content, (since, None), by=by)
        return version

    def _row(self, session: Session, version: str) -> VersionRow:
        rows = [row for row in self._rules.versions_of(session, NAME) if row.digest == version]
        if not rows:
            raise NotFound("metrics-unknown", f"No metrics of version {version[:64]!r} were published.", None)
        return rows[-1]

    def _read(self, session: Session, row: VersionRow) -> Dictionary:
        if row.digest not in self._parsed:
            self._parsed[row.digest] = Dictionary.parse(self._rules.content(session, row))
        return self._parsed[row.digest]
