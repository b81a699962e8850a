"""Movements of events as server-sent events: a wall display or console needs no polling."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent
from gridwitness.errors import GridWitnessError, InvalidInput
from gridwitness.events.movements import Movement, Position
from gridwitness.grids import Territory, units_of
from gridwitness.members import Actor
from gridwitness.members.roles import READERS

from gridwitness_api.movement_stream import MovementStream
from gridwitness_api.request_platform import Caller, CallerHere
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=StrictRoute)

_RETRY_MILLISECONDS = 2_000
_CHECK_SECONDS = 60.0
"""How long somebody whose login ended, or whose role was taken away, may still listen."""

Scope = Annotated[
    str | None,
    Query(
        max_length=32, pattern=r"^[^\x00-\x1f\x7f]+$", description="只看此网格及以下 Only this grid and below"
    ),
]
LastEventId = Annotated[str | None, Header(max_length=64, description="断点 Position to go on from")]


class Sight:
    """What a listener may see: events of the grids its roles hold for, and of the units it works for."""

    def __init__(self, actor: Actor, units: frozenset[str], territory: Territory, scope: str | None) -> None:
        self._grants = [grant for grant in actor.grants if grant.role in READERS]
        self._agency = actor.agency
        self._units = units
        self._territory = territory
        self._scope = scope

    def __call__(self, movement: Movement) -> bool:
        """Whether it may see this one, and asked for it."""
        if not self._territory.covers(self._scope, movement.grid):
            return False
        held = any(
            grant.agency == movement.agency and self._territory.covers(grant.scope, movement.grid)
            for grant in self._grants
        )
        return held or (movement.agency == self._agency and movement.unit in self._units)


def _sight(caller: Caller, scope: str | None) -> Sight:
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        territory = caller.platform.territories.at(session)
        if scope is not None:
            territory.grid(scope)
        return Sight(actor, units_of(session, actor.account), territory, scope)


def _position(last_event_id: LastEventId = None) -> Position | None:
    """Raises InvalidInput `cursor-invalid`."""
    if last_event_id is None:
        return None
    found = Position.parse(last_event_id)
    if found is None:
        raise InvalidInput("cursor-invalid", "Last-Event-ID is none of ours.", "leave it out")
    return found


def _listener(caller: CallerHere, scope: Scope = None) -> tuple[Caller, str | None, Sight]:
    """Asked before the answer begins: who may not listen gets a problem document."""
    return caller, scope, _sight(caller, scope)


@router.get("/stream", summary="事件动态 Stream of movements", response_class=EventSourceResponse)
async def stream(
    request: Request,
    listener: Annotated[tuple[Caller, str | None, Sight], Depends(_listener)],
    position: Annotated[Position | None, Depends(_position)],
) -> AsyncIterator[ServerSentEvent]:
    """每个环节一条，不含个人信息；断开后以 Last-Event-ID 续接。

    One for each step, without personal data; `Last-Event-ID` goes on where the line broke.
    """
    caller, scope, sight = listener
    movements: MovementStream = request.app.state.movements
    checked = time.monotonic()
    yield ServerSentEvent(comment="GridWitness", retry=_RETRY_MILLISECONDS)

    def sees(movement: Movement) -> bool:
        return sight(movement)

    async for movement in movements.follow(position, sees):
        if time.monotonic() - checked > _CHECK_SECONDS:
            try:
                sight = await run_in_threadpool(_sight, caller, scope)
            except GridWitnessError:
                return
            checked = time.monotonic()
        if movement is None:
            yield ServerSentEvent(comment="…")
        else:
            yield ServerSentEvent(data=movement.as_document(), event="step", id=str(movement.position))
