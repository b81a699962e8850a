"""What cases ask of the published rules; the feature's own service answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.rules import Procedure, VersionRow


class RuleBook(Protocol):
    """Procedure versions and calendars as they were published."""

    def procedure(self, session: Session, version: str) -> Procedure:
        """A published version. Raises NotFound."""
        ...

    def current(self, session: Session, procedure: str, on: date) -> Procedure:
        """The version in force on a local day. Raises NotFound."""
        ...

    def calendars(self, session: Session) -> Calendars:
        """Every published calendar."""
        ...

    def versions(self, session: Session) -> Sequence[VersionRow]:
        """Every version of every rule, by name and number."""
        ...


def records_of(versions: Sequence[VersionRow], digest: str) -> list[UUID]:
    """Records that published a procedure version and the calendars in force, as a case file shows them."""
    procedures = [row.record for row in versions if row.digest == digest][:1]
    calendars = {row.name: row.record for row in versions if row.name.startswith("calendar/")}
    return [*procedures, *calendars.values()]
