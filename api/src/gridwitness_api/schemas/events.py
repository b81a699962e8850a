"""Events as they are reported, listed, stepped on and seen whole."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from gridwitness_api.parameters import SHA256_FORM
from gridwitness_api.schemas.forms import AgencyCode, Answer, Form, TimeText, example

SUB = "9f86d081884c7d659a2feaa0c55ad015"
JTI = "0198f2a0-7c11-7abc-8def-0123456789ab"
ACCOUNT = "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10"
_FILE: dict[str, Any] = {
    "name": "现场.jpg",
    "sha256": "9f86d081" * 8,
    "sm3": "55e12e91" * 8,
    "size": 48213,
    "type": "image/jpeg",
}
EVENT_EXAMPLE: dict[str, Any] = {
    "sub": SUB,
    "number": "310000CG01-2026-000001",
    "agency": "310000CG01",
    "channel": "worker-app",
    "channel_key": None,
    "category": "event",
    "matter": "0102",
    "matter_version": 1,
    "urgency": "normal",
    "grid": "330106001001001",
    "lat_e6": 30_285_000,
    "lon_e6": 120_155_000,
    "address": "文三路 90 号",
    "title": "暴露垃圾",
    "description": "路边堆放垃圾",
    "state": "handling",
    "stage": 4,
    "zh": "处置中",
    "en": "being handled",
    "open": True,
    "round": 1,
    "unit": "WX",
    "handler": ACCOUNT,
    "mode": None,
    "responsible_since": "2026-03-02T02:00:00Z",
    "reported_at": "2026-03-02T01:00:00Z",
    "reported_by": ACCOUNT,
    "accepted_at": "2026-03-02T01:20:00Z",
    "filed_at": "2026-03-02T01:40:00Z",
    "dispatched_at": "2026-03-02T02:00:00Z",
    "answered_at": None,
    "closed_at": None,
    "outcome": None,
    "satisfaction": None,
    "merged_into": None,
    "detection": None,
    "emergency": None,
    "returns": 0,
    "loop": "65" * 32,
    "steps": 5,
    "moved_at": "2026-03-02T02:10:00Z",
}
STEP_EXAMPLE: dict[str, Any] = {
    "jti": JTI,
    "seq": 8,
    "round": 1,
    "step": "sign",
    "stage": 3,
    "state": "handling",
    "zh": "签收",
    "en": "sign for",
    "actor": ACCOUNT,
    "unit": "WX",
    "details": {},
    "note": None,
    "occurred_at": "2026-03-02T02:10:00Z",
}
CLOCK_EXAMPLE: dict[str, Any] = {
    "round": 1,
    "clock": "handle",
    "unit": "WX",
    "number": 0,
    "zh": "处置时限",
    "en": "handling",
    "amount": 4,
    "measure": "work-hours",
    "rule": "0102@1",
    "calendar": "cn",
    "hours": {"hours": [["09:00", "12:00"], ["13:30", "17:30"]]},
    "started_at": "2026-03-02T02:00:00Z",
    "started_by": JTI,
    "due_at": "2026-03-02T07:30:00Z",
    "triple_at": "2026-03-03T07:30:00Z",
    "added": 0,
    "pauses": [],
    "ended_at": None,
    "ended_by": None,
    "state": "running",
    "problem": None,
    "excused": False,
}
WAITING_EXAMPLE: dict[str, Any] = {
    "event": EVENT_EXAMPLE,
    "step": "answer",
    "step_zh": "反馈",
    "step_en": "answer",
    "clock": "handle",
    "due_at": "2026-03-02T07:30:00Z",
}

Degrees = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,12})?$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=8_000, pattern=r"^[^\x00]*$")]
Number = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[^\x00-\x1f\x7f/@]*$")]


class NamedFile(Form):
    """A file that was sent before 已上传的文件."""

    model_config = ConfigDict(json_schema_extra=example(_FILE))

    name: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]
    sha256: Annotated[str, StringConstraints(pattern=SHA256_FORM)]
    sm3: Annotated[str, StringConstraints(pattern=SHA256_FORM)]
    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    type: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]*$")]


class ReporterForm(Form):
    """Who reported 上报人: personal data."""

    model_config = ConfigDict(
        json_schema_extra=example({"name": "王某", "phone": "13800000000", "may_contact": True})
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00]*$")] | None = None
    phone: Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00]*$")] | None = (
        None
    )
    may_contact: bool = False


class ReportForm(Form):
    """What is reported 上报: `latitude`, `longitude` as decimal texts in `datum`."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "channel": "worker-app",
                "title": "暴露垃圾",
                "description": "路边堆放垃圾",
                "matter": "0102",
                "latitude": "30.285",
                "longitude": "120.155",
                "files": [_FILE],
            }
        )
    )

    channel: Line
    channel_key: Line | None = None
    category: Literal["event", "component"] = "event"
    matter: Number | None = None
    grid: Number | None = None
    urgency: Literal["normal", "urgent", "emergency"] = "normal"
    title: Line | None = None
    description: Words | None = None
    latitude: Degrees | None = None
    longitude: Degrees | None = None
    datum: Literal["WGS84", "CGCS2000", "GCJ02", "BD09"] = "WGS84"
    address: Line | None = None
    files: Annotated[list[NamedFile], Field(max_length=20, default_factory=list)]
    occurred_at: TimeText | None = None
    reporter: ReporterForm | None = None
    agency: AgencyCode | None = None
    """Whose event it is; the caller's own agency, if not given."""


class StepForm(Form):
    """A step to take 办理: `details` as the loop lists them for the step."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"step": "answer", "note": "已清理", "details": {"result": "done"}, "round": 1}
        )
    )

    step: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    details: Annotated[dict[str, Any], Field(max_length=32, default_factory=dict)]
    note: Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"^[^\x00]*$")] | None = (
        None
    )
    files: Annotated[list[NamedFile], Field(max_length=20, default_factory=list)]
    unit: Number | None = None
    """For whom it is taken, where the caller works for several."""
    occurred_at: TimeText | None = None
    round: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The round the caller saw: another one is refused."""


class EventView(Answer):
    """An event as its steps leave it 事件. Places: millionths of a degree, WGS 84."""

    model_config = ConfigDict(json_schema_extra=example(EVENT_EXAMPLE))

    sub: str
    number: str
    agency: str
    channel: str
    channel_key: str | None
    category: str
    matter: str | None
    matter_version: int | None
    urgency: str
    grid: str | None
    lat_e6: int | None
    lon_e6: int | None
    address: str | None
    title: str | None
    description: str | None
    state: str
    stage: int
    zh: str
    en: str
    open: bool
    round: int
    unit: str | None
    handler: str | None
    mode: str | None
    responsible_since: str | None
    reported_at: str
    reported_by: str | None
    accepted_at: str | None
    filed_at: str | None
    dispatched_at: str | None
    answered_at: str | None
    closed_at: str | None
    outcome: str | None
    satisfaction: str | None
    merged_into: str | None
    detection: str | None
    emergency: str | None
    returns: int
    loop: str
    steps: int
    moved_at: str


class EventPage(Answer):
    """Events, newest movement first 事件列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [EVENT_EXAMPLE], "next": None}))

    items: list[EventView]
    next: str | None


class EventStepView(Answer):
    """A step that was taken, by its record 环节."""

    model_config = ConfigDict(json_schema_extra=example(STEP_EXAMPLE))

    jti: str
    seq: int
    round: int
    step: str
    stage: int
    state: str
    zh: str
    en: str
    actor: str | None
    unit: str | None
    details: dict[str, Any]
    note: str | None
    occurred_at: str


class EventClockView(Answer):
    """A time limit 时限."""

    model_config = ConfigDict(json_schema_extra=example(CLOCK_EXAMPLE))

    round: int
    clock: str
    unit: str
    number: int
    zh: str
    en: str
    amount: int
    measure: str
    rule: str
    calendar: str
    hours: dict[str, Any]
    started_at: str
    started_by: str
    due_at: str | None
    triple_at: str | None
    added: int
    pauses: list[Any]
    ended_at: str | None
    ended_by: str | None
    state: str
    problem: str | None
    excused: bool
