"""Which events a request is about: filters of lists, maps and counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Path, Query
from gridwitness.errors import InvalidInput
from gridwitness.events import Box, EventFilter
from gridwitness.events.event_map import LARGEST_MAP
from gridwitness.events.judging import CALLER
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.platform import Platform
from sqlalchemy.orm import Session

from gridwitness_api.parameters import AgencyQuery
from gridwitness_api.schemas.forms import TimeText, instant

_NUMBER = r"^[^\x00-\x1f\x7f/@]+$"
_WORD = r"^[a-z][a-z0-9_]{0,62}$"
_MILLION = 1_000_000
_READERS = READERS | {CALLER}
"""A citizen with an account sees what it reported itself."""

EventName = Annotated[
    str,
    Path(
        pattern=r"^([0-9a-f]{32}|[0-9A-Z]{6,18}-[0-9]{4}-[0-9]{6,12})$",
        description="事件主体编号或事件编号 Subject, or number of the event",
        examples=["9f86d081884c7d659a2feaa0c55ad015"],
    ),
]
Number = Annotated[str | None, Query(pattern=_NUMBER, max_length=32)]
BoxQuery = Annotated[
    str,
    Query(
        pattern=r"^(-?[0-9]{1,3}(\.[0-9]{1,12})?)(,-?[0-9]{1,3}(\.[0-9]{1,12})?){3}$",
        max_length=80,
        description="西,南,东,北 west,south,east,north in degrees WGS 84",
        examples=["120.1,30.2,120.2,30.3"],
    ),
]
MapLimit = Annotated[int, Query(ge=1, le=LARGEST_MAP, description="至多点数 Most points")]
OpenOnly = Annotated[
    bool,
    Query(description="仅未结事件（未指定状态时） Only what is still worked on, where no state is named"),
]
Cut = Literal["state", "category", "urgency", "channel", "matter", "unit", "grid"]
Cuts = Annotated[list[Cut] | None, Query(max_length=7, description="分类，可多个 What to count by")]


@dataclass(frozen=True, slots=True)
class Selection:
    """The filters of one request."""

    agency: str | None
    states: tuple[str, ...]
    grid: str | None
    unit: str | None
    matter: str | None
    channel: str | None
    urgency: str | None
    mine: bool
    reported_by_me: bool
    reported_since: str | None
    reported_until: str | None
    overdue: bool

    def filter(
        self, platform: Platform, session: Session, actor: Actor, box: Box | None = None
    ) -> EventFilter:
        """For the events that the actor sees. `grid`: it and all below it."""
        agency = self.agency or actor.agency
        actor.require(_READERS, agency)
        account: UUID = actor.account
        return EventFilter(
            agencies=(agency,),
            states=frozenset(self.states) or None,
            grids=None if self.grid is None else platform.territories.at(session).below(self.grid),
            units=None if self.unit is None else frozenset({self.unit}),
            matter=self.matter,
            channel=self.channel,
            urgency=self.urgency,
            handler=account if self.mine else None,
            reported_by=account if self.reported_by_me else None,
            reported_since=None if self.reported_since is None else instant(self.reported_since),
            reported_until=None if self.reported_until is None else instant(self.reported_until),
            box=box,
            overdue_at=platform.clock.now().replace(second=0, microsecond=0) if self.overdue else None,
            sight=platform.events.sight(session, actor, agency),
        )


def selection(
    agency: AgencyQuery = None,
    state: Annotated[
        list[Annotated[str, Query(pattern=_WORD)]] | None,
        Query(max_length=32, description="状态，可多个 States"),
    ] = None,
    grid: Number = None,
    unit: Number = None,
    matter: Number = None,
    channel: Annotated[str | None, Query(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=512)] = None,
    urgency: Annotated[str | None, Query(pattern=_WORD)] = None,
    mine: Annotated[bool, Query(description="本账号处置的 Handled by the caller")] = False,
    reported_by_me: Annotated[bool, Query(description="本账号上报的 Reported by the caller")] = False,
    reported_since: TimeText | None = None,
    reported_until: TimeText | None = None,
    overdue: Annotated[bool, Query(description="有时限已超期 With a clock past due")] = False,
) -> Selection:
    """What the request asks for."""
    return Selection(
        *(agency, tuple(state or ()), grid, unit, matter, channel, urgency),
        *(mine, reported_by_me, reported_since, reported_until, overdue),
    )


SelectionHere = Annotated[Selection, Depends(selection)]


def box_of(text: str) -> Box:
    """Raises InvalidInput `box`."""
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput("box", "The box is none: west,south,east,north.", "as 120.1,30.2,120.2,30.3")
    corners = (round(value * _MILLION) for value in (south, west, north, east))
    return Box(*corners)
