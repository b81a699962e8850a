"""What cases ask of the published rules; the feature's own service answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.rules import Procedure


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

    def records_of(self, session: Session, version: str) -> Sequence[UUID]:
        """Records that published the version and the calendars."""
        ...
