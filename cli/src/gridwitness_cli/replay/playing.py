"""A city's requests as events of the platform, in the order in which they came and went, on a simulated clock.

What comes in a moment is taken together, in waves: all of its reports, then all acceptances, and so on. The
files know two moments of a request, so the steps of the opening fall on the one and those of the end on the
other; between them the clocks run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gridwitness_cli.replay.city_files import CityFile
from gridwitness_cli.replay.service_request import End
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
