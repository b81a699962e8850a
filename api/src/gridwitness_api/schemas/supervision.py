"""Supervision orders, whistles, digests of notices, possible duplicates, emergencies."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, StringConstraints

from gridwitness_api.schemas.forms import Answer, Form, TimeText, example

_SUB = "9f86d081884c7d659a2feaa0c55ad015"
_ACCOUNT = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"
_EVENT = "330100CG-2026-000017"
_ORDER: dict[str, Any] = {
    "sub": _SUB,
    "event": _EVENT,
    "event_state": "handling",
    "number": 1,
    "level": 2,
    "unit": "SZ",
    "reason": "overdue",
    "automatic": True,
    "raised_at": "2026-06-03T01:00:00Z",
    "replied_at": None,
    "lifted_at": None,
    "state": "open",
}
_CHECK_IN: dict[str, Any] = {
    "unit": "SZ",
    "called_at": "2026-06-03T01:00:00Z",
    "due_at": "2026-06-03T01:30:00Z",
    "checked_in_at": "2026-06-03T01:21:00Z",
    "checked_in_by": _ACCOUNT,
    "rating": 5,
    "rated_at": "2026-06-03T03:00:00Z",
}
_WHISTLE: dict[str, Any] = {
    "sub": _SUB,
    "event": _EVENT,
    "event_state": "handling",
    "number": 1,
    "caller": _ACCOUNT,
    "urgency": "urgent",
    "blown_at": "2026-06-03T01:00:00Z",
    "ended_at": None,
    "state": "open",
    "called": [_CHECK_IN],
}
_ITEM: dict[str, Any] = {
    "what": "overdue",
    "zh": "超期",
    "en": "overdue",
    "sub": _SUB,
    "event": _EVENT,
    "event_state": "handling",
    "round": 1,
    "clock": "handle",
    "number": 0,
    "since": "2026-06-03T00:00:00Z",
    "due_at": "2026-06-03T00:00:00Z",
}
_DIGEST: dict[str, Any] = {
    "agency": "330100CG",
    "unit": "SZ",
    "at": "2026-06-03T01:00:00Z",
    "read_at": None,
    "counts": {"overdue": 1},
    "items": [_ITEM],
}
_LIKELY: dict[str, Any] = {
    "sub": _SUB,
    "event": _EVENT,
    "event_state": "handling",
    "score": 872,
    "distance_m": 17,
    "because": {
        "zh": "相距 17 米；时间 97%；类别 100%；文字 71%",
        "en": "17 m apart; time 97%; class 100%; text 71%",
    },
}
_PHASE: dict[str, Any] = {
    "step": "emergency_assess",
    "at": "2026-06-03T01:05:00Z",
    "seconds": 300,
    "actor": _ACCOUNT,
    "unit": None,
    "units": ["SZ", "WX"],
    "note": "研判：管网爆裂，市政、街道到场",
}
_EMERGENCY: dict[str, Any] = {
    "level": "II",
    "phase": "assessed",
    "steps": [_PHASE],
    "units": ["SZ", "WX"],
    "called": 2,
    "came": 1,
    "came_late": 0,
    "orders": 0,
    "clocks_late": [],
}


class OrderView(Answer):
    """A supervision order 督办. `automatic`: raised by the machine."""

    model_config = ConfigDict(json_schema_extra=example(_ORDER))

    sub: str
    event: str
    event_state: str
    number: int
    level: int
    unit: str
    reason: str
    automatic: bool
    raised_at: str
    replied_at: str | None
    lifted_at: str | None
    state: str


class OrderList(Answer):
    """Orders, newest first 督办列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_ORDER], "next": None}))

    items: list[OrderView]
    next: str | None


class CheckInView(Answer):
    """A unit that was called 报到. `rating`: 1 to 5, by who blew the whistle."""

    model_config = ConfigDict(json_schema_extra=example(_CHECK_IN))

    unit: str
    called_at: str
    due_at: str | None
    checked_in_at: str | None
    checked_in_by: str | None
    rating: int | None
    rated_at: str | None


class WhistleView(Answer):
    """A whistle 吹哨 with the units it called."""

    model_config = ConfigDict(json_schema_extra=example(_WHISTLE))

    sub: str
    event: str
    event_state: str
    number: int
    caller: str | None
    urgency: str
    blown_at: str
    ended_at: str | None
    state: str
    called: list[CheckInView]


class WhistleList(Answer):
    """Whistles, newest first 吹哨列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_WHISTLE], "next": None}))

    items: list[WhistleView]
    next: str | None


class NoticeView(Answer):
    """One thing a unit is told 通知事项."""

    model_config = ConfigDict(json_schema_extra=example(_ITEM))

    what: str
    zh: str
    en: str
    sub: str
    event: str
    event_state: str
    round: int
    clock: str
    number: int
    since: str
    due_at: str | None


class DigestView(Answer):
    """What a unit was told at one moment 汇总通知. `unit` empty: what no unit answers for."""

    model_config = ConfigDict(json_schema_extra=example(_DIGEST))

    agency: str
    unit: str
    at: str
    read_at: str | None
    counts: dict[str, int]
    items: list[NoticeView]


class DigestList(Answer):
    """Digests, newest first 汇总通知列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_DIGEST], "next": None}))

    items: list[DigestView]
    next: str | None


class DigestRead(Form):
    """Read up to and with a digest 已读至."""

    model_config = ConfigDict(json_schema_extra=example({"unit": "SZ", "until": "2026-06-03T01:00:00Z"}))

    unit: Annotated[str, StringConstraints(max_length=32, pattern=r"^[^\x00-\x1f\x7f]*$")]
    until: TimeText


class DigestMarked(Answer):
    """How many things were marked as read 已标记条数."""

    model_config = ConfigDict(json_schema_extra=example({"marked": 3}))

    marked: int


class LikelyView(Answer):
    """An event that may be the same 疑似重复. `score`: thousandths."""

    model_config = ConfigDict(json_schema_extra=example(_LIKELY))

    sub: str
    event: str
    event_state: str
    score: int
    distance_m: int | None
    because: dict[str, str]


class LikelyList(Answer):
    """Possible duplicates, the likeliest first 疑似重复列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_LIKELY]}))

    items: list[LikelyView]


class PhaseView(Answer):
    """One step of an emergency 应急环节. `seconds`: since it was reported."""

    model_config = ConfigDict(json_schema_extra=example(_PHASE))

    step: str
    at: str
    seconds: int
    actor: str | None
    unit: str | None
    units: list[str]
    note: str | None


class EmergencyView(Answer):
    """What the record says of an event's newest emergency 应急处置汇总: basis of the after-action report."""

    model_config = ConfigDict(json_schema_extra=example(_EMERGENCY))

    level: str | None
    phase: str | None
    steps: list[PhaseView]
    units: list[str]
    called: int
    came: int
    came_late: int
    orders: int
    clocks_late: list[str]
