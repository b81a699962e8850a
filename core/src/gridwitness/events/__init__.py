"""Grid events: seven stages, clocks, and every way beside them."""

from gridwitness.events import kinds
from gridwitness.events.handler import EventHandler, event_handlers
from gridwitness.events.history import EventHistory
from gridwitness.events.listing import Box, EventFilter, EventPage
from gridwitness.events.loading import Sources
from gridwitness.events.loop import Loop
from gridwitness.events.loop_book import LoopBook, publish_loop
from gridwitness.events.loop_document import check_loop
from gridwitness.events.models import EventRow
from gridwitness.events.reporting import Report, Reporter
from gridwitness.events.service import Ask, Events

__all__ = [
    "Ask",
    "Box",
    "EventFilter",
    "EventHandler",
    "EventHistory",
    "EventPage",
    "EventRow",
    "Events",
    "Loop",
    "LoopBook",
    "Report",
    "Reporter",
    "Sources",
    "check_loop",
    "event_handlers",
    "kinds",
    "publish_loop",
]
