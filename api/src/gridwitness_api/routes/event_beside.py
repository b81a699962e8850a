"""What is worked out about one event: what it may be a duplicate of, how its emergency went."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from gridwitness.errors import NotFound
from gridwitness.events.after_action import after_action
from gridwitness.events.duplicates import Duplicates
from gridwitness.records import rfc3339

from gridwitness_api.event_selection import EventName
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.supervision import EmergencyView, LikelyList, LikelyView
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=StrictRoute)


@router.get("/{sub}/duplicates", summary="疑似重复 Possible duplicates")
def duplicates(sub: EventName, caller: CallerHere) -> LikelyList:
    """按地点、时间、类别、文字比对，供人工判断是否并案。 By place, time, class and text; a person decides."""
    with caller.transaction() as (session, actor):
        platform = caller.platform
        event = platform.events.readable(session, sub, actor)
        sight = platform.events.sight(session, actor, event.agency)
        found = Duplicates(platform.matters, platform.events.loops).of(session, event, sight)
        items = [
            LikelyView(
                sub=likely.sub,
                event=likely.number,
                event_state=likely.state,
                score=likely.score,
                distance_m=likely.distance_m,
                because={"zh": likely.because_zh, "en": likely.because_en},
            )
            for likely in found
        ]
        return LikelyList(items=items)


@router.get("/{sub}/emergency", summary="应急处置汇总 Emergency of an event")
def emergency(sub: EventName, caller: CallerHere) -> EmergencyView:
    """四个阶段、参与单位、报到与超期，供总结评估。 Four phases, who took part, who came late."""
    with caller.transaction() as (session, actor):
        events = caller.platform.events
        told = events.history(session, events.readable(session, sub, actor).sub)
        found = after_action(told.event, told.steps, told.checkins, told.orders, told.clocks)
        if found is None:
            raise NotFound("emergency-none", f"Event {sub} has no emergency.", "report one as a step")
        steps = [
            {
                **asdict(step),
                "at": rfc3339(step.at),
                "actor": None if step.actor is None else str(step.actor),
            }
            for step in found.steps
        ]
        return EmergencyView.model_validate({**asdict(found), "steps": steps})
