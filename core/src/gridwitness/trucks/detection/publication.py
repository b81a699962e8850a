"""Rules of detection as published records: recorded at the first start, read back for every round."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.rules import Rules
from gridwitness.trucks.detection.rules_document import NAME, RulesInForce, TruckRules, bundled_document

IN_FORCE = date(2000, 1, 1)
"""Before any sighting: the bundled rules are a method of ours and no law."""


def publish_truck_rules(rules: Rules[Calendars], session: Session, agency: str) -> list[str]:
    """Record the bundled rules unless they were once; gives the names. An operator may have changed them."""
    published = rules.publish_once(session, agency, NAME, bundled_document(), (IN_FORCE, None))
    return [NAME] if published else []


class PublishedTruckRules:
    """Reads what was published; a version is parsed once, for it follows from its digest."""

    def __init__(self, rules: Rules[Calendars]) -> None:
        self._rules = rules
        self._parsed: dict[str, TruckRules] = {}

    def in_force(self, session: Session) -> RulesInForce:
        """Every version with its days. Raises Misconfigured `rule-lost`."""
        versions = []
        for row in self._rules.versions_of(session, NAME):
            if row.digest not in self._parsed:
                self._parsed[row.digest] = TruckRules.parse(self._rules.content(session, row))
            versions.append((row.effective_from, row.effective_to, self._parsed[row.digest]))
        return RulesInForce(tuple(versions))
