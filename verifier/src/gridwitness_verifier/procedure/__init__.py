"""Procedures as published documents: judged independently of the platform (docs/format.md section 15)."""

from .calendar import Calendars, Year, parse_calendar
from .clock import ClockReading, read_clocks
from .document import MILESTONES, Clock, Procedure, version_of
from .edges import edge_bits, milestone_edges
from .facts import HIDDEN, CaseFacts, DeviceReview, Hidden, StepFact, local_day, parse_moment
from .judgement import Finding, Judged, judge_case
from .parsing import parse_procedure
from .surcharge import surcharge
from .truth import CALENDAR, HOLDER, QUALIFICATION, REDACTED

__all__ = [
    "CALENDAR",
    "HIDDEN",
    "HOLDER",
    "MILESTONES",
    "QUALIFICATION",
    "REDACTED",
    "Calendars",
    "CaseFacts",
    "Clock",
    "ClockReading",
    "DeviceReview",
    "Finding",
    "Hidden",
    "Judged",
    "Procedure",
    "StepFact",
    "Year",
    "edge_bits",
    "judge_case",
    "local_day",
    "milestone_edges",
    "parse_calendar",
    "parse_moment",
    "parse_procedure",
    "read_clocks",
    "surcharge",
    "version_of",
]
