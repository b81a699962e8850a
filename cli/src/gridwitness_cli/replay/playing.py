"""A city's requests as events of the platform, in the order in which they came and went, on a simulated clock.

What comes in a moment is taken together, in waves: all of its reports, then all acceptances, and so on. The
files know two moments of a request, so the steps of the opening fall on the one and those of the end on the
other; between them the clocks run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gridwitness.errors import GridWitnessError
from gridwitness.events import Ask, EventRow, Report
from gridwitness.records import rfc3339

from gridwitness_cli.replay.city_files import CityFile
from gridwitness_cli.replay.register import channel_name, matter_number
from gridwitness_cli.replay.service_request import End, ServiceRequest
from gridwitness_cli.replay.stand import Stand

_TOGETHER = 400
"""Requests that open or end in one simulated moment."""
_ENDS: Mapping[End, tuple[str, str]] = {
    "done": ("done", "solved"),
    "open": ("done", "solved"),
    "cancelled": ("cannot", "not-fixed"),
    "referred": ("cannot", "referred"),
}
"""Result of the answer and outcome of the closing, by what the city says."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A step the platform did not take; `why` in its own words."""

    row: int
    key: str
    unit: str
    step: str
    code: str
    why: str


@dataclass
class Played:
    """What was done so far."""

    events: int = 0
    steps: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass
class Player:
    """Takes a file's requests through the platform; `say` hears of the simulated time now and then."""

    stand: Stand
    city: CityFile
    say: Callable[[datetime, Played], None]
    played: Played = field(default_factory=Played)
    _subjects: dict[str, str] = field(default_factory=dict)

    def play(self) -> Played:
        """Everything, in order."""
        for moment, opening, ending in _moments(self.city.requests):
            if moment > self.stand.clock.now():
                self.stand.clock.set_to(moment)
            self._open(opening)
            self._end(ending)
            self.say(moment, self.played)
        return self.played

    def _open(self, requests: Sequence[ServiceRequest]) -> None:
        """Reported, accepted, filed, dispatched to whom the city assigned it, signed for: all at its creation."""
        self._report(requests)
        layout = self.city.layout
        known = [request for request in requests if request.key in self._subjects]
        for step, details in _OPENING:
            self._take(step, [(request, details(layout, request), request.created) for request in known])

    def _end(self, requests: Sequence[ServiceRequest]) -> None:
        """Answered, checked and closed: all at the time at which the city says it closed."""
        for step, details in _ENDING:
            self._take(
                step,
                [
                    (request, details(self.city.layout, request), request.closed)
                    for request in requests
                    if request.key not in self._failed
                ],
            )
