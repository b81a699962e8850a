"""Dispatch rules as published: recorded at the first start, read back parsed once for each version."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.dispatch.rules_document import IN_FORCE, NAME, DispatchRules, bundled_rules
from gridwitness.rules import Rules


def publish_dispatch_rules(rules: Rules[Calendars], session: Session, agency: str) -> list[str]:
    """Record the bundled rules unless they were once; gives the names. An operator may have changed them."""
    published = rules.publish_once(session, agency, NAME, bundled_rules(), (IN_FORCE, None))
    return [NAME] if published else []


class PublishedDispatchRules:
    """The rules in force on a day."""

    def __init__(self, rules: Rules[Calendars]) -> None:
        self._rules = rules
        self._parsed: dict[str, DispatchRules] = {}

    def on(self, session: Session, day: date) -> DispatchRules:
        """The newest version in force; none at all where nothing is. Raises Misconfigured `rule-lost`."""
        holding = [
            row
            for row in self._rules.versions_of(session, NAME)
            if row.effective_from <= day and (row.effective_to is None or day <= row.effective_to)
        ]
        if not holding:
            return DispatchRules("", ())
        row = holding[-1]
        if row.digest not in self._parsed:
            self._parsed[row.digest] = DispatchRules.parse(self._rules.content(session, row))
        return self._parsed[row.digest]

    def publish(self, session: Session, agency: str, content: Any, since: date, *, by: str | None) -> None:
        """Record a new version, in force from a local day on. Raises InvalidInput, Conflict."""
        self._rules.publish(session, agency, NAME, content, (since, None), by=by)
