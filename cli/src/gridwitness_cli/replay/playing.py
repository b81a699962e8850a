"""A city's requests as events of the platform, in the order in which they came and went, in simulated time.

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
from gridwitness.events import Ask, Report
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
    """Takes a file's requests through the platform; `say` hears of the simulated time."""

    stand: Stand
    city: CityFile
    say: Callable[[datetime, Played], None]
    played: Played = field(default_factory=Played)
    _subjects: dict[int, str] = field(default_factory=dict)
    """Of the events, by row; a row one of whose steps was refused goes no further."""

    def play(self) -> Played:
        """Everything, in order."""
        for moment, opening, ending in _moments(self.city.requests):
            if moment > self.stand.clock.now():
                self.stand.clock.set_to(moment)
            self._report(opening)
            for step in ("accept", "file", "dispatch", "sign"):
                self._take(step, opening)
            for step in ("answer", "check", "close"):
                self._take(step, ending)
            self.say(moment, self.played)
        return self.played

    def _report(self, requests: Sequence[ServiceRequest]) -> None:
        reports = [self._reported(request) for request in requests]
        with self.stand.platform.transaction() as session:
            results = self.stand.platform.events.reports(session, reports, None)
            for request, result in zip(requests, results, strict=True):
                if isinstance(result, GridWitnessError):
                    self._refuse(request, "report", result)
                else:
                    self._subjects[request.row] = result.sub
                    self.played.events += 1
                    self.played.steps += 1

    def _take(self, step: str, requests: Sequence[ServiceRequest]) -> None:
        """One step of each request that came so far; one acceptance."""
        going = [request for request in requests if request.row in self._subjects]
        asks = [self._asked(step, request) for request in going]
        with self.stand.platform.transaction() as session:
            results = self.stand.platform.events.steps(session, asks)
        for request, result in zip(going, results, strict=True):
            if isinstance(result, GridWitnessError):
                self._refuse(request, step, result)
                del self._subjects[request.row]
            else:
                self.played.steps += 1

    def _reported(self, request: ServiceRequest) -> Report:
        return Report(
            channel=channel_name(self.city.layout, request.channel),
            channel_key=request.key,
            grid=request.grid or None,
            title=request.kind,
            lat=request.latitude,
            lon=request.longitude,
            address=request.address or None,
            occurred_at=request.created,
            src="import",
            agency=self.stand.agency,
        )

    def _asked(self, step: str, request: ServiceRequest) -> Ask:
        at = request.closed if step in ("answer", "check", "close") else request.created
        return Ask(
            self._subjects[request.row],
            step,
            details=self._details(step, request),
            note=request.result if step == "answer" else None,
            occurred_at=at,
            src="import",
        )

    def _details(self, step: str, request: ServiceRequest) -> dict[str, Any]:
        result, outcome = _ENDS[request.end]
        details: dict[str, dict[str, Any]] = {
            "accept": {"matter": matter_number(self.city.layout, request.kind)},
            "dispatch": _dispatched(request),
            "answer": {"result": result},
            "check": {"result": "passed"},
            "close": {"outcome": outcome},
        }
        return details.get(step, {})

    def _refuse(self, request: ServiceRequest, step: str, error: GridWitnessError) -> None:
        self.played.refused.append(
            Refused(request.row, request.key, request.unit, step, error.code, str(error))
        )


def _dispatched(request: ServiceRequest) -> dict[str, Any]:
    """To whom the city gave it; by the day it promised where it promised one, else by the list."""
    if request.promised is None:
        return {"unit": request.unit, "basis": "manual", "because": "the city assigned it"}
    return {"unit": request.unit, "basis": "promised", "promised_by": rfc3339(request.promised)}


def _moments(
    requests: Sequence[ServiceRequest],
) -> Iterator[tuple[datetime, list[ServiceRequest], list[ServiceRequest]]]:
    """Simulated moments with what opens and what ends by then, ascending; openings before ends."""
    happenings: list[tuple[datetime, int, bool]] = []
    for place, request in enumerate(requests):
        happenings.append((request.created, place, False))
        if request.closed is not None:
            happenings.append((max(request.closed, request.created), place, True))
    happenings.sort(key=lambda one: (one[0], one[2], one[1]))
    for begin in range(0, len(happenings), _TOGETHER):
        piece = happenings[begin : begin + _TOGETHER]
        opening = [requests[place] for _, place, ends in piece if not ends]
        ending = [requests[place] for _, place, ends in piece if ends]
        yield piece[-1][0] + timedelta(seconds=1), opening, ending
