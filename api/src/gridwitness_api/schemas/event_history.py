"""An event with everything that happened to it, and what may be done next."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from gridwitness_api.schemas.events import (
    ACCOUNT,
    CLOCK_EXAMPLE,
    EVENT_EXAMPLE,
    JTI,
    STEP_EXAMPLE,
    SUB,
    WAITING_EXAMPLE,
    EventClockView,
    EventStepView,
    EventView,
)
from gridwitness_api.schemas.forms import Answer, example

_ASSIGNMENT: dict[str, Any] = {
    "round": 1,
    "number": 1,
    "unit": "WX",
    "part": "lead",
    "state": "signed",
    "handler": ACCOUNT,
    "basis": "rule",
    "assigned_at": "2026-03-02T02:00:00Z",
    "signed_at": "2026-03-02T02:10:00Z",
    "answered_at": None,
}
_ASK: dict[str, Any] = {
    "jti": JTI,
    "round": 1,
    "what": "extend",
    "number": 1,
    "clock": "handle",
    "amount": 2,
    "until": None,
    "asked_by": ACCOUNT,
    "unit": "WX",
    "state": "granted",
    "decided_by": ACCOUNT,
    "decided_at": "2026-03-02T03:00:00Z",
}
_OPTION: dict[str, Any] = {
    "step": "answer",
    "zh": "反馈",
    "en": "answer",
    "stage": 5,
    "yours": True,
    "scope": "unit",
    "roles": ["handler"],
    "note": True,
    "files": 0,
    "details": {"result": {"type": "text", "required": True, "values": ["done"], "zh": "处置结果"}},
}
_ORDER: dict[str, Any] = {
    "number": 1,
    "level": 1,
    "unit": "WX",
    "reason": "overdue",
    "automatic": True,
    "raised_at": "2026-03-03T02:00:00Z",
    "replied_at": None,
    "lifted_at": None,
    "state": "open",
}
_WHISTLE: dict[str, Any] = {
    "number": 1,
    "caller": ACCOUNT,
    "urgency": "urgent",
    "blown_at": "2026-03-03T02:00:00Z",
    "ended_at": None,
    "state": "open",
}
_CHECKIN: dict[str, Any] = {
    "number": 1,
    "unit": "SZ",
    "called_at": "2026-03-03T02:00:00Z",
    "due_at": "2026-03-03T02:30:00Z",
    "checked_in_at": None,
    "checked_in_by": None,
    "rating": None,
    "rated_at": None,
}
_LINK = {"other": SUB, "relation": "holds", "linked_at": "2026-03-03T02:00:00Z"}
_REPORTER = {"name": "王某", "phone": "13800000000", "may_contact": True}
_FEATURE: dict[str, Any] = {
    "type": "Feature",
    "id": SUB,
    "geometry": {"type": "Point", "coordinates": [120.155, 30.285]},
    "properties": {"sub": SUB, "state": "handling"},
}


class AssignmentView(Answer):
    """A unit's part 主办与协办."""

    model_config = ConfigDict(json_schema_extra=example(_ASSIGNMENT))

    round: int
    number: int
    unit: str
    part: str
    state: str
    handler: str | None
    basis: str
    assigned_at: str
    signed_at: str | None
    answered_at: str | None


class AskView(Answer):
    """An ask and its answer 申请与审批."""

    model_config = ConfigDict(json_schema_extra=example(_ASK))

    jti: str
    round: int
    what: str
    number: int
    clock: str | None
    amount: int | None
    until: str | None
    asked_by: str
    unit: str | None
    state: str
    decided_by: str | None
    decided_at: str | None


class EventOrderView(Answer):
    """A supervision order 督办."""

    model_config = ConfigDict(json_schema_extra=example(_ORDER))

    number: int
    level: int
    unit: str
    reason: str
    automatic: bool
    raised_at: str
    replied_at: str | None
    lifted_at: str | None
    state: str


class EventWhistleView(Answer):
    """A whistle 吹哨."""

    model_config = ConfigDict(json_schema_extra=example(_WHISTLE))

    number: int
    caller: str | None
    urgency: str
    blown_at: str
    ended_at: str | None
    state: str


class EventCheckinView(Answer):
    """A unit that was called 报到."""

    model_config = ConfigDict(json_schema_extra=example(_CHECKIN))

    number: int
    unit: str
    called_at: str
    due_at: str | None
    checked_in_at: str | None
    checked_in_by: str | None
    rating: int | None
    rated_at: str | None


class EventLinkView(Answer):
    """Another event beside it 并案关系."""

    model_config = ConfigDict(json_schema_extra=example(_LINK))

    other: str
    relation: str
    linked_at: str


class EventReporterView(Answer):
    """Who reported it 上报人: personal data."""

    model_config = ConfigDict(json_schema_extra=example(_REPORTER))

    name: str | None
    phone: str | None
    may_contact: bool


class EventHistoryView(Answer):
    """An event whole 事件全貌, oldest first."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "event": EVENT_EXAMPLE,
                "steps": [STEP_EXAMPLE],
                "clocks": [CLOCK_EXAMPLE],
                "assignments": [_ASSIGNMENT],
                "asks": [_ASK],
                "orders": [_ORDER],
                "whistles": [_WHISTLE],
                "checkins": [_CHECKIN],
                "links": [_LINK],
            }
        )
    )

    event: EventView
    steps: list[EventStepView]
    clocks: list[EventClockView]
    assignments: list[AssignmentView]
    asks: list[AskView]
    orders: list[EventOrderView]
    whistles: list[EventWhistleView]
    checkins: list[EventCheckinView]
    links: list[EventLinkView]


class EventOption(Answer):
    """A step that the event's state allows 可办环节; `yours`: the caller has role and scope for it."""

    model_config = ConfigDict(json_schema_extra=example(_OPTION))

    step: str
    zh: str
    en: str
    stage: int
    yours: bool
    scope: str
    roles: list[str]
    note: bool
    files: int
    details: dict[str, Any]


class EventOptions(Answer):
    """Every step from where the event stands 下一步."""

    model_config = ConfigDict(
        json_schema_extra=example({"state": "handling", "round": 1, "options": [_OPTION]})
    )

    state: str
    round: int
    options: list[EventOption]


class WaitingView(Answer):
    """What waits for the caller 待办: a step, and when it is due."""

    model_config = ConfigDict(json_schema_extra=example(WAITING_EXAMPLE))

    event: EventView
    step: str
    step_zh: str
    step_en: str
    clock: str | None
    due_at: str | None


class WaitingList(Answer):
    """What is due first comes first 待办列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [WAITING_EXAMPLE]}))

    items: list[WaitingView]


class EventFeatures(Answer):
    """Events as GeoJSON points 地图; `truncated`: there are more in the box."""

    model_config = ConfigDict(
        json_schema_extra=example({"type": "FeatureCollection", "features": [_FEATURE], "truncated": False})
    )

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
    truncated: bool


class CountView(Answer):
    """How many events have a value 数量; null: those without one."""

    model_config = ConfigDict(json_schema_extra=example({"value": "handling", "events": 12}))

    value: str | None
    events: int


class StatisticsView(Answer):
    """Counts at `as_of` 统计: by each cut, and events past due by clock."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "as_of": "2026-03-03T02:00:00Z",
                "total": 12,
                "counts": {"state": [{"value": "handling", "events": 12}]},
                "overdue": {"handle": 3},
            }
        )
    )

    as_of: str
    total: int
    counts: dict[str, list[CountView]]
    overdue: dict[str, int]


class LoopView(Answer):
    """A version of the loop 流程: states, steps, clocks, numbers (docs/format.md section 24)."""

    model_config = ConfigDict(
        json_schema_extra=example({"version": "65" * 32, "content": {"format": "gridwitness-loop/1"}})
    )

    version: str
    content: dict[str, Any]
