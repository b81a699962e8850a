"""Working days, terms, clocks and the surcharge."""

from gridwitness.calendars.bundled import bundled_calendars
from gridwitness.calendars.calendar_year import CalendarYear, calendar_document
from gridwitness.calendars.calendars import Calendars, Suspension
from gridwitness.calendars.clocks import ClockReading, read_clocks
from gridwitness.calendars.hours import MEASURES, ROUND_THE_CLOCK, Schedule, due
from gridwitness.calendars.publication import PublishedCalendars
from gridwitness.calendars.surcharge import surcharge
from gridwitness.rules import CalendarUnpublished

__all__ = [
    "MEASURES",
    "ROUND_THE_CLOCK",
    "CalendarUnpublished",
    "CalendarYear",
    "Calendars",
    "ClockReading",
    "PublishedCalendars",
    "Schedule",
    "Suspension",
    "bundled_calendars",
    "calendar_document",
    "due",
    "read_clocks",
    "surcharge",
]
