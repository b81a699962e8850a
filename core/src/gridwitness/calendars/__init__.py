"""Working days, terms, clocks and the surcharge."""

from gridwitness.calendars.bundled import bundled_calendars
from gridwitness.calendars.calendar_year import CalendarYear, calendar_document
from gridwitness.calendars.calendars import Calendars, Suspension
from gridwitness.calendars.clocks import ClockReading, read_clocks
from gridwitness.calendars.publication import PublishedCalendars
from gridwitness.calendars.surcharge import surcharge
from gridwitness.rules import CalendarUnpublished

__all__ = [
    "CalendarUnpublished",
    "CalendarYear",
    "Calendars",
    "ClockReading",
    "PublishedCalendars",
    "Suspension",
    "bundled_calendars",
    "calendar_document",
    "read_clocks",
    "surcharge",
]
