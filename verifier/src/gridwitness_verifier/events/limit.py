"""One time limit with all that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ..errors import VerificationError
from ..procedure.calendar import Calendars
from .hours import MOST, WorkingHours, limit_end


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` + `added` of `measure`, from `start` on."""

    start: datetime
    amount: int
    added: int
    measure: str
    hours: WorkingHours
    calendars: Calendars
    zone: tzinfo
    pauses: tuple[tuple[datetime, datetime | None], ...]

    def due(self, factor: int = 1) -> tuple[datetime | None, bool]:
        """When `factor` times the limit is over (None: it stands still), and whether no calendar says so."""
        amount = (self.amount + self.added) * factor
        try:
            end = limit_end(
                self.start, amount, self.measure, self.hours, self.calendars, self.zone, self.pauses
            )
        except VerificationError as error:
            if error.code != "calendar-unpublished":
                raise
            return None, True
        return end, False

    def ends(self, factor: int, promised: datetime | None) -> tuple[datetime | None, datetime | None, bool]:
        """When it is over, and when `factor` times it is; and whether no calendar says so.

        A promised limit is over when it was promised, with the time between and what was granted behind it.
        """
        if promised is None:
            due, unpublished = self.due()
            beyond = due is None or factor * (self.amount + self.added) > MOST
            return due, None if beyond else self.due(factor)[0], unpublished
        if any(ended is None for _, ended in self.pauses):
            return None, None, False
        paused = sum(((ended - begun) for begun, ended in self.pauses if ended is not None), timedelta())
        due = promised + paused
        if self.added:
            behind = Limit(due, self.added, 0, self.measure, self.hours, self.calendars, self.zone, ())
            found, unpublished = behind.due()
            if found is None:
                return None, None, unpublished
            due = found
        return due, self.start + factor * max(due - self.start, timedelta()), False
